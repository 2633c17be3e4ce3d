"""Lists of what was asked, newest first or most worth a look first, for any filter.

A list goes back through the numbers of the turns in stretches, so that no filter, however rarely it is met, makes the
database read everything at once. What is not found within PATIENCE is left for the next page, which goes on from
there; a list says how far back it has looked.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.transcripts.conditions import columns, matching, start_of
from bot.transcripts.database import Database
from bot.transcripts.filters import Filter
from bot.transcripts.records import ConversationSummary, Cursor
from bot.transcripts.searching import fts_query, indexed, occurs, terms
from bot.transcripts.store import summary_of
from bot.transcripts.tables import conversations, turn_tags, turns

PATIENCE = 0.1  # seconds

_FIRST_STRETCH = 5_000
_LONGEST_STRETCH = 200_000
_GROWTH = 4
_SHOWN_OF_CONVERSATION = 30  # of the newest turns, whose tags, thumbs and assignees its line shows
_MOST_VALUES = 200
_LINE = (
    "number", "id", "conversation_id", "text", "channel", "language", "topic", "outcome", "confidence", "band",
    "created_at", "feedback", "review", "assignee", "priority",
)  # fmt: skip


@dataclass(frozen=True)
class TurnLine:
    """A turn as a line of a list; `text` is what was asked."""

    number: int
    id: str
    conversation: str
    text: str
    channel: str
    language: str
    topic: str
    outcome: str
    confidence: float
    band: int
    created: datetime.datetime
    feedback: str | None
    review: str
    assignee: str | None
    priority: int
    tags: tuple[str, ...] = ()

    @property
    def place(self) -> QueuePlace:
        """Where it stands in the queue."""
        return QueuePlace(self.priority, self.number)


@dataclass(frozen=True)
class TurnPage:
    """Some turns, newest first.

    Attributes:
        before: number that the next page begins below; None at the end of all turns.
        looked_back_to: the moment down to which was looked, where patience ended before the page was full.
    """

    turns: tuple[TurnLine, ...]
    before: int | None = None
    looked_back_to: datetime.datetime | None = None


@dataclass(frozen=True)
class ConversationLine:
    """A conversation as a line of a list, with its newest turn and what staff did with its newest turns."""

    summary: ConversationSummary
    newest: TurnLine
    thumbs_up: int
    thumbs_down: int
    judged: int
    assignees: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class QueuePlace:
    """A place in the queue: turns more worth a look come first, among equals the newer ones."""

    priority: int
    number: int

    def __str__(self) -> str:
        return f"{self.priority}_{self.number}"

    @classmethod
    def parse(cls, text: str) -> QueuePlace:
        """Raises: ValueError: the text is not a place."""
        priority, _, number = text.partition("_")
        if not (priority.isascii() and priority.isdigit() and number.isascii() and number.isdigit()):
            raise ValueError("not a place")
        if len(priority) > 4 or len(number) > 18:
            raise ValueError("not a place")
        return cls(int(priority), int(number))


class Reading:
    """Lists turns and conversations. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock

    def turns(self, wanted: Filter, before: int | None = None, limit: int = 50) -> TurnPage:
        """The turns that a filter wants, newest first.

        Args:
            before: only turns with lower numbers.
            limit: how many at most.
        """
        with self._database.reading() as connection:
            found, low = self._look_back(connection, wanted, before, limit + 1)
            lines = self._lines(connection, found[:limit])
            if len(found) > limit:
                return TurnPage(lines, found[limit - 1])
            reached = _moment_of(connection, low) if low else None
        return TurnPage(lines, low if reached else None, reached)

    def line(self, turn_id: str) -> TurnLine | None:
        """One turn, if it is there."""
        return self.lines([turn_id]).get(turn_id)

    def lines(self, turn_ids: Sequence[str]) -> Mapping[str, TurnLine]:
        """Those of the turns that are there, by id."""
        query = sa.select(turns.c.number).where(turns.c.id.in_(turn_ids))
        with self._database.reading() as connection:
            numbers = connection.execute(query).scalars().all()
            return {line.id: line for line in self._lines(connection, numbers)}

    def numbered(self, numbers: Sequence[int]) -> Mapping[int, TurnLine]:
        """Those of the turns that are there, by number."""
        with self._database.reading() as connection:
            return {line.number: line for line in self._lines(connection, numbers)}

    def queue(self, wanted: Filter, after: QueuePlace | None = None, limit: int = 20) -> tuple[TurnLine, ...]:
        """Open turns that are worth a look, most worth first. The filter's words are passed over."""
        query = self._queued(wanted).order_by(columns.priority.desc(), columns.number.desc())
        with self._database.reading() as connection:
            if after is None:
                return self._lines(connection, connection.execute(query.limit(limit)).scalars().all())
            equal = query.where(columns.priority == after.priority, columns.number < after.number)
            less = query.where(columns.priority < after.priority)
            return self._lines(connection, _first_of(connection, (equal, less), limit))

    def queue_before(self, wanted: Filter, place: QueuePlace) -> TurnLine | None:
        """The turn just before a place in the queue."""
        query = self._queued(wanted).order_by(columns.priority, columns.number)
        equal = query.where(columns.priority == place.priority, columns.number > place.number)
        more = query.where(self._rarely(columns.priority > place.priority))
        with self._database.reading() as connection:
            lines = self._lines(connection, _first_of(connection, (equal, more), 1))
        return lines[0] if lines else None

    def queue_length(self, wanted: Filter, at_most: int = 1000) -> int:
        """How many turns wait in the queue; counting ends at `at_most`."""
        some = self._queued(wanted).limit(at_most).subquery()
        with self._database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar() or 0)

    def conversations(
        self, after: Cursor | None = None, limit: int = 50
    ) -> tuple[tuple[ConversationLine, ...], Cursor | None]:
        """Conversations by their latest turn, newest first, and where the list goes on."""
        place = (conversations.c.last_at, conversations.c.id)
        query = sa.select(conversations).order_by(*(each.desc() for each in place)).limit(limit + 1)
        if after:
            query = query.where(sa.tuple_(*place) < sa.tuple_(after.last, after.id))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            lines = self._conversation_lines(connection, rows[:limit])
        end = Cursor(rows[limit - 1].last_at, rows[limit - 1].id) if len(rows) > limit else None
        return lines, end

    def values(self, column: str) -> tuple[str, ...]:
        """What occurs in a column of turns that has an index of its own: "topic" or "assignee"."""
        with self._database.reading() as connection:
            return _distinct(connection, turns.c[column])

    def tags(self) -> tuple[str, ...]:
        """Every tag that is in use."""
        with self._database.reading() as connection:
            return _distinct(connection, turn_tags.c.tag)

    def _look_back(
        self, connection: Connection, wanted: Filter, before: int | None, limit: int
    ) -> tuple[list[int], int | None]:
        """Numbers of matching turns, and the number below which nobody has looked yet; None if nothing is left."""
        bounds = _bounds(connection, wanted, before)
        words = terms(wanted.query)
        if bounds is None or (wanted.query and not words):
            return [], None
        query, number = self._numbers(connection, wanted, words)
        started, found = self._clock(), list[int]()
        for low, high in _stretches(*bounds):
            stretch = query.where(number >= low, number < high).limit(limit - len(found))
            found += connection.execute(stretch).scalars()
            if len(found) == limit or low == bounds[0]:
                break
            if self._clock() - started > PATIENCE:
                return found, low
        return found, None

    def _numbers(self, connection: Connection, wanted: Filter, words: tuple[str, ...]) -> tuple[Any, Any]:
        """The numbers of matching turns, newest first, and the column that is to be bounded."""
        is_sqlite = self._database.is_sqlite
        conditions = [*matching(replace(wanted, tag=""), is_sqlite), *occurs(words, is_sqlite, columns.search)]
        if wanted.tag:
            return self._tagged(wanted.tag, conditions, "" if words else "turns_facets")
        match = fts_query(connection, words) if words and is_sqlite else ""
        if match:
            return _streamed(conditions, match)
        if words and not is_sqlite:
            conditions += indexed(connection, words, is_sqlite, columns.search)
        # SQLite keeps no statistics here: of several columns it would take one's index and read every turn it names.
        many = len(wanted.arguments()) > 1 and not words
        query = self._from_turns("turns_facets" if many else "").where(*conditions)
        return query.order_by(columns.number.desc()), columns.number

    def _tagged(self, tag: str, conditions: Sequence[Any], index: str) -> tuple[Any, Any]:
        """Those of a tag, which staff give one by one, from the newest on: few, whatever else is asked of them."""
        number = sa.literal_column("turn_tags.turn_number", sa.Integer)
        query = sa.select(number).select_from(sa.text(f"turn_tags CROSS JOIN {self._turns_by(index)}"))
        query = query.where(sa.text("turn_tags.tag = :tag").bindparams(tag=tag), columns.number == number, *conditions)
        return query.order_by(number.desc()), number

    def _rarely(self, bound: Any) -> Any:
        """A bound for SQLite to go by rather than by the wider one that the index of the queue has anyway."""
        return sa.func.likelihood(bound, sa.text("0.01")) if self._database.is_sqlite else bound

    def _from_turns(self, index: str) -> Any:
        """Numbers of turns."""
        return sa.select(columns.number).select_from(sa.text(self._turns_by(index)))

    def _turns_by(self, index: str) -> str:
        """The table of turns. Args: index: what SQLite has to go by, if anything; PostgreSQL knows better."""
        return f"turns INDEXED BY {index}" if index and self._database.is_sqlite else "turns"

    def _queued(self, wanted: Filter) -> Any:
        conditions = matching(replace(wanted, query=""), self._database.is_sqlite)
        return self._from_turns("turns_queue").where(
            columns.review == sa.text("'open'"), columns.priority > sa.text("0"), *conditions
        )

    def _lines(self, connection: Connection, numbers: Sequence[int]) -> tuple[TurnLine, ...]:
        """The lines of these turns, in this order."""
        if not numbers:
            return ()
        tags = _tags(connection, numbers)
        query = sa.select(*(turns.c[name] for name in _LINE)).where(turns.c.number.in_(numbers))
        lines = {row.number: _line(row, tags.get(row.number, ())) for row in connection.execute(query)}
        return tuple(lines[number] for number in numbers if number in lines)

    def _conversation_lines(self, connection: Connection, rows: Sequence[Row]) -> tuple[ConversationLine, ...]:
        numbers = _newest_of(connection, [row.id for row in rows])
        of_conversation: dict[str, list[TurnLine]] = {}
        for line in self._lines(connection, numbers):
            of_conversation.setdefault(line.conversation, []).append(line)
        return tuple(_conversation_line(row, of_conversation[row.id]) for row in rows if row.id in of_conversation)


def _streamed(conditions: Sequence[Any], match: str) -> tuple[Any, Any]:
    """On SQLite: what the search index finds, one by one from the newest on, each looked up in the index of facets."""
    number = sa.literal_column("turns_search.rowid", sa.Integer)
    query = sa.select(number).select_from(sa.text("turns_search CROSS JOIN turns INDEXED BY turns_facets"))
    query = query.where(sa.text("turns_search MATCH :match").bindparams(match=match), columns.number == number)
    return query.where(*conditions).order_by(number.desc()), number


def _first_of(connection: Connection, queries: Sequence[Any], limit: int) -> list[int]:
    """The first numbers that the queries, one after another, give."""
    found: list[int] = []
    for query in queries:
        if len(found) < limit:
            found += connection.execute(query.limit(limit - len(found))).scalars()
    return found


def _bounds(connection: Connection, wanted: Filter, before: int | None) -> tuple[int, int] | None:
    """The lowest number to look at, and the one above the highest; None if there is nothing to look at."""
    newest = connection.execute(sa.select(sa.func.max(turns.c.number))).scalar()
    oldest = connection.execute(sa.select(sa.func.min(turns.c.number))).scalar()
    if newest is None or oldest is None:
        return None
    high = newest + 1 if before is None else min(before, newest + 1)
    if wanted.since:
        oldest = max(oldest, _first_since(connection, wanted.since) or high)
    if wanted.until:
        high = min(high, (_last_until(connection, wanted.until) or 0) + 1)
    return (oldest, high) if oldest < high else None


# Turns are numbered when they are stored, which a few of them may be in another order than that of their moments.
_OUT_OF_ORDER = 200


def _first_since(connection: Connection, day: datetime.date) -> int | None:
    first = sa.select(turns.c.number).where(turns.c.created_at >= start_of(day)).order_by(turns.c.created_at)
    return connection.execute(sa.select(sa.func.min(first.limit(_OUT_OF_ORDER).subquery().c.number))).scalar()


def _last_until(connection: Connection, day: datetime.date) -> int | None:
    last = sa.select(turns.c.number).where(turns.c.created_at < start_of(day + datetime.timedelta(days=1)))
    last = last.order_by(turns.c.created_at.desc()).limit(_OUT_OF_ORDER)
    return connection.execute(sa.select(sa.func.max(last.subquery().c.number))).scalar()


def _stretches(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Ranges of numbers from `high` down to `low`, longer and longer."""
    length = _FIRST_STRETCH
    while high > low:
        start = max(low, high - length)
        yield start, high
        high, length = start, min(length * _GROWTH, _LONGEST_STRETCH)


def _moment_of(connection: Connection, number: int) -> datetime.datetime | None:
    query = sa.select(turns.c.created_at).where(turns.c.number >= number).order_by(turns.c.number).limit(1)
    found: datetime.datetime | None = connection.execute(query).scalar()
    return found


def _tags(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = sa.select(turn_tags).where(turn_tags.c.turn_number.in_(numbers)).order_by(turn_tags.c.tag)
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(query):
        found[row.turn_number] = (*found.get(row.turn_number, ()), row.tag)
    return found


def _newest_of(connection: Connection, ids: Sequence[str]) -> list[int]:
    """Numbers of the newest turns of each conversation, newest first; few of each, however long it is."""
    if not ids:
        return []
    its = turns.c.conversation_id == conversations.c.id
    newest = sa.select(turns.c.number).where(its).order_by(turns.c.number.desc()).correlate(conversations)
    oldest_shown = newest.limit(1).offset(_SHOWN_OF_CONVERSATION - 1).scalar_subquery()
    query = sa.select(turns.c.number).select_from(conversations.join(turns, its)).where(conversations.c.id.in_(ids))
    query = query.where(turns.c.number >= sa.func.coalesce(oldest_shown, 0))
    return sorted(connection.execute(query).scalars(), reverse=True)


def _distinct(connection: Connection, column: sa.Column) -> tuple[str, ...]:
    """The values of an indexed column, by jumping from one to the next: reading them all would take long."""
    query = sa.text(_JUMPS.format(column=column.name, table=column.table.name))
    return tuple(connection.execute(query, {"most": _MOST_VALUES}).scalars())


_JUMPS = """
    WITH RECURSIVE found (value) AS (
        SELECT min({column}) FROM {table} WHERE {column} IS NOT NULL
        UNION ALL
        SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.value) FROM found WHERE value IS NOT NULL
    ) SELECT value FROM found WHERE value IS NOT NULL LIMIT :most
"""


def _line(row: Row, tags: tuple[str, ...]) -> TurnLine:
    known = {name: row._mapping[name] for name in _LINE if name not in ("conversation_id", "created_at")}
    return TurnLine(conversation=row.conversation_id, created=row.created_at, tags=tags, **known)


def _conversation_line(row: Row, newest: Sequence[TurnLine]) -> ConversationLine:
    """Args: newest: its newest turns, the newest first."""
    return ConversationLine(
        summary=summary_of(row),
        newest=newest[0],
        thumbs_up=sum(turn.feedback == "up" for turn in newest),
        thumbs_down=sum(turn.feedback == "down" for turn in newest),
        judged=sum(turn.review != "open" for turn in newest),
        assignees=tuple(dict.fromkeys(turn.assignee for turn in newest if turn.assignee)),
        tags=tuple(dict.fromkeys(tag for turn in newest for tag in turn.tags)),
    )
