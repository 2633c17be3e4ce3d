"""Which processes answer, and from which version: so that staff see when an approval has arrived everywhere."""

from __future__ import annotations

import datetime
import os
import socket
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from bot import clock
from bot.knowledge_base.tables import knowledge_replicas as replicas
from bot.transcripts.database import Database

EVERY = 20.0  # seconds between two signs of life
_GONE = datetime.timedelta(seconds=3 * EVERY)
_LONGEST_PROBLEM = 500


@dataclass(frozen=True)
class Replica:
    """A process that answers; `problem` says why it could not take over the newest version, "" if it could."""

    name: str
    version: int
    problem: str
    seen: datetime.datetime


class ReplicaBoard:
    """Where processes say what they answer from. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:6]}"

    def say(self, version: int, problem: str = "") -> None:
        """Write this process's row, and take away those of processes that are gone."""
        now = clock.utc_now()
        row = {"version": version, "problem": problem[:_LONGEST_PROBLEM], "seen_at": now}
        with self._database.writing() as connection:
            connection.execute(replicas.delete().where(replicas.c.seen_at < now - _GONE))
            changed = connection.execute(replicas.update().where(replicas.c.name == self.name).values(**row))
            if changed.rowcount == 0:
                connection.execute(replicas.insert().values(name=self.name, **row))

    def leave(self) -> None:
        """Take this process's row away."""
        with self._database.writing() as connection:
            connection.execute(replicas.delete().where(replicas.c.name == self.name))

    def all(self) -> tuple[Replica, ...]:
        """Those that were seen lately, by name."""
        query = sa.select(replicas).where(replicas.c.seen_at >= clock.utc_now() - _GONE).order_by(replicas.c.name)
        with self._database.reading() as connection:
            return tuple(Replica(row.name, row.version, row.problem, row.seen_at) for row in connection.execute(query))
