"""Lists of turns, for any filter and any words, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.transcripts import reading as reading_module
from bot.transcripts.database import Database
from bot.transcripts.filters import Filter
from bot.transcripts.judging import Judging, Verdict
from bot.transcripts.migrate import migrate
from bot.transcripts.reading import QueuePlace, Reading
from bot.transcripts.records import Cursor
from bot.transcripts.store import TranscriptStore
from tests.bot.asking import DAY, START, ask
from tests.services.servers import postgres_database

QUESTIONS = ["哪些服務通過了認證？", 'Is "Intune" covered by the audit?', "Intune 有认证吗？", "100% sure_thing?"]


@pytest.fixture
def reading(database: Database) -> Reading:
    return Reading(database)


def found(reading: Reading, **wanted: object) -> list[str]:
    return [turn.text for turn in reading.turns(Filter(**wanted)).turns]  # type: ignore[arg-type]


def test_turns_come_newest_first_with_what_a_list_shows(
    store: TranscriptStore, reading: Reading, database: Database
) -> None:
    ask(store, "first")
    turn = ask(store, "second", days=1, channel="teams", outcome="refused", confidence=0.3, language="zh")
    Judging(database).tag(turn.id, "Urgent")
    Judging(database).assign(turn.id, "ann")

    newest, oldest = reading.turns(Filter()).turns
    assert (newest.text, oldest.text) == ("second", "first")
    assert (newest.id, newest.channel, newest.language, newest.outcome) == (turn.id, "teams", "zh", "refused")
    assert (newest.band, newest.review, newest.assignee, newest.tags) == (0, "open", "ann", ("urgent",))
    assert reading.line(turn.id) == newest
    assert reading.line("nobody") is None


def test_every_facet_filters(store: TranscriptStore, reading: Reading, database: Database) -> None:
    ask(store, "plain")
    odd = ask(
        store, "odd", days=3, channel="teams", language="zh", topic="audit_reports", outcome="refused", confidence=0.6,
        evidence={"names": [{"id": "intune", "kind": "service"}, {"id": "power-bi", "kind": "service"}]},
    )  # fmt: skip
    store.give_feedback(odd.id, "down", "")
    Judging(database).tag(odd.id, "urgent")
    Judging(database).assign(odd.id, "ann")
    Judging(database).judge(odd.id, Verdict("wrong"), "ann")
    last_day = (START + 3 * DAY).date()

    facets = {
        "channel": "teams", "language": "zh", "topic": "audit_reports", "outcome": "refused", "confidence": "middle",
        "feedback": "down", "review": "wrong", "assignee": "ann", "tag": "urgent", "service": "power-bi",
        "since": last_day, "query": "odd",
    }  # fmt: skip
    for name, value in facets.items():
        assert found(reading, **{name: value}) == ["odd"], name
    assert found(reading, **facets) == ["odd"]
    assert found(reading, review="judged") == ["odd"]
    assert found(reading, until=last_day - DAY) == ["plain"]
    for name, value in {"feedback": "none", "review": "open", "assignee": "-", "confidence": "high"}.items():
        assert found(reading, **{name: value}) == ["plain"], name
    for name, value in {"service": "power", "topic": "audit", "tag": "urg", "channel": "rest"}.items():
        assert found(reading, **{name: value}) == [], name


def test_a_day_is_whole_at_both_ends(store: TranscriptStore, reading: Reading) -> None:
    for days in range(4):
        ask(store, f"day {days}", days=days)
    first, last = (START + DAY).date(), (START + 2 * DAY).date()

    assert found(reading, since=first, until=last) == ["day 2", "day 1"]
    assert found(reading, since=first, until=first) == ["day 1"]
    assert found(reading, since=last, until=first) == []
    assert found(reading, until=datetime.date(2020, 1, 1)) == found(reading, since=datetime.date(2030, 1, 1)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("认证", ["Intune 有认证吗？", "哪些服務通過了認證？"], id="two characters find both scripts"),
        pytest.param("認證", ["Intune 有认证吗？", "哪些服務通過了認證？"], id="traditional finds simplified"),
        pytest.param("证", ["Intune 有认证吗？", "哪些服務通過了認證？"], id="one character"),
        pytest.param("吗", ["Intune 有认证吗？"], id="a last character"),
        pytest.param("服务通过了", ["哪些服務通過了認證？"], id="a long Chinese phrase"),
        pytest.param("INTUNE", ["Intune 有认证吗？", 'Is "Intune" covered by the audit?'], id="any case"),
        pytest.param("ｉｎｔｕｎｅ", ["Intune 有认证吗？", 'Is "Intune" covered by the audit?'], id="full width"),
        pytest.param("认证 intune", ["Intune 有认证吗？"], id="both languages"),
        pytest.param("aud", ['Is "Intune" covered by the audit?'], id="a part of a word"),
        pytest.param('"by the"', ['Is "Intune" covered by the audit?'], id="a phrase in quotes"),
        pytest.param('"the by"', [], id="a phrase in another order"),
        pytest.param("by covered", ['Is "Intune" covered by the audit?'], id="words in any order"),
        pytest.param("100%", ["100% sure_thing?"], id="a sign that SQL knows"),
        pytest.param("_", ["100% sure_thing?"], id="another such sign"),
        pytest.param("？", QUESTIONS, id="punctuation of any width"),
        pytest.param('"', [], id="only a quote"),
        pytest.param("NOT audit", [], id="a word that FTS knows is a word"),
        pytest.param('audit" OR search:"', [], id="no way into the search language"),
        pytest.param("audit* ^is NEAR(a b)", [], id="signs of the search language"),
        pytest.param("'; DROP TABLE turns; --", [], id="no way into SQL"),
        pytest.param("龘", [], id="a character that nobody used"),
    ],
)  # fmt: skip
def test_search(searched: Reading, query: str, expected: list[str]) -> None:
    assert sorted(found(searched, query=query)) == sorted(expected)


@given(query=st.text(max_size=30))
def test_no_query_breaks_the_search(searched: Reading, query: str) -> None:
    searched.turns(Filter.parse({"query": query}))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def searched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """Four questions to search in, stored once for all searches."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('searched')}/x.db"
        if request.param == "postgres":
            url = stack.enter_context(postgres_database(request.getfixturevalue("postgres_server")))
        database = Database(url)
        stack.callback(database.close)
        migrate(database)
        for text in (
            "哪些服務通過了認證？",
            'Is "Intune" covered by the audit?',
            "Intune 有认证吗？",
            "100% sure_thing?",
        ):
            ask(TranscriptStore(database), text)
        yield Reading(database)


def test_paging_shows_every_turn_once(store: TranscriptStore, reading: Reading) -> None:
    for number in range(7):
        ask(store, f"question {number}", outcome="refused" if number % 2 else "answered")
    for wanted in (Filter(), Filter(query="question"), Filter(language="en", channel="web")):
        seen: list[str] = []
        before = None
        while True:
            page = reading.turns(wanted, before, limit=2)
            seen += [turn.text for turn in page.turns]
            before = page.before
            if before is None:
                break
        assert seen == [f"question {number}" for number in range(6, -1, -1)]


def test_a_list_that_takes_too_long_ends_and_goes_on_from_there(
    store: TranscriptStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "_FIRST_STRETCH", 2)
    monkeypatch.setattr(reading_module, "_GROWTH", 1)
    for number in range(6):
        ask(store, "rare" if number == 0 else "frequent", days=number)
    moments = iter(range(1000))
    impatient = Reading(database, clock=lambda: float(next(moments)))

    first = impatient.turns(Filter(query="rare"))
    assert (first.turns, first.looked_back_to) == ((), START + 4 * DAY)
    second = impatient.turns(Filter(query="rare"), first.before)
    third = impatient.turns(Filter(query="rare"), second.before)
    assert [turn.text for turn in third.turns] == ["rare"]
    assert (third.before, third.looked_back_to) == (None, None)


def test_numbers_that_are_gone_end_no_list_early(store: TranscriptStore, reading: Reading) -> None:
    for number in range(6):
        ask(store, f"question {number}", days=number)
    store.delete_before(START + 4 * DAY)

    assert found(reading) == ["question 5", "question 4"]
    assert found(reading, query="question") == ["question 5", "question 4"]


def test_the_queue_is_ordered_by_what_is_worth_a_look(store: TranscriptStore, reading: Reading) -> None:
    ask(store, "fine")
    ask(store, "unsure", confidence=0.2)
    ask(store, "refused before", outcome="refused")
    ask(store, "refused after", outcome="refused")
    ask(store, "person", outcome="handoff")
    disliked = ask(store, "disliked")
    store.give_feedback(disliked.id, "down", "")
    expected = ["disliked", "person", "refused after", "refused before", "unsure"]

    queue = reading.queue(Filter())
    assert [turn.text for turn in queue] == expected
    assert reading.queue_length(Filter()) == 5
    assert reading.queue_length(Filter(), at_most=3) == 3
    assert [turn.text for turn in reading.queue(Filter(outcome="refused"))] == ["refused after", "refused before"]
    for place, turn in enumerate(queue):
        assert [each.text for each in reading.queue(Filter(), turn.place)] == expected[place + 1 :]
        before = reading.queue_before(Filter(), turn.place)
        assert (before.text if before else None) == (expected[place - 1] if place else None)


def test_what_is_judged_leaves_the_queue_and_comes_back_when_reopened(
    store: TranscriptStore, reading: Reading, database: Database
) -> None:
    turn = ask(store, "refused", outcome="refused")
    judgement = Judging(database).judge(turn.id, Verdict("right"), "ann")
    assert reading.queue(Filter()) == ()

    Judging(database).reopen(turn.id, judgement.stamp)
    assert [each.text for each in reading.queue(Filter())] == ["refused"]


def test_conversations_show_what_became_of_their_turns(
    store: TranscriptStore, reading: Reading, database: Database
) -> None:
    first = ask(store, "hello", conversation="old")
    ask(store, "other", days=1, conversation="new")
    last = ask(store, "still there?", days=2, conversation="old", outcome="refused")
    store.give_feedback(first.id, "up", "")
    store.give_feedback(last.id, "down", "")
    Judging(database).assign(first.id, "ann")
    Judging(database).tag(first.id, "urgent")
    Judging(database).judge(first.id, Verdict("right"), "ann")

    (old, new), end = reading.conversations()
    assert end is None
    assert (old.summary.title, old.newest.text, old.newest.outcome) == ("hello", "still there?", "refused")
    assert (old.thumbs_up, old.thumbs_down, old.judged, old.assignees, old.tags) == (1, 1, 1, ("ann",), ("urgent",))
    assert (new.summary.title, new.judged, new.tags) == ("other", 0, ())
    page, end = reading.conversations(limit=1)
    assert [line.summary.id for line in page] == ["old"]
    (rest, _) = reading.conversations(Cursor.parse(str(end)))
    assert [line.summary.id for line in rest] == ["new"]


def test_the_values_to_choose_from_are_those_in_use(
    store: TranscriptStore, reading: Reading, database: Database
) -> None:
    assert reading.values("topic") == reading.values("assignee") == reading.tags() == ()
    for topic in ("standard", "audit_reports", "standard"):
        turn = ask(store, "x", topic=topic)
    Judging(database).tag(turn.id, "b")
    Judging(database).tag(turn.id, "A")
    Judging(database).assign(turn.id, "bob")

    assert reading.values("topic") == ("audit_reports", "standard")
    assert reading.values("assignee") == ("bob",)
    assert reading.tags() == ("a", "b")


def test_on_sqlite_no_list_sorts_or_reads_all_turns(tmp_path: Path) -> None:
    """SQLite's planner keeps no statistics, so how a list is found depends on how it is asked for."""
    database = Database(f"sqlite:///{tmp_path}/x.db")
    migrate(database)
    ask(TranscriptStore(database), "认证 intune")
    plans: list[str] = []
    statements: list[tuple[str, tuple[object, ...]]] = []
    sa.event.listen(
        database.engine, "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, *_: statements.append((statement, parameters)),
    )  # fmt: skip
    day = START.date()
    for wanted in (
        Filter(), Filter(language="en", channel="web"), Filter(query="认证", outcome="answered"), Filter(tag="x"),
        Filter(query="认证", outcome="answered", tag="x"),
    ):  # fmt: skip
        Reading(database).turns(dataclasses.replace(wanted, since=day, until=day))
        Reading(database).queue(wanted, QueuePlace(20, 5))
    asked = [
        each for each in statements if each[0].startswith("SELECT") and not each[0].startswith("SELECT turn_tags.tag")
    ]
    with database.reading() as connection:
        for statement, parameters in asked:
            plans += [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    database.close()

    assert any("turns_search VIRTUAL TABLE" in plan for plan in plans)
    assert any("(tag=? AND turn_number>? AND turn_number<?)" in plan for plan in plans)
    assert any("COVERING INDEX turns_facets" in plan for plan in plans)
    assert any("COVERING INDEX turns_queue" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN turns") and "turns_search" not in plan] == []
    assert [plan for plan in plans if "TEMP B-TREE" in plan] == []


@pytest.mark.parametrize("text", ["", "1", "x_1", "1_x", "-1_1", "99999_1", "1_" + "9" * 30, "１_1"])
def test_a_place_in_the_queue_that_was_tampered_with_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        QueuePlace.parse(text)


def test_a_filter_comes_back_from_its_link() -> None:
    day = datetime.date(2026, 1, 31)
    wanted = Filter(channel="teams", tag="内容 缺失", since=day, until=day, query='"a b" & c=d', assignee="-")

    assert Filter.parse(wanted.arguments()) == wanted
    assert Filter.parse({"after": "x", "lang": "zh", "channel": ""}) == Filter()
    assert not Filter()
    assert wanted.link().startswith("channel=teams&assignee=-&tag=%E5%86%85")


@pytest.mark.parametrize(
    "arguments",
    [
        {"channel": "telepathy"}, {"outcome": "x"}, {"confidence": "0"}, {"feedback": "meh"}, {"review": "?"},
        {"since": "yesterday"}, {"until": "2026-02-30"}, {"tag": "x" * 41}, {"query": "x" * 201}, {"language": "de"},
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Filter.parse(arguments)
