"""Full-text search for Chinese and English: any part of a word, whatever its case, width or script.

What is searched is a text's normal form (`searchable`), so that 认证 finds 認證 and "INTUNE" finds "Intune". Words
with spaces between them all have to occur; words in double quotes occur as they stand.

Three letters and more are found by trigrams: FTS5 on SQLite, pg_trgm on PostgreSQL. Shorter ones, as most Chinese
words are, by the trigrams that begin with them on SQLite, which is why texts are stored with two line ends after
them, and by a second index over single letters and pairs on PostgreSQL.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from bot.transcripts.tables import turns
from index.text import normalise

LONGEST_QUERY = 200
_PADDING = "\n\n"
_TRIGRAM = 3
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_MOST_TERMS = 8
# More trigrams than this begin with the letters: they are so frequent that reading the newest turns finds enough.
_MOST_BEGINNINGS = 400


def searchable(text: str) -> str:
    """The form in which a text is searched."""
    return normalise(text) + _PADDING


def terms(query: str) -> tuple[str, ...]:
    """What has to occur, in normal form; () for a query that asks for nothing."""
    found = (normalise(quoted or plain.replace('"', "")) for quoted, plain in _TERM.findall(query[:LONGEST_QUERY]))
    return tuple(dict.fromkeys(term for term in found if term))[:_MOST_TERMS]


def occurs(
    wanted: tuple[str, ...], is_sqlite: bool, text: sa.sql.ColumnElement = turns.c.search
) -> list[sa.sql.ColumnElement]:
    """Conditions that read each turn's own text: right for any term, fast only where few turns are read."""
    place = sa.func.instr if is_sqlite else sa.func.strpos
    return [place(text, term) > 0 for term in wanted]


def indexed(
    connection: Connection, wanted: tuple[str, ...], is_sqlite: bool, text: sa.sql.ColumnElement = turns.c.search
) -> list[sa.sql.ColumnElement]:
    """Conditions that an index answers, to stand beside `occurs`."""
    if not is_sqlite:
        return [_on_postgres(term, text) for term in wanted]
    match = fts_query(connection, wanted)
    matches = sa.text("turns.number IN (SELECT rowid FROM turns_search WHERE turns_search MATCH :match)")
    return [matches.bindparams(match=match)] if match else []


def fts_query(connection: Connection, wanted: tuple[str, ...]) -> str:
    """What the FTS5 table is asked for; "" where it is no help, so frequent are the letters."""
    return " AND ".join(part for term in wanted if (part := _fts_part(connection, term)))


def _on_postgres(term: str, text: sa.sql.ColumnElement) -> sa.sql.ColumnElement:
    if len(term) >= _TRIGRAM:
        return text.contains(term, autoescape=True)
    return sa.func.short_grams(text).op("@>")(sa.cast([term], ARRAY(sa.Text)))


def _fts_part(connection: Connection, term: str) -> str:
    if len(term) >= _TRIGRAM:
        return _phrase(term)
    query = sa.text("SELECT term FROM turns_search_terms WHERE term >= :low AND term < :high LIMIT :most")
    bounds = {"low": term, "high": term + chr(0x10FFFF), "most": _MOST_BEGINNINGS + 1}
    beginnings = [row.term for row in connection.execute(query, bounds)]
    if len(beginnings) > _MOST_BEGINNINGS:
        return ""
    return f"({' OR '.join(map(_phrase, beginnings))})" if beginnings else _phrase(_PADDING + term)


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
