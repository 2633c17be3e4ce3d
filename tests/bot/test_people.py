"""One person's turns: found by whatever names them, and gone without a trace when they wish it."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.assistant.protocol import Reply
from bot.ids import new_id
from bot.keys import Keys
from bot.knowledge_base.tables import knowledge_revisions
from bot.tokens import ConversationTokens
from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.database import Database
from bot.transcripts.people import People, Person
from bot.transcripts.records import Turn
from bot.transcripts.searching import indexed, terms
from bot.transcripts.store import TranscriptStore
from bot.transcripts.tables import conversations, feedback, judgements, question_groups, turn_tags, turns
from tests.bot.conftest import Clock

NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
REPLY = Reply("Yes.", "en", True, "coverage_service", 0.9, memory={"slots": {"topic": "x"}})
KEYS = Keys("secret")
ANN, BOB = KEYS.pseudonym("teams-sender", "ann-directory-id"), KEYS.pseudonym("teams-sender", "bob-directory-id")


@pytest.fixture
def tokens() -> ConversationTokens:
    return ConversationTokens(KEYS, 60)


@pytest.fixture
def people(database: Database, tokens: ConversationTokens) -> People:
    return People(database, KEYS, tokens)


def ask(store: TranscriptStore, conversation: str, text: str, minutes: int = 0, sender: str | None = None) -> Turn:
    evidence = {"sender": sender} if sender else {}
    created = NOW + datetime.timedelta(minutes=minutes)
    turn = Turn(new_id(), conversation, text, replace(REPLY, evidence=evidence), "teams", 12.5, created)
    store.record(turn)
    return turn


def count(database: Database, table: sa.Table) -> int:
    with database.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar())


def hits(database: Database, word: str) -> int:
    with database.reading() as connection:
        found = indexed(connection, terms(word), database.is_sqlite)
        return int(connection.execute(sa.select(sa.func.count()).select_from(turns).where(*found)).scalar())


def test_a_conversation_is_found_by_its_token_and_its_id(
    store: TranscriptStore, people: People, tokens: ConversationTokens
) -> None:
    ask(store, "c1", "one")
    ask(store, "c1", "two", minutes=1)
    ask(store, "c2", "another's")

    for text in (tokens.issue("c1"), f"  {tokens.issue('c1')}\n", "c1"):
        holding = people.find(text)
        assert holding and (holding.person, holding.turns) == (Person("conversation", "c1"), 2)
        assert (holding.channels, holding.conversations) == (("teams",), ("c1",))
        assert holding.last - holding.first == datetime.timedelta(minutes=1)


def test_an_expired_token_names_its_conversation_still(store: TranscriptStore, database: Database) -> None:
    ask(store, "c1", "one")
    expired = ConversationTokens(KEYS, -1)

    assert People(database, KEYS, expired).find(expired.issue("c1"))


def test_a_sender_is_found_by_stand_in_and_by_name(store: TranscriptStore, people: People) -> None:
    ask(store, "thread", "mine", sender=ANN)
    ask(store, "other", "mine too", minutes=1, sender=ANN)
    ask(store, "thread", "not mine", sender=BOB)

    for text in (ANN, "ann-directory-id"):
        holding = people.find(text)
        assert holding and (holding.person, holding.turns) == (Person("sender", ANN), 2)
        assert holding.conversations == ("other", "thread") or set(holding.conversations) == {"other", "thread"}


def test_a_sender_of_the_rest_channel_is_found_by_name(store: TranscriptStore, people: People) -> None:
    ask(store, KEYS.pseudonym("rest-sender", "客户 7"), "hello")

    assert people.find("客户 7")


@pytest.mark.parametrize("text", ["", "nobody", "c" * 300, "'; DROP TABLE turns; --", "\x00", "c1.forged.token"])
def test_who_is_not_known_is_not_found(store: TranscriptStore, people: People, text: str) -> None:
    ask(store, "c1", "one")

    assert people.find(text) is None


def test_everything_of_a_conversation_goes(store: TranscriptStore, people: People, database: Database) -> None:
    gone, kept = ask(store, "c1", "zeppelin"), ask(store, "c2", "airship")
    for turn in (gone, kept):
        store.give_feedback(turn.id, "down", "words of a person")
    with database.writing() as connection:
        numbers = dict(connection.execute(sa.select(turns.c.id, turns.c.number)).all())
        for turn in (gone, kept):
            row = {"turn_id": turn.id, "verdict": "wrong", "note": "", "judged_by": "x", "judged_at": NOW}
            connection.execute(judgements.insert(), row)
            connection.execute(turn_tags.insert(), {"tag": "urgent", "turn_number": numbers[turn.id]})
            group = {"model": "m", "first_number": numbers[turn.id], "embedding": b"x"}
            [key] = connection.execute(question_groups.insert(), group).inserted_primary_key
            connection.execute(turns.update().where(turns.c.id == turn.id).values(group_id=key))

    assert people.delete(Person("conversation", "c1")) == 1
    for table in (turns, feedback, judgements, turn_tags, question_groups, conversations):
        assert count(database, table) == 1, table.name
    assert (hits(database, "zeppelin"), hits(database, "airship")) == (0, 1)
    assert store.turns("c2")[0].comment == "words of a person"


def test_what_staff_wrote_forgets_the_question_it_was_written_for(
    store: TranscriptStore, people: People, database: Database
) -> None:
    gone, kept = ask(store, "c1", "one"), ask(store, "c2", "two")
    row = {
        "page": "p", "label": "t/x", "state": "draft", "based_on": 0, "content": {}, "author": "ann", "editors": [],
        "note": "", "turns": [gone.id, kept.id], "changed_at": NOW,
    }  # fmt: skip
    with database.writing() as connection:
        connection.execute(knowledge_revisions.insert(), row)

    people.delete(Person("conversation", "c1"))
    with database.reading() as connection:
        assert connection.execute(sa.select(knowledge_revisions.c.turns)).scalar() == [kept.id]


def test_a_shared_conversation_shows_nothing_of_who_has_gone(store: TranscriptStore, people: People) -> None:
    ask(store, "thread", "ann's secret", sender=ANN)
    ask(store, "thread", "bob's question", minutes=1, sender=BOB)
    ask(store, "thread", "ann again", minutes=2, sender=ANN)

    assert people.delete(Person("sender", ANN)) == 2
    summary = store.conversation("thread")
    assert summary and (summary.title, summary.turn_count) == ("bob's question", 1)
    assert summary.started == summary.last == NOW + datetime.timedelta(minutes=1)
    assert store.memory("thread") is None


def test_more_turns_than_a_batch_go(store: TranscriptStore, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.transcripts.people._BATCH", 2)
    for minute in range(5):
        ask(store, "c1", "again", minutes=minute)

    assert [len(some) for some in people.numbers(Person("conversation", "c1"))] == [2, 2, 1]
    assert people.delete(Person("conversation", "c1")) == 5
    assert store.conversation("c1") is None


def test_figures_stay(store: TranscriptStore, people: People, database: Database, moved_clock: Clock) -> None:
    moved_clock.now = NOW + datetime.timedelta(days=1)
    ask(store, "c1", "one")
    daily = DailyFigures(database)
    daily.roll_up()
    before = daily.read(NOW.date(), NOW.date())
    people.delete(Person("conversation", "c1"))

    assert daily.read(NOW.date(), NOW.date()) == before and before.in_all
