"""Where the effects of proposals stand: who works them out, how far that is, and what came of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import clock
from bot.knowledge_base.records import Revision
from bot.knowledge_base.tables import knowledge_effects as effects
from bot.knowledge_base.tables import knowledge_version
from bot.transcripts.database import Database

RUNNING, DONE, FAILED = "running", "done", "failed"
_ABANDONED = datetime.timedelta(minutes=1)  # without a sign of life, another process takes over
_TRY_AGAIN = datetime.timedelta(minutes=5)  # after a failure
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Effects:
    """What approving a proposal would change, as far as it is known.

    Attributes:
        state: RUNNING, DONE or FAILED; `done` of `total` questions have been asked.
        result: what `effects.work_out` found, or the reason of a failure.
    """

    state: str
    done: int
    total: int
    result: Mapping[str, Any]


def subject(revision: Revision, version: int) -> str:
    """What effects are of: other words, or other knowledge beside them, make them stale."""
    return f"{revision.content.digest}:{version}"


class EffectsBoard:
    """Keeps effects. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, revision: Revision, version: int) -> Effects | None:
        """What is known; None where nobody has begun, or only on other words or knowledge."""
        query = sa.select(effects).where(
            effects.c.revision_id == revision.id, effects.c.of == subject(revision, version)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Effects(row.state, row.done, row.total, row.result or {}) if row else None

    def claim(self, revision: Revision, version: int) -> bool:
        """Take it on, unless somebody has, or has finished it."""
        now = clock.utc_now()
        with self._database.writing() as connection:
            self._lock(connection)
            row = connection.execute(sa.select(effects).where(effects.c.revision_id == revision.id)).one_or_none()
            if row is not None and row.of == subject(revision, version) and not _is_free(row, now):
                return False
            connection.execute(effects.delete().where(effects.c.revision_id == revision.id))
            connection.execute(
                effects.insert().values(
                    revision_id=revision.id,
                    of=subject(revision, version),
                    state=RUNNING,
                    done=0,
                    total=0,
                    moment=now,
                )
            )
        return True

    def progress(self, revision: Revision, version: int, done: int, total: int) -> bool:
        """Say how far it is; False if it is nobody's business any more."""
        return self._change(revision, version, {"done": done, "total": total})

    def finish(self, revision: Revision, version: int, result: Mapping[str, Any]) -> bool:
        """Keep what was found; False if it is nobody's business any more."""
        return self._change(revision, version, {"state": DONE, "result": dict(result)})

    def fail(self, revision: Revision, version: int, reason: str) -> None:
        """Keep why it could not be worked out."""
        self._change(revision, version, {"state": FAILED, "result": {"reason": reason[:_LONGEST_REASON]}})

    def _change(self, revision: Revision, version: int, changes: dict[str, Any]) -> bool:
        its_own = sa.and_(
            effects.c.revision_id == revision.id,
            effects.c.of == subject(revision, version),
            effects.c.state == RUNNING,
        )
        with self._database.writing() as connection:
            changed = connection.execute(effects.update().where(its_own).values(**changes, moment=clock.utc_now()))
            return bool(changed.rowcount)

    def _lock(self, connection: Connection) -> None:
        if not self._database.is_sqlite:
            connection.execute(sa.select(knowledge_version).with_for_update())


def _is_free(row: sa.engine.Row, now: datetime.datetime) -> bool:
    patience = {RUNNING: _ABANDONED, FAILED: _TRY_AGAIN}.get(row.state)
    return patience is not None and row.moment < now - patience
