"""Which process does a piece of work in the background that only one has to do: a row in the database says so."""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.ids import new_id
from bot.transcripts.database import Database
from bot.transcripts.tables import leases


class Lease:
    """The right to do one piece of work; it lasts for a while and is taken again while the work goes on."""

    def __init__(self, database: Database, name: str, seconds: float = 60) -> None:
        """Args: seconds: after which another process may go on, should this one have died."""
        self._database = database
        self._name = name
        self._length = datetime.timedelta(seconds=seconds)
        self._holder = new_id()

    def take(self) -> bool:
        """Take or keep it; False if another process has it. May raise `StorageUnavailable`."""
        now = clock.utc_now()
        mine = sa.or_(leases.c.holder == self._holder, leases.c.until < now)
        held = {"holder": self._holder, "until": now + self._length}
        try:
            with self._database.writing() as connection:
                taken = connection.execute(leases.update().where(leases.c.name == self._name, mine).values(**held))
                if taken.rowcount:
                    return True
                if connection.execute(sa.select(leases.c.name).where(leases.c.name == self._name)).first():
                    return False
                connection.execute(leases.insert(), {"name": self._name, **held})
        except IntegrityError:
            return False  # another process was a moment faster
        return True

    def give_back(self) -> None:
        """Let another process have it at once. May raise `StorageUnavailable`."""
        mine = leases.c.name == self._name, leases.c.holder == self._holder
        with self._database.writing() as connection:
            connection.execute(leases.delete().where(*mine))
