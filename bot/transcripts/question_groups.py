"""Groups of like questions that wait for an answer: which there are, and which turns are in them.

A turn knows its group; a group keeps the embedding of its first question and no words. How many open questions it
has is counted when it is asked for, so that it is always right.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.transcripts.database import Database
from bot.transcripts.judging import ALONE
from bot.transcripts.tables import UNANSWERED, question_groups, turns

_MOST_COUNTED = 100_000
_SAMPLES = 3
_LEADERS = 2000  # that are read at once


@dataclass(frozen=True)
class Question:
    """A question without a group; `text` is in its normal form."""

    number: int
    text: str


@dataclass(frozen=True)
class Leader:
    """The first question of a group, which others are compared with.

    Attributes:
        text: in its normal form; "" once the turn is deleted.
        embedding: float32 `(d,)`.
    """

    group: int
    text: str
    embedding: np.ndarray


@dataclass(frozen=True)
class Grouped:
    """Where a question belongs: to a group that there is, or to the new one that `question` number leads."""

    number: int
    group: int | None
    leader: int | None = None
    embedding: np.ndarray | None = None


@dataclass(frozen=True)
class GroupLine:
    """A group as a line of a list; `numbers` are the newest of its open turns."""

    id: int
    count: int
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class LargestGroups:
    """Some groups, largest first; `total` is how many open questions there are in all groups."""

    groups: tuple[GroupLine, ...]
    total: int


class QuestionGroups:
    """Keeps groups. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self) -> int:
        """How many questions have no group yet."""
        some = sa.select(turns.c.number).where(_ungrouped()).limit(_MOST_COUNTED).subquery()
        with self._database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar() or 0)

    def next(self, limit: int) -> tuple[Question, ...]:
        """Questions without a group, the newest first."""
        query = sa.select(turns.c.number, turns.c.search).where(_ungrouped())
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(turns.c.number.desc()).limit(limit))
            return tuple(Question(row.number, row.search.strip()) for row in rows)

    def leaders(self, model: str, after: int = 0) -> tuple[Leader, ...]:
        """The first questions of some groups, in order of their ids above `after`, embedded by `model`."""
        columns = question_groups.c
        joined = question_groups.outerjoin(turns, turns.c.number == columns.first_number)
        query = sa.select(columns.id, columns.embedding, turns.c.search).select_from(joined)
        query = query.where(columns.model == model, columns.id > after).order_by(columns.id).limit(_LEADERS)
        with self._database.reading() as connection:
            return tuple(
                Leader(row.id, (row.search or "").strip(), np.frombuffer(row.embedding, np.float16).astype(np.float32))
                for row in connection.execute(query)
            )

    def ids(self) -> frozenset[int]:
        """The ids of all groups."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(sa.select(question_groups.c.id)).scalars())

    def put(self, grouped: Sequence[Grouped], model: str) -> dict[int, int]:
        """Store where questions belong; returns the ids of new groups by the number of their first question."""
        made: dict[int, int] = {}
        with self._database.writing() as connection:
            for each in grouped:
                if each.embedding is not None:
                    made[each.number] = _add(connection, each.number, each.embedding, model)
            change = turns.update().where(turns.c.number == sa.bindparam("its")).values(group_id=sa.bindparam("group"))
            rows = [{"its": each.number, "group": each.group or made[each.leader or each.number]} for each in grouped]
            connection.execute(change, rows)
        return made

    def forget_others(self, model: str) -> int:
        """Dissolve the groups that another model made; returns how many there were."""
        with self._database.writing() as connection:
            other = sa.select(question_groups.c.id).where(question_groups.c.model != model)
            connection.execute(turns.update().where(turns.c.group_id.in_(other)).values(group_id=None))
            return connection.execute(question_groups.delete().where(question_groups.c.model != model)).rowcount

    def drop_empty(self) -> int:
        """Delete groups whose turns are all deleted; returns how many."""
        used = sa.exists().where(turns.c.group_id == question_groups.c.id)
        with self._database.writing() as connection:
            return connection.execute(question_groups.delete().where(~used)).rowcount

    def largest(self, limit: int, after: tuple[int, int] | None = None) -> tuple[GroupLine, ...]:
        """Groups with open questions, those with most of them first.

        Args:
            after: count and id of the last group of the page before.
        """
        count = sa.func.count()
        query = sa.select(turns.c.group_id, count.label("count")).where(turns.c.group_id > ALONE, _open())
        query = query.group_by(turns.c.group_id).order_by(count.desc(), turns.c.group_id.desc()).limit(limit)
        if after:
            smaller = sa.and_(count == after[0], turns.c.group_id < after[1])
            query = query.having(sa.or_(count < after[0], smaller))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            newest = _newest(connection, [row.group_id for row in rows])
        return tuple(GroupLine(row.group_id, row["count"], newest.get(row.group_id, ())) for row in rows)

    def largest_between(self, first: datetime.datetime, end: datetime.datetime, limit: int) -> LargestGroups:
        """As `largest`, of the questions that were asked from `first` on and before `end`."""
        count = sa.func.count()
        query = sa.select(turns.c.group_id, count.label("count"), sa.func.sum(count).over().label("total"))
        query = query.where(turns.c.group_id > ALONE, _open()).group_by(turns.c.group_id)
        with self._database.reading() as connection:
            # By number, which the index of groups has: turns are numbered as they are stored. Added to nothing, it
            # leads neither database to read the turns of these days instead.
            lowest, beyond = _first_from(connection, first), _first_from(connection, end)
            if lowest is None:
                return LargestGroups((), 0)
            query = query.where(turns.c.number + 0 >= lowest)
            if beyond is not None:
                query = query.where(turns.c.number + 0 < beyond)
            rows = connection.execute(query.order_by(count.desc(), turns.c.group_id.desc()).limit(limit)).all()
            newest = _newest(connection, [row.group_id for row in rows])
        groups = tuple(GroupLine(row.group_id, row["count"], newest.get(row.group_id, ())) for row in rows)
        return LargestGroups(groups, int(rows[0].total) if rows else 0)

    def members(self, group: int, limit: int) -> tuple[int, ...]:
        """Numbers of the open turns of a group, newest first."""
        query = sa.select(turns.c.number).where(turns.c.group_id == group, _open(), turns.c.group_id > ALONE)
        with self._database.reading() as connection:
            return tuple(connection.execute(query.order_by(turns.c.number.desc()).limit(limit)).scalars())

    def count(self, group: int) -> int:
        """How many open turns a group has."""
        query = sa.select(sa.func.count()).where(turns.c.group_id == group, _open(), turns.c.group_id > ALONE)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)


def _ungrouped() -> sa.sql.ColumnElement:
    return sa.text(f"group_id IS NULL AND {UNANSWERED}")


def _open() -> sa.sql.ColumnElement:
    return turns.c.review == sa.text("'open'")


def _first_from(connection: Connection, moment: datetime.datetime) -> int | None:
    """The number of the first turn of a moment or later."""
    query = sa.select(turns.c.number).where(turns.c.created_at >= moment).order_by(turns.c.created_at).limit(1)
    found: int | None = connection.execute(query).scalar()
    return found


def _add(connection: Connection, number: int, embedding: np.ndarray, model: str) -> int:
    row = {"model": model, "first_number": number, "embedding": embedding.astype(np.float16).tobytes()}
    return int(connection.execute(question_groups.insert().values(**row)).inserted_primary_key[0])


def _newest(connection: Connection, groups: Sequence[int]) -> dict[int, tuple[int, ...]]:
    if not groups:
        return {}
    parts = []
    for group in groups:
        query = sa.select(turns.c.group_id, turns.c.number).where(turns.c.group_id == group, _open())
        parts.append(sa.select(query.order_by(turns.c.number.desc()).limit(_SAMPLES).subquery()))
    found: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(sa.union_all(*parts)):
        found[row.group_id] = (*found.get(row.group_id, ()), row.number)
    return found
