"""What this process reads messages with: the trained understanding, or one with approved knowledge beside it.

An understanding belongs to its library, so replacing the library replaces both in one step.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from bot.nlu.understanding import Understanding
from index.library import Library, one_library, replace_library

_lock = threading.Lock()
_latest: deque[Understanding] = deque(maxlen=2)  # a turn that has begun may still hold on to the one before
_tried: list[Understanding] = []
_trained: Understanding | None = None


def start_with(understanding: Understanding) -> None:
    """Remember the understanding of the trained model, from which others are made."""
    global _trained
    with _lock:
        _trained = understanding
        _latest.append(understanding)


def trained() -> Understanding | None:
    """The understanding of the trained model; None where no model is loaded in this process."""
    return _trained


def use(understanding: Understanding) -> None:
    """Read with `understanding` and answer from its library from now on."""
    with _lock:
        _latest.append(understanding)
    replace_library(understanding.library)


def reader_of(library: Library) -> Understanding | None:
    """The understanding that belongs to a library that is open, or was before."""
    with _lock:
        return next((each for each in (*_latest, *_tried) if each.library is library), None)


@contextmanager
def trying(understanding: Understanding) -> Iterator[None]:
    """Within it, and for this thread or task alone, messages are read and answered by `understanding`."""
    with _lock:
        _tried.append(understanding)
    try:
        with one_library(understanding.library):
            yield
    finally:
        with _lock:
            _tried.remove(understanding)


def present() -> Understanding | None:
    """The understanding that answers now; None where no model is loaded in this process."""
    with _lock:
        return _latest[-1] if _latest else None
