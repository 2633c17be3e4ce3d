"""Coroutines run to their end, whether or not they wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.assistant.eager import run_eagerly


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


async def immediate() -> str:
    return "done"


async def waiting() -> str:
    first = await asyncio.gather(asyncio.sleep(0.001, "a"), asyncio.sleep(0.002, "b"))
    second = await asyncio.wait_for(asyncio.sleep(0.001, "c"), 5)
    return "".join([*first, second])


async def failing(after: float | None) -> None:
    if after is not None:
        await asyncio.sleep(after)
    raise ValueError("no")


async def too_late() -> str:
    try:
        await asyncio.wait_for(asyncio.get_running_loop().create_future(), 0.001)
    except asyncio.TimeoutError:
        return "given up"
    return "never"


def test_what_never_waits_needs_no_turn_of_the_loop(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "run_until_complete", lambda work: pytest.fail("the loop turned"))
    assert run_eagerly(immediate(), loop) == "done"


def test_what_waits_goes_on_where_it_waited(loop: asyncio.AbstractEventLoop) -> None:
    assert run_eagerly(waiting(), loop) == "abc"
    assert run_eagerly(too_late(), loop) == "given up"


@pytest.mark.parametrize("after", [None, 0.001])
def test_its_error_is_raised(after: float | None, loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises(ValueError, match="no"):
        run_eagerly(failing(after), loop)
    assert run_eagerly(immediate(), loop) == "done"  # and the loop serves the next one
