"""Writes many rows at once: COPY on PostgreSQL, `executemany` on SQLite.

Indexes and triggers that are not part of a table are taken away first and made again at the end, which is several
times faster than keeping them up to date row by row; SQLite's search index is rebuilt from the rows.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.transcripts.database import Database

Rows = Mapping[str, Sequence[tuple[Any, ...]]]  # by table

COLUMNS = {
    "conversations": "id channel language title turn_count last_outcome started_at last_at memory",
    "turns": (
        "number id conversation_id message_id channel language topic outcome confidence latency_ms created_at services "
        "band priority review feedback assignee text search reply evidence sender"
    ),
    "feedback": "turn_id value comment created_at",
    "judgements": "turn_id verdict entry note judged_by judged_at",
    "turn_tags": "tag turn_number",
}

_CHUNK = 20_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def fill(database: Database, rows: Iterable[Rows]) -> None:
    """Write rows, in the order of `COLUMNS` within each chunk, so that what is referred to is there."""
    raw = database.engine.raw_connection()
    try:
        (_fill_sqlite if database.is_sqlite else _fill_postgres)(raw, _chunks(rows))
    finally:
        raw.invalidate()  # its settings are for filling only
    if not database.is_sqlite:
        _vacuum(database)


def _chunks(rows: Iterable[Rows]) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    chunk: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
    for each in rows:
        for table, some in each.items():
            chunk[table].extend(some)
        if len(chunk["turns"]) >= _CHUNK:
            yield chunk
            chunk = {table: [] for table in COLUMNS}
    yield chunk


def _fill_sqlite(raw: Any, chunks: Iterable[Mapping[str, Sequence[tuple[Any, ...]]]]) -> None:
    cursor = raw.cursor()
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
        cursor.execute(f"PRAGMA {pragma}")
    where = ", ".join(f"'{table}'" for table in COLUMNS)
    cursor.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL "
        f"AND tbl_name IN ({where})"
    )
    extras = cursor.fetchall()
    for kind, name, _ in extras:
        cursor.execute(f"DROP {kind} {name}")
    for chunk in chunks:
        cursor.execute("BEGIN")
        for table, columns in COLUMNS.items():
            names = columns.split()
            places = ", ".join("?" * len(names))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", chunk[table])
        cursor.execute("COMMIT")
    for _, _, statement in extras:
        cursor.execute(statement)
    cursor.execute("INSERT INTO turns_search (turns_search) VALUES ('rebuild')")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill_postgres(raw: Any, chunks: Iterable[Mapping[str, Sequence[tuple[Any, ...]]]]) -> None:
    with raw.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND schemaname = current_schema() "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            (list(COLUMNS),),
        )
        extras = cursor.fetchall()
        for name, _ in extras:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")  # the rows refer to each other rightly already
        for chunk in chunks:
            for table, columns in COLUMNS.items():
                copy = f"COPY {table} ({columns.replace(' ', ', ')}) FROM STDIN"
                cursor.copy_expert(copy, io.StringIO("".join(map(_line, chunk[table]))))
            raw.commit()
        cursor.execute("SELECT setval('turns_number_seq', greatest(max(number), 1)) FROM turns")
        for _, definition in extras:
            cursor.execute(definition)
    raw.commit()


def _vacuum(database: Database) -> None:
    """What autovacuum would have done to tables that grew over two years."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        for table in COLUMNS:
            connection.exec_driver_sql(f"VACUUM ANALYZE {table}")
        connection.exec_driver_sql("RESET statement_timeout")


def _line(row: tuple[Any, ...]) -> str:
    return "\t".join("\\N" if value is None else str(value).translate(_ESCAPES) for value in row) + "\n"
