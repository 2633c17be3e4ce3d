"""Logging: one line an event, on standard error, with nothing in it that could pass for another line.

What people write is never logged; it lives in the transcripts. Names and reasons that come from outside may
still hold line ends or terminal codes, so every control character is shown as an escape.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from typing import TextIO

from bot.settings import Settings

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_OWN = ("bot", "actions", "index", "__main__")


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every logger of the process to `stream` (standard error), in LOG_FORMAT and from LOG_LEVEL on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    handler.addFilter(_is_of_interest)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(True)


def _is_of_interest(record: logging.LogRecord) -> bool:
    """Whether a record is our own, or says that something is wrong.

    Libraries talk much: some set their own loggers to DEBUG, and Python's warnings are for who develops them.
    """
    if record.name == "py.warnings":
        return logging.getLogger().level <= logging.DEBUG
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in _OWN


def clean(text: str) -> str:
    """The text with every control character shown as an escape, such as \\n."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class TextLines(logging.Formatter):
    """`2026-01-31T08:15:30.123Z INFO bot.conversation turn id=...`; a traceback follows, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        line = f"{_moment(record)} {record.levelname} {record.name} {clean(record.getMessage())}"
        if record.exc_info:
            trace = self.formatException(record.exc_info).splitlines()
            line += "".join(f"\n    | {clean(part)}" for part in trace)
        return line


class JsonLines(logging.Formatter):
    """The same as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        event = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=True)


def _moment(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
