"""SQLite's write-ahead log, switched on by processes that may open the same new file at once."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch it on, or find that another process has.

    Processes take turns: SQLite does not wait well here, where two may wait for each other, or be refused at once.

    Raises:
        sqlite3.OperationalError: the file cannot be used, or its folder.
    """
    (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
    with _alone(os.path.dirname(path)) if path else contextlib.nullcontext():
        connection.execute("PRAGMA journal_mode=WAL")


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Hold the folder's lock, which leaves no file behind and ends with the process."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise sqlite3.OperationalError(f"{folder}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
