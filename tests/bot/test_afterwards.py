"""Work that waits for the reply where somebody waits with it, and is done at once elsewhere."""

from __future__ import annotations

import pytest

from bot.afterwards import afterwards, later


def test_without_anybody_who_waits_it_is_done_at_once() -> None:
    done: list[str] = []
    afterwards(lambda: done.append("logged"))
    assert done == ["logged"]


def test_it_waits_for_the_reply_and_keeps_its_order() -> None:
    done: list[str] = []
    with later():
        afterwards(lambda: done.append("counted"))
        afterwards(lambda: done.append("logged"))
        done.append("replied")
    assert done == ["replied", "counted", "logged"]


def test_it_is_done_though_the_reply_failed() -> None:
    done: list[str] = []
    with pytest.raises(BrokenPipeError), later():
        afterwards(lambda: done.append("logged"))
        raise BrokenPipeError
    assert done == ["logged"]


def test_one_that_fails_is_logged_and_the_next_is_done_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    with later():
        afterwards(lambda: 1 / 0)
        afterwards(lambda: done.append("logged"))
    assert done == ["logged"]
    assert "ZeroDivisionError" in caplog.text


def test_after_the_end_nobody_waits_any_longer() -> None:
    done: list[str] = []
    with later():
        pass
    afterwards(lambda: done.append("logged"))
    assert done == ["logged"]
