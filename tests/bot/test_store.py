"""The transcript store, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.protocol import Reply, Source
from bot.errors import StorageUnavailable, UnknownTurn
from bot.ids import new_id
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from bot.transcripts.records import Cursor, Turn
from bot.transcripts.store import DuplicateMessage, TranscriptStore

START = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
REPLY = Reply(
    text="是的，Intune 在认证范围内。",
    language="zh",
    answered=True,
    topic="coverage_service",
    confidence=0.97,
    as_of="2019-12-05",
    sources=(Source("证书", "https://example.com/certificate.pdf"),),
    suggestions=("证书呢？",),
    evidence={"hits": [{"entry": "coverage_service/service", "score": 0.91}]},
)


def a_turn(conversation: str = "c1", minutes: int = 0, message_id: str | None = None, text: str = "Intune？") -> Turn:
    created = START + datetime.timedelta(minutes=minutes)
    return Turn(new_id(), conversation, text, REPLY, "web", 12.5, created, message_id)


def test_a_turn_comes_back_as_it_was(store: TranscriptStore) -> None:
    turn = a_turn(message_id="m1")
    store.record(turn)

    assert store.turns("c1") == (turn,)


def test_turns_come_back_in_order(store: TranscriptStore) -> None:
    turns = [a_turn(minutes=minute) for minute in range(3)]
    for turn in turns:
        store.record(turn)

    assert store.turns("c1") == tuple(turns)
    assert store.turns("c2") == ()


@pytest.mark.parametrize("text", ["😀👩‍👩‍👧", "繁體字與简体字", "a'; DROP TABLE turns; --", '%s {} \\ "', "שלום"])
def test_any_text_is_only_data(store: TranscriptStore, text: str) -> None:
    store.record(a_turn(text=text))

    assert store.turns("c1")[0].text == text


def test_a_message_id_is_stored_once_in_a_conversation(store: TranscriptStore) -> None:
    first = a_turn(message_id="m1")
    store.record(first)

    with pytest.raises(DuplicateMessage):
        store.record(a_turn(message_id="m1"))
    store.record(a_turn("c2", message_id="m1"))

    assert store.find_message("c1", "m1") == first
    assert store.find_message("c1", "m2") is None
    assert store.conversation("c1").turn_count == 1  # the second insert left nothing behind


def test_turns_without_a_message_id_are_all_stored(store: TranscriptStore) -> None:
    store.record(a_turn())
    store.record(a_turn())

    assert len(store.turns("c1")) == 2


def test_memory_is_that_of_the_latest_turn_that_had_one(store: TranscriptStore) -> None:
    assert store.memory("c1") is None
    for memory in ({"service": "intune"}, {"service": "世纪互联"}, None):
        store.record(dataclasses.replace(a_turn(), reply=dataclasses.replace(REPLY, memory=memory)))

    assert store.memory("c1") == {"service": "世纪互联"}


def test_evidence_that_is_not_json_does_not_lose_the_turn(store: TranscriptStore) -> None:
    reply = dataclasses.replace(REPLY, evidence={"score": float("nan"), "names": {"intune"}, "raw": "a\x00b"})
    store.record(dataclasses.replace(a_turn(), reply=reply))

    assert store.turns("c1")[0].reply.evidence == {"score": "NaN", "names": "{'intune'}", "raw": "ab"}


def test_conversations_are_listed_by_their_latest_turn(store: TranscriptStore) -> None:
    store.record(a_turn("old", minutes=0, text="first words"))
    store.record(a_turn("new", minutes=1))
    store.record(a_turn("old", minutes=2, text="later words"))

    first, second = store.conversations().conversations
    assert (first.id, first.title, first.turn_count) == ("old", "first words", 2)
    assert (first.started, first.last) == (START, START + datetime.timedelta(minutes=2))
    assert second.id == "new"


def test_paging_shows_every_conversation_once(store: TranscriptStore) -> None:
    names = [f"c{number}" for number in range(7)]
    for name in names:
        store.record(a_turn(name, minutes=names.index(name) // 2))  # some share their moment

    seen: list[str] = []
    cursor: Cursor | None = None
    while True:
        page = store.conversations(cursor, limit=2)
        seen += [each.id for each in page.conversations]
        if page.next is None:
            break
        cursor = Cursor.parse(str(page.next))

    assert sorted(seen) == names


@given(moment=st.datetimes(min_value=datetime.datetime(1970, 1, 1), timezones=st.just(datetime.timezone.utc)))
def test_a_cursor_is_exact(moment: datetime.datetime) -> None:
    assert Cursor.parse(str(Cursor(moment, "c1"))) == Cursor(moment, "c1")


@pytest.mark.parametrize(
    "text", ["", "x", "nan_c1", "1e999_c1", "-99999999999999999999_c1", "1_%00", "1_\x00", "1_" + "c" * 65]
)
def test_a_cursor_that_was_tampered_with_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Cursor.parse(text)


def test_feedback_can_be_changed(store: TranscriptStore) -> None:
    turn = a_turn()
    store.record(turn)
    store.give_feedback(turn.id, "up", "")
    store.give_feedback(turn.id, "down", "不对")

    assert store.turns("c1")[0].feedback == "down"
    assert store.turns("c1")[0].comment == "不对"


def test_feedback_needs_a_turn(store: TranscriptStore) -> None:
    with pytest.raises(UnknownTurn):
        store.give_feedback(new_id(), "up", "")


def test_old_turns_go_with_their_feedback_and_empty_conversations(store: TranscriptStore) -> None:
    gone, kept = a_turn("both", minutes=0), a_turn("both", minutes=2)
    for turn in (gone, kept, a_turn("old", minutes=0)):
        store.record(turn)
    store.give_feedback(gone.id, "up", "")

    moment = START + datetime.timedelta(minutes=1)
    assert [store.delete_before(moment, at_most=1) for _ in range(3)] == [1, 1, 0]
    assert store.turns("both") == (kept,)
    assert store.conversation("old") is None


def test_many_threads_can_store_at_once(store: TranscriptStore) -> None:
    def work(name: str) -> None:
        for minute in range(5):
            store.record(a_turn(name, minutes=minute))

    threads = [threading.Thread(target=work, args=(f"c{number % 3}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(each.turn_count for each in store.conversations().conversations) == 30


def test_a_database_that_does_not_answer_is_said_to_be_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/x.db")

    with pytest.raises(StorageUnavailable):
        TranscriptStore(database).record(a_turn())


@pytest.mark.postgres
def test_a_lost_connection_is_replaced(postgres_url: str) -> None:
    database = Database(postgres_url)
    migrate(database)
    store = TranscriptStore(database)
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    other = Database(postgres_url)
    with other.reading() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    store.record(a_turn())

    assert len(store.turns("c1")) == 1
    other.close()
    database.close()
