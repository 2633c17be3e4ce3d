"""Empty databases of the newest version, copied from one that was migrated once, for tests on either kind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from tests.services.servers import postgres_database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite's, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "transcripts.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_on_postgres(postgres_server: Path) -> Iterator[str]:
    """The name of a database, to be copied while nobody is connected to it."""
    with postgres_database(postgres_server, "migrated") as url:
        _migrate(url)
        yield "migrated"


@pytest.fixture
def migrated_postgres_url(postgres_server: Path, migrated_on_postgres: str) -> Iterator[str]:
    """The address of a database on PostgreSQL."""
    with postgres_database(postgres_server, copied_from=migrated_on_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Database]:
    """A database of either kind."""
    if request.param == "postgres":
        url = request.getfixturevalue("migrated_postgres_url")
    else:
        url = f"sqlite:///{shutil.copy(migrated, tmp_path)}"
    with closing(Database(url)) as database:
        yield database


@pytest.fixture
def no_hurry_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes at once waits for the others however long the disk takes; SQLite serves no queue."""
    monkeypatch.setattr("bot.transcripts.database._PATIENCE", 60)


def _migrate(url: str) -> None:
    with closing(Database(url)) as database:
        migrate(database)
