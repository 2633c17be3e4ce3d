"""One call, one stored turn: order, repeats and failures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from bot.assistant.protocol import AssistantUnavailable, Reply, Utterance
from bot.conversation import Conversations, Message
from bot.errors import MessageIdReused, StorageUnavailable
from bot.locks import ConversationBusy, ConversationLocks, LocalLocks, RedisLocks
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from bot.transcripts.store import TranscriptStore
from tests.fakes.assistant import FakeAssistant

CONTACT = "https://example.com/contact"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TranscriptStore]:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    migrate(database)
    yield TranscriptStore(database)
    database.close()


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis)])
def locks(request: pytest.FixtureRequest) -> Iterator[ConversationLocks]:
    if request.param == "local":
        yield LocalLocks()
        return
    with redis.Redis.from_url(request.getfixturevalue("redis_server")) as client:
        client.flushall()
        yield RedisLocks(client, lease=30)


@pytest.fixture
def conversations(assistant: FakeAssistant, store: TranscriptStore, locks: ConversationLocks) -> Conversations:
    return Conversations(assistant, store, locks, CONTACT)


def message(text: str = "Intune?", conversation: str = "c1", timeout: float = 20, **more: str) -> Message:
    return Message(Utterance(text, conversation, language=more.pop("language", None)), timeout, **more)


def test_the_turn_is_stored_before_it_is_acknowledged(conversations: Conversations, store: TranscriptStore) -> None:
    turn = conversations.answer(message())

    assert store.turns("c1") == (turn,)


def test_messages_of_one_conversation_are_answered_one_at_a_time(
    conversations: Conversations, assistant: FakeAssistant
) -> None:
    assistant.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(conversations.answer, message("first"))
        assistant.arrived.acquire()
        second = pool.submit(conversations.answer, message("second"))
        assert not assistant.arrived.acquire(timeout=0.1)  # it waits for the first
        assistant.gate.set()

        assert (first.result().text, second.result().text) == ("first", "second")
    assert [utterance.text for utterance in assistant.seen] == ["first", "second"]


def test_other_conversations_do_not_wait(conversations: Conversations, assistant: FakeAssistant) -> None:
    assistant.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        turns = [pool.submit(conversations.answer, message(conversation=name)) for name in ("c1", "c2")]
        for _ in turns:
            assert assistant.arrived.acquire(timeout=60)
        assistant.gate.set()
        for turn in turns:
            turn.result()


def test_a_message_sent_twice_at_once_is_answered_once(
    conversations: Conversations, assistant: FakeAssistant, store: TranscriptStore
) -> None:
    assistant.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(conversations.answer, message(message_id="m1")) for _ in range(2)]
        assistant.arrived.acquire()
        assistant.gate.set()
        ids = {each.result().id for each in both}

    assert len(ids) == 1
    assert len(assistant.seen) == len(store.turns("c1")) == 1


def test_two_replicas_without_common_locks_still_store_a_message_once(
    assistant: FakeAssistant, store: TranscriptStore
) -> None:
    replicas = [Conversations(assistant, store, LocalLocks(), "") for _ in range(2)]
    assistant.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(replica.answer, message(message_id="m1")) for replica in replicas]
        for _ in both:
            assistant.arrived.acquire()
        assistant.gate.set()
        ids = {each.result().id for each in both}

    assert len(ids) == len(store.turns("c1")) == 1


def test_a_message_id_is_not_taken_over_by_another_text(conversations: Conversations) -> None:
    conversations.answer(message("one", message_id="m1"))

    with pytest.raises(MessageIdReused):
        conversations.answer(message("two", message_id="m1"))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(AssistantUnavailable("no model"), id="unavailable"),
        pytest.param(ValueError("a bug"), id="bug"),
    ],
)
@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        pytest.param("Intune 在范围内吗？", None, "联系人工客服", id="zh"),
        pytest.param("Is Intune covered?", "zh", "talk to a person", id="en"),
        pytest.param("😀", "zh", "联系人工客服", id="hint"),
    ],
)
def test_when_the_assistant_fails_the_asker_is_told_and_the_question_kept(
    conversations: Conversations,
    assistant: FakeAssistant,
    store: TranscriptStore,
    error: Exception,
    text: str,
    language: str | None,
    words: str,
) -> None:
    assistant.error = error
    turn = conversations.answer(message(text, language=language))  # type: ignore[arg-type]

    assert words in turn.reply.text
    assert not turn.reply.answered
    assert turn.reply.outcome == "failed"
    assert [source.url for source in turn.reply.sources] == [CONTACT]
    assert store.turns("c1") == (turn,)


def test_without_a_contact_no_person_is_promised(assistant: FakeAssistant, store: TranscriptStore) -> None:
    assistant.error = AssistantUnavailable("no model")
    turn = Conversations(assistant, store, LocalLocks(), "").answer(message())

    assert "person" not in turn.reply.text
    assert turn.reply.sources == ()


def test_a_bug_in_the_assistant_is_logged_with_its_trace(
    conversations: Conversations, assistant: FakeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assistant.error = ZeroDivisionError("a bug")
    conversations.answer(message())

    assert "ZeroDivisionError: a bug" in caplog.text


def test_an_assistant_that_is_too_slow_gives_way_to_an_apology(
    conversations: Conversations, assistant: FakeAssistant
) -> None:
    assistant.gate.clear()
    turn = conversations.answer(message(timeout=0.05))

    assert turn.reply.outcome == "failed"
    assert turn.latency_ms >= 50


def test_waiting_for_an_earlier_message_counts_as_time(
    conversations: Conversations, assistant: FakeAssistant, store: TranscriptStore
) -> None:
    assistant.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(conversations.answer, message("first"))
        assistant.arrived.acquire()
        second = conversations.answer(message("second", timeout=0.05))
        assistant.gate.set()
        first.result()

    assert second.reply.outcome == "failed"
    assert {turn.text for turn in store.turns("c1")} == {"first", "second"}


def test_what_cannot_be_stored_is_not_acknowledged(assistant: FakeAssistant, tmp_path: Path) -> None:
    store = TranscriptStore(Database(f"sqlite:///{tmp_path}/missing/x.db"))

    with pytest.raises(StorageUnavailable):
        Conversations(assistant, store, LocalLocks(), "").answer(message())


def test_memory_goes_from_turn_to_turn(store: TranscriptStore) -> None:
    class Counting(FakeAssistant):
        def respond(self, utterance: Utterance, timeout: float) -> Reply:
            count = (utterance.memory or {"count": 0})["count"]
            return Reply(str(count), "en", True, "greeting", 1.0, memory={"count": count + 1})

    conversations = Conversations(Counting(), store, LocalLocks(), "")

    assert [conversations.answer(message()).reply.text for _ in range(3)] == ["0", "1", "2"]


def test_what_people_say_is_not_logged(conversations: Conversations, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    conversations.answer(message("my secret question about Intune"))

    assert "outcome=answered" in caplog.text
    assert "secret" not in caplog.text
    assert "covered" not in caplog.text


def test_local_locks_are_handed_on_first_come_first_served() -> None:
    joined = threading.Semaphore(0)

    class Watched(LocalLocks):
        def _join(self, conversation: str) -> threading.Event:
            turn = super()._join(conversation)
            joined.release()
            return turn

    locks = Watched()
    order: list[int] = []

    def work(number: int) -> None:
        with locks.hold("c1", 10):
            order.append(number)

    with ThreadPoolExecutor(5) as pool, locks.hold("c1", 0):
        joined.acquire()
        for number in range(5):
            pool.submit(work, number)
            joined.acquire()

    assert order == [0, 1, 2, 3, 4]


def test_a_lock_that_is_given_up_on_blocks_nobody(locks: ConversationLocks) -> None:
    with locks.hold("c1", 1), pytest.raises(ConversationBusy), locks.hold("c1", 0.05):
        pass
    with locks.hold("c1", 0.05):
        pass


@pytest.mark.redis
def test_replicas_share_the_locks_in_redis(redis_server: str) -> None:
    with redis.Redis.from_url(redis_server) as one, redis.Redis.from_url(redis_server) as other:
        with RedisLocks(one, 30).hold("c9", 1):
            with pytest.raises(ConversationBusy), RedisLocks(other, 30).hold("c9", 0.05):
                pass


def test_a_redis_that_is_gone_means_busy_not_broken(store: TranscriptStore, assistant: FakeAssistant) -> None:
    with redis.Redis(port=1, socket_connect_timeout=1) as nowhere:
        turn = Conversations(assistant, store, RedisLocks(nowhere, 30), "").answer(message())

    assert turn.reply.outcome == "failed"
