"""Requests counted for all processes of this machine together: a storage for Flask-Limiter.

`Limiter(storage_uri="workers:///PATH")` finds it by its scheme once this module is imported.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.workers.board import Board

with warnings.catch_warnings():
    # The last release of `limits` that this Python's dependencies allow asks setuptools for its own files.
    warnings.simplefilter("ignore", DeprecationWarning)
    from limits.storage.base import MovingWindowSupport, Storage


class WorkerRates(Storage, MovingWindowSupport):  # type: ignore[misc]
    """Moving windows in a board; see `limits.storage.base`."""

    STORAGE_SCHEME = ["workers"]

    def __init__(self, uri: str, **options: Any) -> None:
        """Args: uri: workers:///PATH."""
        super().__init__(uri, **options)
        self._board = Board(Path(unquote(urlsplit(uri).path)))

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """See MovingWindowSupport."""
        now = time.time()
        with self._board.changing() as board:
            board.execute("DELETE FROM hits WHERE until < ?", (now,))
            if self._count(board, key, now - expiry)[0] + amount > limit:
                return False
            board.executemany("INSERT INTO hits VALUES (?, ?, ?)", [(key, now, now + expiry)] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[int, int]:
        """See MovingWindowSupport: when the window's oldest entry was made, and how many there are."""
        now = time.time()
        with self._board.changing() as board:
            count, oldest = self._count(board, key, now - expiry)
        return int(oldest or now), count

    def check(self) -> bool:
        """See Storage."""
        with self._board.changing():
            return True

    def reset(self) -> int | None:
        """See Storage."""
        with self._board.changing() as board:
            return int(board.execute("DELETE FROM hits").rowcount)

    def clear(self, key: str) -> None:
        """See Storage."""
        with self._board.changing() as board:
            board.execute("DELETE FROM hits WHERE key = ?", (key,))

    def close(self) -> None:
        """Close the file."""
        self._board.close()

    def incr(self, key: str, expiry: int, elastic_expiry: bool = False, amount: int = 1) -> int:
        """Not there: only moving windows are counted."""
        raise NotImplementedError("only moving windows are counted")

    def get(self, key: str) -> int:
        """Not there: only moving windows are counted."""
        raise NotImplementedError("only moving windows are counted")

    def get_expiry(self, key: str) -> int:
        """Not there: only moving windows are counted."""
        raise NotImplementedError("only moving windows are counted")

    @staticmethod
    def _count(board: Any, key: str, since: float) -> tuple[int, float | None]:
        query = "SELECT count(*), min(moment) FROM hits WHERE key = ? AND moment >= ?"
        count, oldest = board.execute(query, (key, since)).fetchone()
        return count, oldest
