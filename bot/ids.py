"""Names for rows: unguessable, and in order of time when sorted as text."""

from __future__ import annotations

import re
import secrets
import time

_ID = re.compile(r"[0-9a-z-]{1,64}")


def new_id() -> str:
    """32 hexadecimal digits: microseconds since 1970 (14 digits), then 72 random bits."""
    return f"{time.time_ns() // 1000:014x}{secrets.token_hex(9)}"


def is_id(text: str) -> bool:
    """Whether `text` can be the id of a row at all; what cannot is not worth a look into the database."""
    return _ID.fullmatch(text) is not None
