"""Bringing a database to the version of this code when the service starts.

Replicas that start together take turns; the second finds nothing left to do.
"""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.transcripts.database import Database

HEAD = "0008"

_SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 7_242_001  # any number, the same in every replica
_log = logging.getLogger(__name__)


class DatabaseTooNew(Exception):
    """The database was written by a newer version of this service."""


def migrate(database: Database) -> None:
    """Create the tables, or bring older ones up to date.

    Raises:
        DatabaseTooNew: the database has a version that this code does not know.
        StorageUnavailable: the database does not answer.
    """
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        current = _version(connection)
        if current != HEAD:
            _upgrade(connection, current)


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(version) if version else None


def _upgrade(connection: Connection, current: str | None) -> None:
    # Only here: a start that has nothing to migrate need not wait for Alembic.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseTooNew(
            f"the database has version {current}, which is newer than this service's {HEAD}: "
            "start the newer service, or restore a backup"
        )
    command.upgrade(config, "head")
    _log.info("migrated the database from=%s to=%s", current or "empty", HEAD)
