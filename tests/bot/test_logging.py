"""Log lines: one an event, nothing in them that passes for another."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from bot.logging_setup import configure_logging
from bot.settings import load_settings


@pytest.fixture(autouse=True)
def untouched_loggers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


def logged(log_format: str, *arguments: object, exc_info: BaseException | None = None) -> str:
    stream = io.StringIO()
    configure_logging(load_settings({}, {"LOG_FORMAT": log_format}), stream)
    logging.getLogger("bot.test").warning(*arguments, exc_info=exc_info)  # type: ignore[arg-type]
    return stream.getvalue()


FORGED = "x\r\n2026-01-01 ERROR all is lost\x1b[2J\u2028\ud800"


def test_a_text_line_cannot_be_forged() -> None:
    line = logged("text", "sender=%s", FORGED)

    assert line.count("\n") == 1
    assert line.endswith("WARNING bot.test sender=x\\r\\n2026-01-01 ERROR all is lost\\x1b[2J\\u2028\\ud800\n")


def test_a_json_line_is_one_object() -> None:
    line = logged("json", "sender=%s", FORGED)
    event = json.loads(line)

    assert line.count("\n") == 1
    assert (event["level"], event["logger"]) == ("warning", "bot.test")
    assert event["message"].startswith("sender=x\\r\\n")
    assert event["time"].endswith("Z")


def test_libraries_are_heard_when_something_is_wrong() -> None:
    stream = io.StringIO()
    configure_logging(load_settings({}), stream)
    logging.getLogger("library").info("I am loading")
    logging.getLogger("library").warning("I am broken")
    warnings.showwarning("old name", DeprecationWarning, "library.py", 1)

    assert [line.split(" ", 1)[1] for line in stream.getvalue().splitlines()] == ["WARNING library I am broken"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_trace_stays_with_its_event(log_format: str) -> None:
    text = logged(log_format, "failed", exc_info=ValueError("a\nWARNING forged"))

    if log_format == "json":
        assert "ValueError: a" in json.loads(text)["exception"]
    else:
        assert all(line.startswith("    | ") for line in text.splitlines()[1:])
        assert "ValueError: a" in text
