"""Coroutines that hardly ever wait, run without a turn of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from types import coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_eagerly(work: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop) -> Result:
    """Run a coroutine to its end; the loop turns only from where it waits for something, if it ever does."""
    asyncio._set_running_loop(loop)
    try:
        waits_for = work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        asyncio._set_running_loop(None)
    return loop.run_until_complete(_rest(work, waits_for))


async def _rest(work: Coroutine[Any, Any, Result], waits_for: Any) -> Result:
    return await _resumed(work, waits_for)


@coroutine
def _resumed(work: Coroutine[Any, Any, Result], waits_for: Any) -> Generator[Any, Any, Result]:
    """Pass on what the loop says to work that has begun."""
    while True:
        try:
            value = yield waits_for
        except BaseException as error:
            step = partial(work.throw, error)
        else:
            step = partial(work.send, value)
        try:
            waits_for = step()
        except StopIteration as end:
            result: Result = end.value
            return result
