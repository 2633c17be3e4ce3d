"""E-mail addresses, also with "(at)" instead of "@"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.privacy.finding import Finding, group

_ADDRESS = re.compile(
    r"""(?: (?<![A-Za-z0-9._%+'-]) [A-Za-z0-9_%+][A-Za-z0-9._%+'-]{0,63} | "[^"@\s]{1,64}" )
        (?: @ | \s?[\[(]\s?at\s?[\])]\s? )
        (?: [A-Za-z0-9-]{1,63}\. ){1,8} (?P<top>[A-Za-z]{2,24}) (?![A-Za-z])""",
    re.VERBOSE | re.IGNORECASE,
)
# image@2x.png is a file, 19:...@thread.tacv2 a channel in Teams, git@host the same name for everybody.
_FILES = {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "json", "md", "html", "txt"}
_NOBODY = re.compile(r"git@|.*@thread\.(?:tacv|skype)", re.IGNORECASE)


def find(text: str) -> Iterator[Finding]:
    """Every e-mail address in a folded text."""
    if "@" not in text and "at)" not in text and "at]" not in text:
        return
    for match in _ADDRESS.finditer(text):
        if match["top"].lower() not in _FILES and not _NOBODY.match(match[0]):
            yield group("email", match)
