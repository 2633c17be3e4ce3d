"""What the service does by itself, at start and every hour: days that are over are counted, old turns deleted.

In this order, so that a turn is counted before it goes.
"""

from __future__ import annotations

import datetime
import logging
import threading

from bot import clock
from bot.errors import StorageUnavailable
from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.store import TranscriptStore

_EVERY = 3600.0  # seconds
_log = logging.getLogger(__name__)


class Retention:
    """A thread that counts days and deletes what is older than RETENTION_DAYS; several replicas may do so at once."""

    def __init__(self, store: TranscriptStore, figures: DailyFigures, days: int) -> None:
        """Args: days: how long turns are kept; 0 for ever."""
        self._store = store
        self._figures = figures
        self._days = days
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop, after the batch in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def delete_old(self) -> int:
        """Delete what is too old by now, if anything ever is; returns how many turns went."""
        if not self._days:
            return 0
        moment = clock.utc_now() - datetime.timedelta(days=self._days)
        total = 0
        while not self._stop.is_set() and (gone := self._store.delete_before(moment)):
            total += gone
        return total

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if counted := self._figures.roll_up(self._stop.is_set):
                    _log.info("counted days that are over count=%d", counted)
                if gone := self.delete_old():
                    _log.info("deleted old turns count=%d days=%d", gone, self._days)
            except StorageUnavailable as error:
                _log.warning("old turns stay for now: %s", error.__cause__)
            self._stop.wait(_EVERY)
