"""Deleting what is older than RETENTION_DAYS, by the service itself, while it runs."""

from __future__ import annotations

import datetime
import logging
import threading

from bot.errors import StorageUnavailable
from bot.transcripts.store import TranscriptStore

_EVERY = 3600.0  # seconds
_log = logging.getLogger(__name__)


class Retention:
    """A thread that deletes old turns at start and every hour; several replicas may do so at once."""

    def __init__(self, store: TranscriptStore, days: int) -> None:
        """Args: days: how long turns are kept; 0 for ever."""
        self._store = store
        self._days = days
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin, unless turns are kept for ever."""
        if self._days:
            self._thread.start()

    def close(self) -> None:
        """Stop, after the batch in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def delete_old(self) -> int:
        """Delete what is too old by now; returns how many turns went."""
        moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=self._days)
        total = 0
        while not self._stop.is_set() and (gone := self._store.delete_before(moment)):
            total += gone
        return total

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if gone := self.delete_old():
                    _log.info("deleted old turns count=%d days=%d", gone, self._days)
            except StorageUnavailable as error:
                _log.warning("old turns stay for now: %s", error.__cause__)
            self._stop.wait(_EVERY)
