"""Sessions of staff, kept in the database, so that one that has ended is over on every replica at once.

The cookie holds a random token; the database only its hash, which opens nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets

import sqlalchemy as sa

from bot import clock
from bot.transcripts.accounts import StaffUser, staff_user
from bot.transcripts.database import Database
from bot.transcripts.tables import staff_sessions, staff_users

_NOTED_EVERY = datetime.timedelta(minutes=1)  # not every request has to write


class StaffSessions:
    """Starts, finds and ends sessions. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, idle: datetime.timedelta, longest: datetime.timedelta) -> None:
        """Set the limits.

        Args:
            idle: how long a session lasts without a request.
            longest: how long it lasts at most.
        """
        self._database = database
        self._idle = idle
        self._longest = longest

    def start(self, user: StaffUser) -> str:
        """Begin a session; returns its token. Sessions that are long over are cleared away."""
        token = secrets.token_urlsafe(32)
        now = clock.utc_now()
        row = {"token_hash": _hash(token), "user_id": user.id, "created_at": now, "seen_at": now}
        with self._database.writing() as connection:
            connection.execute(staff_sessions.delete().where(staff_sessions.c.created_at < now - self._longest))
            connection.execute(staff_sessions.insert(), row)
        return token

    def find(self, token: str) -> StaffUser | None:
        """The account whose session this is, as it is now; None if the session is over."""
        now = clock.utc_now()
        columns = staff_sessions.c
        query = (
            sa.select(staff_users, columns.seen_at)
            .join(staff_sessions, columns.user_id == staff_users.c.id)
            .where(columns.token_hash == _hash(token), ~staff_users.c.disabled)
            .where(columns.created_at > now - self._longest, columns.seen_at > now - self._idle)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if now - row.seen_at > _NOTED_EVERY:
            with self._database.writing() as connection:
                seen = staff_sessions.update().where(columns.token_hash == _hash(token))
                connection.execute(seen.values(seen_at=now))
        return staff_user(row)

    def end(self, token: str) -> None:
        """End one session."""
        with self._database.writing() as connection:
            connection.execute(staff_sessions.delete().where(staff_sessions.c.token_hash == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
