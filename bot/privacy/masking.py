"""`mask`: a text as it may be kept.

A text is folded, then each detector looks for its kinds in the folded form; where two find the same place, the
first wins. Every character keeps its place in the folded form, so what is found can be cut out of the text itself.
Most messages hold neither a long number nor an "@" nor a word such as "password", and are done after a few
microseconds.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

from bot.privacy import addresses, identity, keys, payment, phones
from bot.privacy.finding import KINDS, Finding
from bot.privacy.folding import fold

__all__ = ["Finding", "find", "mask"]

# In order of how little else a find can be: a card number may look like a telephone number, hardly the reverse.
_DETECTORS = (keys.find, addresses.find, payment.find, identity.find, phones.find)

# The text that was last masked on this thread: a turn's is masked again where it is stored.
_last = threading.local()

_MASKED = re.compile(rf"(?:\[(?:{'|'.join(KINDS)})\])+")


def mask(text: str) -> str:
    """`text` with a placeholder such as `[email]` for everything personal or secret; masked twice it stays the same."""
    if text == getattr(_last, "masked", None):
        return text
    while findings := find(text):
        text = _replaced(text, findings)
    _last.masked = text
    return text


def find(text: str) -> tuple[Finding, ...]:
    """What of a text would be masked, in order; nothing overlaps."""
    folded = fold(text)
    found: list[Finding] = []
    for detector in _DETECTORS:
        for each in detector(folded):
            if not any(map(each.overlaps, found)) and not _MASKED.fullmatch(folded, each.start, each.end):
                found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))


def _replaced(text: str, findings: tuple[Finding, ...]) -> str:
    return "".join(_pieces(text, findings))


def _pieces(text: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    end = 0
    for each in findings:
        yield text[end : each.start]
        yield each.placeholder
        end = each.end
    yield text[end:]
