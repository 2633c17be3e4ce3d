"""A small SQLite file that all processes of this machine write: who asked when, and who delivers what.

Nothing in it matters after a power cut, so a commit does not wait for the disk.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from bot.write_ahead import use_write_ahead_log

_PATIENCE = 2.0  # seconds to wait for another process
_TABLES = """
    CREATE TABLE IF NOT EXISTS hits (key TEXT NOT NULL, moment REAL NOT NULL, until REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS hits_by_key ON hits (key, moment);
    CREATE INDEX IF NOT EXISTS hits_by_end ON hits (until);
    CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
"""


class Board:
    """The file, opened at first use, so after the process was forked."""

    def __init__(self, path: Path) -> None:
        """Args: path: the file; made at first use."""
        self._path = path
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other process or thread interferes with.

        Raises:
            sqlite3.Error: the file cannot be used.
        """
        with self._guard:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_TABLES)
            self._connection = connection
        return self._connection
