"""Work that others wait for only so long."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


class DeadlinePassed(Exception):
    """The work was not done in time; it goes on, and nobody waits for it."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises, on a thread of its own.

    Raises:
        DeadlinePassed: it takes longer.
    """
    future: Future[T] = Future()
    threading.Thread(target=_do, args=(future, work), name="within-deadline", daemon=True).start()
    try:
        return future.result(max(seconds, 0.0))
    except FutureTimeout:
        if future.done():
            return future.result()
        future.add_done_callback(_log_late)
        raise DeadlinePassed(f"not done within {seconds:.1f} s") from None


def _do(future: Future[T], work: Callable[[], T]) -> None:
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


def _log_late(future: Future[T]) -> None:
    error = future.exception()
    if error is not None:
        _log.error("failed after its deadline: %s", error, exc_info=error)
