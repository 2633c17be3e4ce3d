"""Names for rows: unguessable, and in order of time when sorted as text."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """32 hexadecimal digits: microseconds since 1970 (14 digits), then 72 random bits."""
    return f"{time.time_ns() // 1000:014x}{secrets.token_hex(9)}"
