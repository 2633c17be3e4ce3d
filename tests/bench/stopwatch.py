"""Where the time of a turn goes: exclusive time of named parts, for one turn at a time.

A part that runs inside another one stops the outer one's clock, so the parts add up to the whole. It does not
matter which thread runs a part, as long as the turn waits for it.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any


class Stopwatch:
    """Adds up seconds by part."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.seconds: dict[str, float] = {}
        self._inside: list[str] = []
        self._since = 0.0

    def take(self) -> dict[str, float]:
        """The seconds since the last call, by part."""
        taken, self.seconds = self.seconds, {}
        return taken

    def time(self, owner: Any, name: str, part: str) -> None:
        """Count what the method `name` of `owner` takes for `part`."""
        setattr(owner, name, self._timed(getattr(owner, name), part))

    def _timed(self, method: Callable[..., Any], part: str) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:
            self._enter(part)
            try:
                return method(*arguments, **named)
            finally:
                self._leave()

        @functools.wraps(method)
        async def wait(*arguments: Any, **named: Any) -> Any:
            self._enter(part)
            try:
                return await method(*arguments, **named)
            finally:
                self._leave()

        return wait if inspect.iscoroutinefunction(method) else call

    def _enter(self, part: str) -> None:
        self._count()
        self._inside.append(part)

    def _leave(self) -> None:
        self._count()
        self._inside.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        if self._inside:
            part = self._inside[-1]
            self.seconds[part] = self.seconds.get(part, 0.0) + now - self._since
        self._since = now
