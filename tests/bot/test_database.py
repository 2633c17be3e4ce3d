"""What every connection is told, and the two ways of a turn to the driver itself."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageUnavailable
from bot.transcripts.database import Database
from bot.transcripts.prepared import Prepared


@pytest.mark.postgres
def test_a_connection_gives_up_in_time_and_compiles_no_query(postgres_url: str) -> None:
    wanted = {"jit": "off", "statement_timeout": "5s", "lock_timeout": "5s", "TimeZone": "UTC"}
    with closing(Database(postgres_url)) as database, database.reading() as connection:
        told = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in wanted}

    assert told == wanted


def prepared(database: Database, words: str) -> Prepared:
    return Prepared(sa.text(words), database.engine.dialect)


@pytest.fixture
def insert(database: Database) -> Prepared:
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT PRIMARY KEY)")
    return prepared(database, "INSERT INTO things (name) VALUES (:name)")


def test_statements_are_written_together_or_not_at_all(database: Database, insert: Prepared) -> None:
    find = prepared(database, "SELECT name FROM things WHERE name = :name")
    database.write_all((insert, {"name": "一"}), (insert, {"name": "二"}))

    with pytest.raises(IntegrityError):
        database.write_all((insert, {"name": "三"}), (insert, {"name": "一"}))

    assert database.first(find, {"name": "二"})[0] == "二"
    assert database.first(find, {"name": "三"}) is None


def test_connections_are_given_back_after_every_error(database: Database, insert: Prepared) -> None:
    wrong = prepared(database, "SELECT nothing FROM nowhere WHERE name = :name")
    database.write_all((insert, {"name": "一"}))

    for _ in range(60):  # more than there are connections
        with pytest.raises(IntegrityError):
            database.write_all((insert, {"name": "一"}))
        with pytest.raises((StorageUnavailable, sa.exc.ProgrammingError)):
            database.first(wrong, {"name": "一"})

    assert database.first(prepared(database, "SELECT count(*) FROM things"), {})[0] == 1
