"""A filter as conditions on the table of turns."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa

from bot.transcripts.filters import BANDS, NOBODY, Filter
from bot.transcripts.tables import turn_tags, turns

_PLAIN = ("channel", "language", "topic", "outcome")

# Columns of `turns` that leave it to the query how it names the table: on SQLite together with an index.
columns = sa.sql.ColumnCollection(
    [(column.name, sa.literal_column(f"turns.{column.name}", column.type)) for column in turns.c]
)


def matching(wanted: Filter, is_sqlite: bool) -> list[Any]:
    """What a turn has to be, but for the words that it has to hold."""
    found = [columns[name] == value for name in _PLAIN if (value := getattr(wanted, name))]
    if wanted.confidence:
        found.append(columns.band == BANDS.index(wanted.confidence))
    if wanted.feedback:
        found.append(columns.feedback.is_(None) if wanted.feedback == "none" else columns.feedback == wanted.feedback)
    if wanted.review:
        judged = wanted.review == "judged"
        found.append(columns.review != sa.text("'open'") if judged else columns.review == wanted.review)
    if wanted.assignee:
        nobody = wanted.assignee == NOBODY
        found.append(columns.assignee.is_(None) if nobody else columns.assignee == wanted.assignee)
    return [*found, *_named(wanted, is_sqlite), *_between(wanted)]


def start_of(day: datetime.date) -> datetime.datetime:
    """The first moment of a day, in UTC."""
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc)


def _named(wanted: Filter, is_sqlite: bool) -> list[Any]:
    found = []
    if wanted.tag:
        tagged = sa.select(turn_tags.c.turn_number).where(turn_tags.c.tag == wanted.tag)
        found.append(columns.number.in_(tagged))
    if wanted.service:
        place = sa.func.instr if is_sqlite else sa.func.strpos
        listed = sa.literal(",") + columns.services + sa.literal(",")
        found += [columns.services != sa.text("''"), place(listed, f",{wanted.service},") > 0]
    return found


def _between(wanted: Filter) -> list[Any]:
    found = []
    if wanted.since:
        found.append(columns.created_at >= start_of(wanted.since))
    if wanted.until:
        found.append(columns.created_at < start_of(wanted.until + datetime.timedelta(days=1)))
    return found
