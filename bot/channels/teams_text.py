"""The question inside a Teams message, whose text is HTML-escaped although it calls itself plain."""

from __future__ import annotations

import html
import re

from bot.channels.text import clean_text

# By pattern, since the mention's entity may be missing or carry another name, and an image may stand inside.
_LEADING_MENTION = re.compile(r"^(?:\s|&nbsp;|&#160;)*<at\b[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_AT_TAG = re.compile(r"</?at\b[^>]*>", re.IGNORECASE)


def question_of(text: str) -> str:
    """The text without the mention that called the webhook; names of other people stay, as plain text."""
    rest = _LEADING_MENTION.sub("", text, count=1)
    plain = html.unescape(_AT_TAG.sub("", rest))
    return clean_text(plain.replace("\xa0", " "))
