"""What every connection to PostgreSQL is told."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.transcripts.database import Database


@pytest.mark.postgres
def test_a_connection_gives_up_in_time_and_compiles_no_query(postgres_url: str) -> None:
    wanted = {"jit": "off", "statement_timeout": "5s", "lock_timeout": "5s", "TimeZone": "UTC"}
    with closing(Database(postgres_url)) as database, database.reading() as connection:
        told = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in wanted}

    assert told == wanted
