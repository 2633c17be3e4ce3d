"""Counts of each day, kept as numbers: rolled up when the day is over, counted from the turns until then.

A day, in UTC, is rolled up an hour after its end, once, in a transaction that begins with the day's marker: of several
replicas one wins. From then on its figures stand, whatever becomes of the turns; what is deleted before that is not
in them. A thumb counts on the day on which it was given, so that a late one never changes a day that is over.

Topics and services have many names a day. With the last day of a month they are added up once more, so that two years
are read as fast as a week.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.transcripts.database import Database
from bot.transcripts.tables import daily_figures, feedback, turns

ASKED = "asked"  # named CHANNEL/LANGUAGE
OUTCOME = "outcome"
THUMB = "thumb"
LATENCY = "latency"  # named by the number of a step, see `latency_step`
TOPIC = "topic"
SERVICE = "service"

Unit = Literal["day", "week", "month"]
Key = tuple[datetime.date, str, str]

_FEW_NAMES = (ASKED, OUTCOME, THUMB)
_OVER_TIME = (*_FEW_NAMES, LATENCY)
_IN_ALL = (TOPIC, SERVICE)
_OF_MONTH = {"topic/month": TOPIC, "service/month": SERVICE}
_DONE = "done"  # the marker of a day that is rolled up
_GRACE = datetime.timedelta(hours=1)  # clocks differ, and a turn is dated before it is stored
_LIVE_DAYS = 3  # how many unfinished days are counted from the turns; more of them are a backlog
_DAY = datetime.timedelta(days=1)
_STEP = math.log(1.05)


@dataclass
class Figures:
    """Counts of some days.

    Attributes:
        over_time: of ASKED, OUTCOME, THUMB and LATENCY, by the first day of the unit, kind and name.
        in_all: of TOPIC and SERVICE, by kind and name.
        missing: how many days are still to be rolled up, so that nothing of them is counted here.
    """

    over_time: Counter[Key] = field(default_factory=Counter)
    in_all: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing: int = 0


class DailyFigures:
    """Rolls days up and reads them. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def roll_up(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Roll up every day that is over; returns how many this call did.

        Args:
            stop: asked before each day; True ends it early.
        """
        done = 0
        while not stop() and (day := self._next_day()) is not None:
            done += self._roll_up_day(day)
        return done

    def read(self, first: datetime.date, last: datetime.date, unit: Unit = "day", whole: bool = True) -> Figures:
        """The figures from `first` to `last`, both included; of the units of time of which these are days.

        Args:
            whole: False leaves out what has many names a day: latencies, topics and services.
        """
        figures = Figures()
        today = clock.utc_now().date()
        last = min(last, today)
        with self._database.reading() as connection:
            unrolled = self._first_unrolled(connection) or today + _DAY
            counted = (first, min(last, unrolled - _DAY))
            self._read_rolled(connection, figures, *counted, unit, _OVER_TIME if whole else _FEW_NAMES)
            if whole:
                self._read_names(connection, figures, *counted)
            live = max(first, unrolled, today - (_LIVE_DAYS - 1) * _DAY)
            figures.missing = max(0, (min(live, last + _DAY) - max(first, unrolled)).days)
            while live <= last:
                _add(figures, _count(connection, live), unit)
                live += _DAY
        return figures

    def first_day(self) -> datetime.date | None:
        """The earliest day that has figures or turns; None of an empty database."""
        with self._database.reading() as connection:
            done = sa.select(sa.func.min(daily_figures.c.day)).where(daily_figures.c.kind == _DONE)
            return connection.execute(done).scalar() or _first_turn(connection)

    def _next_day(self) -> datetime.date | None:
        with self._database.reading() as connection:
            day = self._first_unrolled(connection)
        return day if day is not None and _midnight(day + _DAY) <= clock.utc_now() - _GRACE else None

    def _first_unrolled(self, connection: Connection) -> datetime.date | None:
        """The day after the last one that is rolled up; the day of the first turn where none is."""
        done = sa.select(sa.func.max(daily_figures.c.day)).where(daily_figures.c.kind == _DONE)
        last: datetime.date | None = connection.execute(done).scalar()
        return last + _DAY if last is not None else _first_turn(connection)

    def _roll_up_day(self, day: datetime.date) -> bool:
        with self._database.writing() as connection:
            try:
                # Where another replica is at it, this waits for its end, and then fails.
                connection.execute(daily_figures.insert(), {"day": day, "kind": _DONE, "name": "", "value": 1})
            except IntegrityError:
                connection.rollback()
                return False
            counted = _count(connection, day)
            rows = [{"day": of, "kind": kind, "name": name, "value": count} for of, kind, name, count in counted]
            if rows:
                connection.execute(daily_figures.insert(), rows)
            if (day + _DAY).day == 1:
                connection.execute(_ADD_UP_MONTH, {"first": day.replace(day=1), "last": day})
        return True

    def _read_rolled(
        self,
        connection: Connection,
        figures: Figures,
        first: datetime.date,
        last: datetime.date,
        unit: Unit,
        kinds: Sequence[str],
    ) -> None:
        columns = daily_figures.c
        total = sa.func.sum(columns.value).label("total")
        start = _start_of(columns.day, unit, self._database.is_sqlite).label("start")
        query = sa.select(start, columns.kind, columns.name, total).group_by(start, columns.kind, columns.name)
        query = query.where(columns.kind.in_(kinds), columns.day.between(first, last))
        for begin, kind, name, count in connection.execute(query).all():
            figures.over_time[begin, kind, name] += int(count)

    def _read_names(self, connection: Connection, figures: Figures, first: datetime.date, last: datetime.date) -> None:
        columns = daily_figures.c
        total = sa.func.sum(columns.value).label("total")
        for kinds, begin, end in _stretches(first, last):
            query = sa.select(columns.kind, columns.name, total).group_by(columns.kind, columns.name)
            query = query.where(columns.kind.in_(kinds), columns.day.between(begin, end))
            for kind, name, count in connection.execute(query).all():
                figures.in_all[_OF_MONTH.get(kind, kind), name] += int(count)


def start_of(day: datetime.date, unit: Unit) -> datetime.date:
    """The first day of the week (a Monday) or month that a day is of."""
    if unit == "week":
        return day - day.weekday() * _DAY
    return day.replace(day=1) if unit == "month" else day


def latency_step(milliseconds: float) -> str:
    """The step of a scale on which each is 5 % above the one before, so that days can be added up."""
    return str(max(0, math.ceil(math.log(max(milliseconds, 1.0)) / _STEP)))


def latency_of(step: str) -> float:
    """The middle of a step, in milliseconds."""
    return math.exp((int(step) - 0.5) * _STEP)


_ADD_UP_MONTH = sa.text("""
    INSERT INTO daily_figures (day, kind, name, value)
    SELECT :first, kind || '/month', name, sum(value) FROM daily_figures
    WHERE kind IN ('topic', 'service') AND day BETWEEN :first AND :last GROUP BY kind, name
""").bindparams(sa.bindparam("first", type_=sa.Date), sa.bindparam("last", type_=sa.Date))


def _stretches(
    first: datetime.date, last: datetime.date
) -> Iterator[tuple[tuple[str, ...], datetime.date, datetime.date]]:
    """Whole months of the time from `first` to `last`, and the days at its ends that are of none."""
    begin = first if first.day == 1 else start_of(first.replace(day=28) + 4 * _DAY, "month")
    end = start_of(last + _DAY, "month")  # the day after the last whole month
    if begin >= end:
        yield _IN_ALL, first, last
        return
    yield tuple(_OF_MONTH), begin, end - _DAY
    if first < begin:
        yield _IN_ALL, first, begin - _DAY
    if end <= last:
        yield _IN_ALL, end, last


def _start_of(day: Any, unit: Unit, is_sqlite: bool) -> Any:
    if unit == "day":
        return day
    if is_sqlite:
        steps = ("weekday 0", "-6 days") if unit == "week" else ("start of month",)
        return sa.type_coerce(sa.func.date(day, *steps), sa.Date)
    return sa.cast(sa.func.date_trunc(unit, day), sa.Date)


def _add(figures: Figures, counts: list[tuple[datetime.date, str, str, int]], unit: Unit) -> None:
    for day, kind, name, count in counts:
        if kind in _IN_ALL:
            figures.in_all[kind, name] += count
        else:
            figures.over_time[start_of(day, unit), kind, name] += count


def _count(connection: Connection, day: datetime.date) -> list[tuple[datetime.date, str, str, int]]:
    """The counts of one day, from its turns and thumbs."""
    counts: Counter[tuple[str, str]] = Counter()
    its_own = turns.c.created_at.between(_midnight(day), _end_of(day))
    facts = (turns.c.channel, turns.c.language, turns.c.outcome, turns.c.topic, turns.c.services)
    for row in connection.execute(sa.select(*facts, sa.func.count().label("n")).where(its_own).group_by(*facts)):
        channel, language, outcome, topic, services, n = row
        counts[ASKED, f"{channel}/{language}"] += n
        counts[OUTCOME, outcome] += n
        counts[TOPIC, topic] += n
        for service in filter(None, services.split(",")):
            counts[SERVICE, service[:160]] += n
    for took in connection.execute(sa.select(turns.c.latency_ms).where(its_own)).scalars().all():
        counts[LATENCY, latency_step(took)] += 1
    given = feedback.c.created_at.between(_midnight(day), _end_of(day))
    thumbs = sa.select(feedback.c.value, sa.func.count()).where(given).group_by(feedback.c.value)
    counts.update({(THUMB, value): n for value, n in connection.execute(thumbs)})
    return [(day, kind, name, count) for (kind, name), count in counts.items()]


def _first_turn(connection: Connection) -> datetime.date | None:
    oldest: datetime.datetime | None = connection.execute(sa.select(sa.func.min(turns.c.created_at))).scalar()
    return oldest.date() if oldest else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc)


def _end_of(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.max, datetime.timezone.utc)
