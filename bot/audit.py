"""The audit log: who saw, changed, exported or deleted what. Rows are appended and never touched again.

Each row holds the hash of the row before it and an HMAC of its own content under a key that the database does
not have, so that a changed, removed or moved row shows; a head record, sealed alike, shows a tail that was cut
off. Whoever can write to the database can still take a whole older state of it back: every row is therefore
announced in the service's own log as well, and `verify` can be given a number and a hash noted there.

    services().audit.record("ann", "conversation.viewed", conversation_id, {"turns": 3})
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot import clock
from bot.keys import Keys
from bot.transcripts.database import Database
from bot.transcripts.tables import audit_head, audit_log

BEGINNING = "0" * 64  # what stands for the hash of the row before the first

_LOCK = 7_242_002  # any number, the same in every replica
_BATCH = 1000
_LONGEST = {"actor": 160, "action": 64, "target": 255}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditRow:
    """One thing that somebody did.

    Attributes:
        seq: number of the row; the first is 1, without gaps.
        details: JSON, as the text that was sealed.
        key: which key sealed it.
        previous: hash of the row before.
    """

    seq: int
    moment: datetime.datetime
    actor: str
    action: str
    target: str
    details: str
    key: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What became of the log.

    Attributes:
        count: how many rows are as they were written, from the first on.
        problem: one line on the first thing that is wrong; None if nothing is.
        head: "NUMBER:HASH" of the last row, to be noted elsewhere; "" of an empty log.
    """

    count: int
    problem: str | None = None
    head: str = ""


class AuditLog:
    """Appends and checks rows. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._key = keys.derive("audit-log")
        self._key_name = hashlib.sha256(self._key).hexdigest()[:16]

    def record(
        self,
        actor: str,
        action: str,
        target: str = "",
        details: Mapping[str, Any] | None = None,
        connection: Connection | None = None,
    ) -> AuditRow:
        """Append a row. Do so before what it tells of is shown, so that nobody sees a thing unrecorded.

        Args:
            actor: who, such as an account's name.
            action: what kind of thing, such as "conversation.viewed".
            target: to what, such as an id.
            details: more, as JSON; never what people wrote.
            connection: a transaction of `Database.writing` that the row becomes part of; None makes its own.
        """
        given = {"actor": actor, "action": action, "target": target}
        values = {name: _storable(text)[: _LONGEST[name]] for name, text in given.items()}
        values["details"] = _storable(json.dumps(details or {}, ensure_ascii=False, sort_keys=True, default=str))
        with nullcontext(connection) if connection is not None else self._database.writing() as writing:
            row = self._append(writing, values)
        _log.info("audit action=%s head=%d:%s", row.action, row.seq, row.hash)
        return row

    def newest(self, before: int | None = None, limit: int = 50, **wanted: str) -> tuple[AuditRow, ...]:
        """Rows, newest first.

        Args:
            before: only rows with a smaller number.
            wanted: what `actor`, `action` or `target` have to be; "" for any.
        """
        query = sa.select(audit_log).order_by(audit_log.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_log.c.seq < before)
        for name, value in wanted.items():
            if value:
                query = query.where(audit_log.c[name] == value)
        with self._database.reading() as connection:
            return tuple(_row(row) for row in connection.execute(query))

    def rows(self) -> Iterator[AuditRow]:
        """Every row, oldest first."""
        with self._database.reading() as connection:
            yield from _all_rows(connection)

    def verify(self, noted: str = "") -> Verdict:
        """Check every row, and the end of the log.

        Args:
            noted: "NUMBER:HASH" of a row that was in the log once; it has to be there still.
        """
        number, _, noted_hash = noted.partition(":")
        seen_noted = not noted
        count, previous = 0, BEGINNING
        with self._database.reading() as connection:
            if not self._database.is_sqlite:  # one state for all that follows, as SQLite has it anyway
                connection.execution_options(isolation_level="REPEATABLE READ")
            head = connection.execute(sa.select(audit_head)).one_or_none()
            for row in _all_rows(connection):
                if problem := self._problem(row, count, previous):
                    return Verdict(count, problem)
                count, previous = row.seq, row.hash
                seen_noted = seen_noted or (str(row.seq) == number and row.hash == noted_hash)
        problem = self._problem_at_end(head, count, previous)
        if problem is None and not seen_noted:
            problem = f"row {number} is not the one that was noted: the log was put back to an older state"
        return Verdict(count, problem, f"{count}:{previous}" if count else "")

    def _append(self, connection: Connection, values: Mapping[str, str]) -> AuditRow:
        if not self._database.is_sqlite:  # SQLite has one writer at a time anyway
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        last, previous = self._end(connection)
        row = AuditRow(last + 1, clock.utc_now(), **values, key=self._key_name, previous=previous, hash="")
        sealed = {**vars(row), "hash": self._seal(row)}
        connection.execute(audit_log.insert(), sealed)
        head = {"seq": row.seq, "hash": sealed["hash"], "mac": self._seal_head(row.seq, sealed["hash"])}
        changed = connection.execute(audit_head.update().where(audit_head.c.id == 1).values(**head))
        if changed.rowcount == 0:
            connection.execute(audit_head.insert(), {"id": 1, **head})
        return AuditRow(**sealed)

    def _end(self, connection: Connection) -> tuple[int, str]:
        """Number and hash that the next row follows.

        Where the head record is not ours, the log goes on with a row that follows nothing, so that the break
        stays visible: to seal such a head anew would hide what somebody did to it.
        """
        head = connection.execute(sa.select(audit_head)).one_or_none()
        newest: int = connection.execute(sa.select(sa.func.max(audit_log.c.seq))).scalar() or 0
        if head is None and newest == 0:
            return 0, BEGINNING
        if head is not None and self._is_ours(head):
            return max(head.seq, newest), head.hash
        _log.error("the head of the audit log is missing or was changed; run `python -m bot audit verify`")
        return max(newest, head.seq if head else 0), BEGINNING

    def _problem(self, row: AuditRow, last: int, previous: str) -> str | None:
        if row.seq < 1:
            return f"row {row.seq} does not belong to the log"
        if row.seq != last + 1:
            missing = f"row {last + 1} is" if row.seq == last + 2 else f"rows {last + 1} to {row.seq - 1} are"
            return f"{missing} missing"
        if row.key != self._key_name:
            return f"row {row.seq} was sealed with another SECRET_KEY; check it with that one, or it was forged"
        if not hmac.compare_digest(row.hash, self._seal(row)):
            return f"row {row.seq} was changed"
        if row.previous != previous:
            return f"row {row.seq} does not follow row {last}: rows were removed or moved before it"
        return None

    def _problem_at_end(self, head: Row | None, count: int, last_hash: str) -> str | None:
        if head is None:
            return f"the head record is missing: rows after {count} may have been cut off" if count else None
        if not self._is_ours(head):
            return f"the head record was changed: rows after {count} may have been cut off"
        if head.seq > count:
            rows = f"row {head.seq} was" if head.seq == count + 1 else f"rows {count + 1} to {head.seq} were"
            return f"{rows} cut off at the end"
        if (head.seq, head.hash) != (count, last_hash):
            return f"rows after {head.seq} were not written by this service"
        return None

    def _is_ours(self, head: Row) -> bool:
        return hmac.compare_digest(head.mac, self._seal_head(head.seq, head.hash))

    def _seal(self, row: AuditRow) -> str:
        moment = row.moment.astimezone(datetime.timezone.utc).isoformat(timespec="microseconds")
        content = [row.seq, moment, row.actor, row.action, row.target, row.details, row.key, row.previous]
        return self._mac(json.dumps(content, ensure_ascii=False))

    def _seal_head(self, seq: int, last_hash: str) -> str:
        return self._mac(json.dumps(["head", seq, last_hash]))

    def _mac(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), hashlib.sha256).hex()


def _all_rows(connection: Connection) -> Iterator[AuditRow]:
    """Every row by number, some at a time, of the one state that the connection sees."""
    query = sa.select(audit_log).order_by(audit_log.c.seq).limit(_BATCH)
    last = None
    while True:
        rows = connection.execute(query if last is None else query.where(audit_log.c.seq > last)).all()
        yield from map(_row, rows)
        if len(rows) < _BATCH:
            return
        last = rows[-1].seq


def _row(row: Row) -> AuditRow:
    return AuditRow(**row._mapping)


def _storable(text: str) -> str:
    """What both databases can keep: no NUL, no lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
