"""Keeping a process at what was approved: a thread looks for another version, or another day, every second.

A failure leaves the answers as they are, is logged, and is shown on the staff pages; it is tried again later.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import threading
import time
from collections.abc import Callable

from bot import clock
from bot.errors import StorageUnavailable
from bot.knowledge_base.in_force import Knowledge, knowledge_on
from bot.knowledge_base.replicas import EVERY, ReplicaBoard
from bot.knowledge_base.store import KnowledgeStore
from index.errors import RetrievalError

LOOK_EVERY = 1.0  # seconds
TRY_AGAIN = 30.0  # seconds after a failure
_log = logging.getLogger(__name__)

Answer = Callable[[Knowledge], bool]
Moment = tuple[int, datetime.date]  # a version, and the day for which it was read


class Activation:
    """What holds, and the thread that makes this process answer from it."""

    def __init__(self, store: KnowledgeStore, board: ReplicaBoard, answer: Answer | None) -> None:
        """Read nothing yet.

        Args:
            answer: makes this process answer from a knowledge; False while it cannot yet. None where the assistant
                is elsewhere and answers from the files.
        """
        self._store = store
        self._answer = answer
        self.board = board
        self.is_elsewhere = answer is None
        self._read: Moment | None = None
        self._knowledge: Knowledge | None = None
        self._answered: Moment | None = None
        self._failed_at: float | None = None
        self._said_at = 0.0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="knowledge", daemon=True)

    @property
    def knowledge(self) -> Knowledge:
        """What holds now, as far as this process has heard.

        Raises:
            StorageUnavailable: nothing has been read so far, and it cannot be.
        """
        with contextlib.suppress(StorageUnavailable):
            if not self._thread.is_alive():
                self._look()
        if self._knowledge is None:
            self._look()
        assert self._knowledge is not None
        return self._knowledge

    @property
    def answered_version(self) -> int | None:
        """The version that this process answers from; None before the first, and while it is behind."""
        return self._answered[0] if self._answered and self._answered == self._read else None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def poke(self) -> None:
        """Look at once: something was just approved or undone here."""
        self._wake.set()

    def close(self) -> None:
        """Stop, after what is in hand."""
        self._closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
            with contextlib.suppress(StorageUnavailable):
                self.board.leave()

    def catch_up(self) -> bool:
        """Read what holds, and answer from it if that is something else than before; whether it is done.

        Raises:
            StorageUnavailable: it cannot be read.
        """
        moment = self._look()
        if self._answer is None or moment == self._answered:
            return True
        if self._failed_at is not None and time.monotonic() - self._failed_at < TRY_AGAIN:
            return False
        start = time.monotonic()
        try:
            done = self._answer(self.knowledge)
        except (RetrievalError, ValueError, KeyError, OSError) as error:
            self._failed_at = time.monotonic()
            _log.error("what was approved cannot be answered from; answers stay as they were: %s", error)
            self.board.say(self._answered[0] if self._answered else 0, str(error))
            return False
        if done:
            self._failed_at, self._answered = None, moment
            _log.info("answering from knowledge version=%d seconds=%.1f", moment[0], time.monotonic() - start)
            self._say()
        return done

    def _look(self) -> Moment:
        """Read what holds, if there is another version or another day since."""
        with self._lock:
            today = clock.utc_now().date()
            if self._read != (self._store.version(), today):
                version, revisions = self._store.approved()
                given = () if self.is_elsewhere else revisions
                self._knowledge = knowledge_on(today, self._store.files.pages, given)
                self._read, self._failed_at = (version, today), None
            assert self._read is not None
            return self._read

    def _say(self) -> None:
        self._said_at = time.monotonic()
        if self._answered is not None:
            self.board.say(self._answered[0])

    def _run(self) -> None:
        was_away = False
        while not self._closing:
            self._wake.clear()
            try:
                if self.catch_up() and time.monotonic() - self._said_at > EVERY:
                    self._say()
                was_away = False
            except StorageUnavailable as error:
                if not was_away:
                    _log.warning("what was approved cannot be read for now: %s", error.__cause__)
                was_away = True
            except Exception:  # a thread that ends would leave this process behind for good
                _log.exception("looking for approved knowledge failed")
            if not self._closing:
                self._wake.wait(LOOK_EVERY)
