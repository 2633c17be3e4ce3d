"""Who delivers the answer to a Teams message: one of all processes of this machine."""

from __future__ import annotations

import time

from bot.workers.board import Board


class WorkerDeliveries:
    """See `bot.channels.bot_framework_deliveries.Deliveries`."""

    def __init__(self, board: Board, remembered: float) -> None:
        """Args: remembered: seconds for which a claim holds."""
        self._board = board
        self._remembered = remembered

    def claim(self, key: str) -> bool:
        """Whether nobody claimed this message before."""
        now = time.time()
        with self._board.changing() as board:
            board.execute("DELETE FROM claims WHERE until < ?", (now,))
            claimed = board.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (key, now + self._remembered))
            return claimed.rowcount == 1

    def release(self, key: str) -> None:
        """It could not be delivered; let the next one try."""
        with self._board.changing() as board:
            board.execute("DELETE FROM claims WHERE key = ?", (key,))
