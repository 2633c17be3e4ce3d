"""Processes that open a new SQLite file at once: all of them can, whoever switches its log on."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from bot.write_ahead import use_write_ahead_log


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    gate = Barrier(6)

    def open_new(number: int) -> None:
        with closing(sqlite3.connect(tmp_path / f"{number}.db", timeout=60, isolation_level=None)) as connection:
            gate.wait()
            use_write_ahead_log(connection)
            connection.execute("CREATE TABLE IF NOT EXISTS things (name TEXT)")

    with ThreadPoolExecutor(6) as pool:
        for number in range(30):
            for done in [pool.submit(open_new, number) for _ in range(6)]:
                done.result()


def test_a_file_without_a_place_has_no_log(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        use_write_ahead_log(connection)

        assert connection.execute("PRAGMA journal_mode").fetchone() == ("memory",)


def test_a_folder_that_has_gone_is_the_databases_own_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "x.db")) as connection:
        (folder / "x.db").unlink()
        folder.rmdir()

        with pytest.raises(sqlite3.OperationalError, match="No such file"):
            use_write_ahead_log(connection)
