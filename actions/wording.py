"""Small pieces of Chinese and English that several answers share."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

_BETWEEN_SCRIPTS = re.compile(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u3400-\u9fff])")


def listing(items: Sequence[str], language: str) -> str:
    """ "A, B and C" or "A、B 和 C"."""
    if len(items) <= 1:
        return "".join(items)
    if language == "zh":
        return spaced(f"{'、'.join(items[:-1])}和{items[-1]}")
    return f"{', '.join(items[:-1])} and {items[-1]}"


def spaced(text: str) -> str:
    """A space between Chinese and Latin letters or digits, as our answers are set."""
    return _BETWEEN_SCRIPTS.sub(" ", text)


def as_of(date: datetime.date, language: str) -> str:
    """The sentence that dates an answer."""
    return (
        f"（以上内容依据 {date} 的认证页面。）" if language == "zh" else f"(As of the certification page dated {date}.)"
    )
