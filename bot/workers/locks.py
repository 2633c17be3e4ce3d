"""Conversation locks for all processes of this machine.

Threads of a process queue first come, first served, as in `LocalLocks`; whoever is first then takes the lock of the
file, one byte a conversation. The system gives it back when a process dies, so no lock outlives its holder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bot.locks import ConversationBusy, LocalLocks

_SHORTEST, _LONGEST = 0.001, 0.02  # seconds between two looks; a lock of another process cannot be waited for in time


class WorkerLocks:
    """See `ConversationLocks`. One object a process: the system does not tell two of the same process apart."""

    def __init__(self, path: Path) -> None:
        """Args: path: the file; made at first use."""
        self._path = path
        self._within = LocalLocks()
        self._opening = threading.Lock()
        self._file: int | None = None

    @contextlib.contextmanager
    def hold(self, conversation: str, timeout: float) -> Iterator[None]:
        """See `ConversationLocks.hold`."""
        deadline = time.monotonic() + timeout
        with self._within.hold(conversation, timeout):
            place = _place(conversation)
            self._take(place, deadline, conversation)
            try:
                yield
            finally:
                fcntl.lockf(self._open(), fcntl.LOCK_UN, 1, place)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self, place: int, deadline: float, conversation: str) -> None:
        pause = _SHORTEST
        while True:
            try:
                fcntl.lockf(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                return
            except (BlockingIOError, PermissionError):  # POSIX allows either for a lock that another process holds
                if time.monotonic() + pause > deadline:
                    raise ConversationBusy(conversation) from None
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)

    def _open(self) -> int:
        with self._opening:  # once: closing a second descriptor would give back all locks of the process
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            return self._file


def _place(conversation: str) -> int:
    """The byte of a conversation; beyond the end of the file, which stays empty."""
    return int.from_bytes(hashlib.blake2b(conversation.encode(), digest_size=8).digest(), "big") >> 2
