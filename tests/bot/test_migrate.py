"""Bringing databases up to date."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.transcripts.database import Database
from bot.transcripts.migrate import HEAD, DatabaseTooNew, migrate
from bot.transcripts.tables import metadata

MIGRATIONS = Path(__file__).parents[2] / "bot" / "migrations"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/x.db"
    database = Database(url if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield database
    database.close()


def test_the_migrations_end_at_the_version_of_this_code() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_an_empty_database_gets_the_tables_that_the_code_expects(database: Database) -> None:
    migrate(database)

    with warnings.catch_warnings(), database.engine.connect() as connection:
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index turns_search_short")
        options = {"compare_type": False, "include_name": _is_described}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def _is_described(name: str | None, kind: str, parents: object) -> bool:
    """The full-text index is the migration's own affair, and the counter of numbers SQLite's."""
    return name != "sqlite_sequence" and not (name or "").startswith("turns_search")


def test_a_database_that_is_up_to_date_stays_as_it_is(database: Database) -> None:
    migrate(database)
    migrate(database)

    with database.reading() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    migrate(database)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseTooNew, match="version 9999, which is newer"):
        migrate(database)

    with database.reading() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"


@pytest.mark.usefixtures("no_hurry_to_write")
def test_replicas_that_start_together_take_turns(database: Database) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        own = Database(database.engine.url.render_as_string(hide_password=False))
        try:
            migrate(own)
        except BaseException as error:
            failures.append(error)
        finally:
            own.close()

    replicas = [threading.Thread(target=start) for _ in range(4)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()

    assert failures == []
