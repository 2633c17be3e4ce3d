"""Grouping open questions by likeness while the service runs: a few at a time, by one process of all replicas."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.errors import StorageUnavailable
from bot.transcripts.database import Database
from bot.transcripts.leases import Lease
from bot.transcripts.likeness import Grouper, ordinary_nearness
from bot.transcripts.question_groups import Leader, QuestionGroups
from index.errors import RetrievalError

if TYPE_CHECKING:
    from index.library import Library

_EVERY = 5.0  # seconds
_BATCH = 8  # who asks meanwhile waits for the encoder no longer than these take
_IDLE = 3  # times as long as a batch took belongs to who asks now
_TIDY_EVERY = 720  # rounds, which is an hour
_FORGET_EVERY = 12  # rounds, which is a minute
_log = logging.getLogger(__name__)


class Grouping:
    """A thread that gives open questions their groups."""

    def __init__(self, groups: QuestionGroups, lease: Lease, library: Callable[[], Library]) -> None:
        """Args: library: gives the open library, whose encoder compares questions."""
        self._groups = groups
        self._lease = lease
        self._library = library
        self._grouper: Grouper | None = None
        self._model = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grouping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop, after the batch in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def group_all(self) -> int:
        """Group what has no group; returns how many questions had none. Nothing if another process does it.

        Raises:
            RetrievalError: there is no encoder.
            StorageUnavailable: the database does not answer.
        """
        if self._groups.next(1):
            self._forget_gone()
        total, started = 0, time.monotonic()
        while not self._stop.is_set() and (done := self.group_some()):
            total += done
            self._stop.wait(_IDLE * (time.monotonic() - started))
            started = time.monotonic()
        return total

    def group_some(self) -> int:
        """Group a few of what has no group; returns how many, and raises, as for `group_all`."""
        questions = self._groups.next(_BATCH)
        if not questions or not self._lease.take():
            return 0
        grouper = self._ready()
        while others := self._groups.leaders(self._model, grouper.newest):  # another process may have made some
            grouper.add(others)
        found = grouper.group(questions)
        made = self._groups.put(found, self._model)
        texts = {question.number: question.text for question in questions}
        grouper.add(
            [
                Leader(made[each.number], texts[each.number], each.embedding)
                for each in found
                if each.embedding is not None
            ]
        )
        return len(questions)

    def _forget_gone(self) -> None:
        if self._grouper:
            self._grouper.keep(self._groups.ids())

    def _ready(self) -> Grouper:
        library = self._library()
        model = f"{library.encoder.name} {library.encoder.revision}"
        if self._grouper is None or model != self._model:
            self._groups.forget_others(model)
            self._grouper = Grouper(library.encoder, ordinary_nearness(library.retriever.parts.embeddings))
            self._model = model
        return self._grouper

    def _run(self) -> None:
        rounds = 0
        while not self._stop.wait(_EVERY):
            try:
                if total := self.group_all():
                    _log.info("grouped open questions count=%d", total)
                if rounds % _TIDY_EVERY == 0:
                    self._groups.drop_empty()
                if rounds % _FORGET_EVERY == 0:
                    self._forget_gone()
                rounds += 1
            except StorageUnavailable as error:
                _log.warning("open questions are not grouped for now: %s", error.__cause__)
            except RetrievalError as error:
                _log.warning("open questions are not grouped: %s", error)
                return


def open_grouping(database: Database) -> Grouping:
    """Grouping by the library of this process, which is opened when there is something to group."""

    def library() -> Library:
        # Only here: it brings the models.
        from index.library import open_library

        return open_library()

    return Grouping(QuestionGroups(database), Lease(database, "grouping"), library)
