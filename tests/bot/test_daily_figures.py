"""Figures of each day: counted once it is over, and the same whatever becomes of its turns."""

from __future__ import annotations

import dataclasses
import datetime
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from bot import clock
from bot.assistant.protocol import Reply
from bot.ids import new_id
from bot.transcripts.daily_figures import ASKED, LATENCY, OUTCOME, SERVICE, THUMB, TOPIC, DailyFigures, latency_of
from bot.transcripts.database import Database
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore

DAY = datetime.timedelta(days=1)
NOON = datetime.datetime(2026, 3, 31, 12, tzinfo=datetime.timezone.utc)
TODAY = NOON.date()
REPLY = Reply(text="Yes.", language="en", answered=True, topic="coverage_service", confidence=0.9)


@pytest.fixture
def daily(database: Database) -> DailyFigures:
    return DailyFigures(database)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime.datetime]]:
    """The present moment, in a list that a test may change."""
    moment = [NOON]
    monkeypatch.setattr(clock, "utc_now", lambda: moment[0])
    yield moment


def ask(store: TranscriptStore, moment: datetime.datetime = NOON, **changes: object) -> Turn:
    names = [{"kind": "service", "id": service} for service in changes.pop("services", ())]  # type: ignore[attr-defined]
    text = str(changes.pop("text", "Is it covered?"))
    took = float(changes.pop("took", 20.0))  # type: ignore[arg-type]
    reply = dataclasses.replace(REPLY, evidence={"names": names}, **changes)
    turn = Turn(new_id(), "c1", text, reply, "web", took, moment)
    store.record(turn)
    return turn


def by_name(daily: DailyFigures, kind: str, first: datetime.date, last: datetime.date = TODAY) -> dict[str, int]:
    figures = daily.read(first, last)
    counts: Counter[str] = Counter()
    for (_, its_kind, name), count in figures.over_time.items():
        counts[name] += count if its_kind == kind else 0
    counts.update({name: count for (its_kind, name), count in figures.in_all.items() if its_kind == kind})
    return {name: count for name, count in counts.items() if count}


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize("rolled_up", [False, True])
def test_what_a_day_is_counted_by(store: TranscriptStore, daily: DailyFigures, rolled_up: bool) -> None:
    yesterday = NOON - DAY
    ask(store, yesterday, services=("intune", "power_bi"))
    ask(store, yesterday, services=("intune",), language="zh")
    ask(store, yesterday, outcome="refused", topic="out_of_scope", took=3000)
    if rolled_up:
        assert daily.roll_up() == 1

    first = yesterday.date()
    assert by_name(daily, ASKED, first) == {"web/en": 2, "web/zh": 1}
    assert by_name(daily, OUTCOME, first) == {"answered": 2, "refused": 1}
    assert by_name(daily, TOPIC, first) == {"coverage_service": 2, "out_of_scope": 1}
    assert by_name(daily, SERVICE, first) == {"intune": 2, "power_bi": 1}
    steps = by_name(daily, LATENCY, first)
    assert sorted(steps.values()) == [1, 2]
    assert sorted(latency_of(step) for step in steps) == pytest.approx([20, 3000], rel=0.03)
    assert by_name(daily, ASKED, TODAY) == {}


def test_a_day_is_rolled_up_an_hour_after_its_end_and_once(
    store: TranscriptStore, daily: DailyFigures, at: list[datetime.datetime]
) -> None:
    ask(store, NOON)
    at[0] = datetime.datetime(2026, 4, 1, 0, 59, tzinfo=datetime.timezone.utc)
    assert daily.roll_up() == 0

    at[0] = datetime.datetime(2026, 4, 1, 1, 1, tzinfo=datetime.timezone.utc)
    assert (daily.roll_up(), daily.roll_up()) == (1, 0)
    assert by_name(daily, ASKED, TODAY) == {"web/en": 1}


def test_figures_stay_when_turns_go(store: TranscriptStore, daily: DailyFigures, at: list[datetime.datetime]) -> None:
    ask(store, NOON - DAY)
    ask(store, NOON)
    daily.roll_up()
    store.delete_before(NOON - datetime.timedelta(hours=1))

    assert by_name(daily, ASKED, TODAY - DAY) == {"web/en": 2}


def test_a_late_thumb_counts_on_the_day_on_which_it_was_given(
    store: TranscriptStore, daily: DailyFigures, at: list[datetime.datetime]
) -> None:
    turn = ask(store, NOON - DAY)
    daily.roll_up()
    store.give_feedback(turn.id, "up", "")

    assert by_name(daily, THUMB, TODAY - DAY, TODAY - DAY) == {}
    assert by_name(daily, THUMB, TODAY) == {"up": 1}


@pytest.mark.usefixtures("at", "no_hurry_to_write")
def test_replicas_that_roll_up_together_count_a_day_once(store: TranscriptStore, database: Database) -> None:
    for days in range(1, 40):
        ask(store, NOON - days * DAY)
    done: list[int] = []

    def work() -> None:
        own = Database(database.engine.url.render_as_string(hide_password=False))
        done.append(DailyFigures(own).roll_up())
        own.close()

    replicas = [threading.Thread(target=work) for _ in range(3)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()

    assert sum(done) == 39
    assert by_name(DailyFigures(database), ASKED, TODAY - 40 * DAY) == {"web/en": 39}


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_any_stretch_of_days_adds_up(store: TranscriptStore, daily: DailyFigures, unit: str) -> None:
    for days in range(100):
        ask(store, NOON - days * DAY, services=("intune",))
    daily.roll_up()

    for begin, end in ((0, 99), (0, 0), (1, 40), (30, 61), (31, 58), (58, 58), (5, 90)):
        figures = daily.read(TODAY - end * DAY, TODAY - begin * DAY, unit)  # type: ignore[arg-type]
        asked = sum(count for (_, kind, _), count in figures.over_time.items() if kind == ASKED)
        assert (asked, figures.in_all[SERVICE, "intune"], figures.missing) == (end - begin + 1,) * 2 + (0,)


@pytest.mark.usefixtures("at")
def test_weeks_begin_on_monday_and_months_with_their_first(store: TranscriptStore, daily: DailyFigures) -> None:
    ask(store, datetime.datetime(2026, 3, 15, 23, 59, tzinfo=datetime.timezone.utc))  # a Sunday
    daily.roll_up()

    for unit, start in (("week", datetime.date(2026, 3, 9)), ("month", datetime.date(2026, 3, 1))):
        figures = daily.read(datetime.date(2026, 1, 1), TODAY, unit)  # type: ignore[arg-type]
        assert {start for start, _, _ in figures.over_time} == {start}


@pytest.mark.usefixtures("at")
def test_days_of_a_backlog_are_said_to_be_missing(store: TranscriptStore, daily: DailyFigures) -> None:
    for days in range(10):
        ask(store, NOON - days * DAY)

    assert daily.read(TODAY - 9 * DAY, TODAY).missing == 7
    assert by_name(daily, ASKED, TODAY - 9 * DAY) == {"web/en": 3}
    assert daily.read(TODAY - 1 * DAY, TODAY).missing == 0
    daily.roll_up()
    assert daily.read(TODAY - 9 * DAY, TODAY).missing == 0


def test_an_empty_database_has_no_figures(daily: DailyFigures) -> None:
    assert daily.roll_up() == 0
    assert daily.first_day() is None
    assert daily.read(TODAY - DAY, TODAY).missing == 0
