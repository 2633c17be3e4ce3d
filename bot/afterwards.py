"""What has to be done for a turn but not before its reply goes out, such as to log and to count it.

A server that sends replies itself waits with it: it takes every reply through `later()`. Anywhere else it is done at
once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Work = Callable[[], object]

_log = logging.getLogger(__name__)
_waiting: ContextVar[list[Work] | None] = ContextVar("waiting", default=None)


def afterwards(work: Work) -> None:
    """Do it when the reply has gone out, where somebody waits for that; else now."""
    waiting = _waiting.get()
    if waiting is None:
        work()
    else:
        waiting.append(work)


@contextmanager
def later() -> Iterator[None]:
    """Within it `afterwards` waits until the end, which also comes with an error."""
    waiting: list[Work] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
        for work in waiting:
            _do(work)


def _do(work: Work) -> None:
    try:
        work()
    except Exception:  # the reply is out, and there is nobody else to tell
        _log.exception("failed after a reply")
