"""The present moment, asked for in one place so that a test can set it: call it as `clock.utc_now()`."""

from __future__ import annotations

import datetime


def utc_now() -> datetime.datetime:
    """Now, in UTC."""
    return datetime.datetime.now(datetime.timezone.utc)
