"""How often a name's password may be guessed: counted in the database, so that all replicas count together.

Every try counts before the password is looked at, so that guesses sent all at once are no more than guesses
sent one by one. A name that no account has is counted alike: being locked says nothing about it.
"""

from __future__ import annotations

import datetime

import sqlalchemy as sa

from bot import clock
from bot.keys import Keys
from bot.transcripts.accounts import folded_name
from bot.transcripts.database import Database
from bot.transcripts.tables import UtcTime, staff_guesses

GUESSES = 10
WINDOW = datetime.timedelta(minutes=15)

_COUNT = sa.text("""
    INSERT INTO staff_guesses (name_key, count, first_at, last_at) VALUES (:key, 1, :now, :now)
    ON CONFLICT (name_key) DO UPDATE SET
        count = CASE WHEN staff_guesses.first_at < :begin THEN 1 ELSE staff_guesses.count + 1 END,
        first_at = CASE WHEN staff_guesses.first_at < :begin THEN excluded.first_at ELSE staff_guesses.first_at END,
        last_at = excluded.last_at
    RETURNING count
""").bindparams(sa.bindparam("now", type_=UtcTime), sa.bindparam("begin", type_=UtcTime))


class Guesses:
    """Counts tries to sign in. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def allow(self, name: str) -> bool:
        """Count a try, and say whether it may still be made: `GUESSES` in the `WINDOW` that the first one opens."""
        now = clock.utc_now()
        row = {"key": self._key(name), "now": now, "begin": now - WINDOW}
        with self._database.writing() as connection:
            connection.execute(staff_guesses.delete().where(staff_guesses.c.last_at < now - WINDOW))
            count: int = connection.execute(_COUNT, row).scalar_one()
        return count <= GUESSES

    def forget(self, name: str) -> None:
        """After a right password, or when an admin unlocks the name."""
        with self._database.writing() as connection:
            connection.execute(staff_guesses.delete().where(staff_guesses.c.name_key == self._key(name)))

    def locked(self) -> frozenset[str]:
        """The stand-ins of the names that are locked now; `is_locked` asks it."""
        begin = clock.utc_now() - WINDOW
        query = sa.select(staff_guesses.c.name_key).where(
            staff_guesses.c.count >= GUESSES, staff_guesses.c.first_at >= begin
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def is_locked(self, name: str, locked: frozenset[str]) -> bool:
        """Whether a name is among those that `locked` gave."""
        return self._key(name) in locked

    def _key(self, name: str) -> str:
        return self._keys.pseudonym("sign-in-name", folded_name(name))
