"""Memory that is freed is kept for the next turn.

A turn makes and frees many arrays of some hundred kilobytes. glibc gives such memory back to the system at once, and
gets it page by page again a moment later; every thread has a store of its own besides. Kept in one store, a turn costs
1 to 2 ms less.
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
_MAPPED_FROM = 32 * 2**20  # bytes: larger pieces go back at once; glibc takes no larger number
_KEPT = 64 * 2**20  # bytes


def keep_freed_memory() -> None:
    """Set it for this process, as early as possible; nothing happens where there is no glibc."""
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _MAPPED_FROM), (_TRIM_THRESHOLD, _KEPT)):
        set_option(option, value)
