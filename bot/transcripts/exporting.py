"""Turns as CSV for a spreadsheet, and as JSON lines for everything else; some at a time, however many there are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from bot.transcripts.database import Database
from bot.transcripts.filters import Filter
from bot.transcripts.reading import Reading
from bot.transcripts.tables import feedback, judgements, turn_tags, turns

FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}

_FIRST_BATCH, _BATCH = 100, 500  # the download begins at once
_COLUMNS = (
    "turn", "conversation", "created", "channel", "language", "question", "answer", "topic", "outcome", "confidence",
    "services", "feedback", "comment", "review", "entry", "note", "assignee", "tags", "milliseconds",
)  # fmt: skip
_BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads UTF-8 as something else
# What a spreadsheet takes for the beginning of a formula, full-width forms included; see OWASP's "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def numbers_of(reading: Reading, wanted: Filter) -> Iterator[list[int]]:
    """The numbers of the turns that a filter wants, newest first, some at a time."""
    before, limit = None, _FIRST_BATCH
    while True:
        page = reading.turns(wanted, before, limit)
        if page.turns:
            yield [line.number for line in page.turns]
        if page.before is None:
            return
        before, limit = page.before, _BATCH


def export(database: Database, batches: Iterable[Sequence[int]], form: str) -> Iterator[str]:
    """The text of an export, some of it at a time; what was deleted meanwhile is not in it.

    Args:
        batches: numbers of turns, in the order in which they shall stand.
        form: "csv" or "jsonl".
    """
    write = _csv if form == "csv" else _json_lines
    if form == "csv":
        yield _BYTE_ORDER_MARK + _csv_lines([_COLUMNS])
    for numbers in batches:
        yield write(_read(database, numbers))


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    return _csv_lines([[_cell(row[name]) for name in _COLUMNS] for row in rows])


def _csv_lines(lines: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()


def _cell(value: Any) -> object:
    if isinstance(value, (list, tuple)):
        value = ", ".join(value)
    if isinstance(value, str):
        plain = value.replace("\x00", "")
        return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain
    return "" if value is None else value


def _json_lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _read(database: Database, numbers: Sequence[int]) -> list[dict[str, Any]]:
    joined = turns.outerjoin(feedback, feedback.c.turn_id == turns.c.id)
    joined = joined.outerjoin(judgements, judgements.c.turn_id == turns.c.id)
    query = sa.select(turns, feedback.c.comment, judgements.c.entry, judgements.c.note).select_from(joined)
    tagged = sa.select(turn_tags.c.turn_number, turn_tags.c.tag).order_by(turn_tags.c.tag)
    tags: dict[int, list[str]] = {}
    with database.reading() as connection:
        rows = {row.number: row for row in connection.execute(query.where(turns.c.number.in_(numbers)))}
        for number, tag in connection.execute(tagged.where(turn_tags.c.turn_number.in_(numbers))):
            tags.setdefault(number, []).append(tag)
    return [_exported(rows[number], tags.get(number, [])) for number in numbers if number in rows]


def _exported(row: Row, tags: list[str]) -> dict[str, Any]:
    return {
        "turn": row.id,
        "conversation": row.conversation_id,
        "created": row.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "channel": row.channel,
        "language": row.language,
        "question": row.text,
        "answer": row.reply["text"],
        "topic": row.topic,
        "outcome": row.outcome,
        "confidence": row.confidence,
        "services": [each for each in row.services.split(",") if each],
        "feedback": row.feedback,
        "comment": row.comment,
        "review": row.review,
        "entry": row.entry,
        "note": row.note,
        "assignee": row.assignee,
        "tags": tags,
        "milliseconds": row.latency_ms,
        "sources": row.reply["sources"],
        "as_of": row.reply["as_of"],
        "suggestions": row.reply["suggestions"],
        "evidence": row.evidence,
    }
