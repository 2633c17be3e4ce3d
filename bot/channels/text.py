"""What people type, made safe to store and to show without changing what they said.

Control characters and halves of characters (lone surrogates, left by programs that cut a text in the middle
of an emoji) carry no words and cannot be stored, so they are dropped rather than the message refused. Line
ends become "\\n". Joiners and directional marks stay: emoji and right-to-left names need them.
"""

from __future__ import annotations

import re
import unicodedata

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?|\u2028|\u2029|\x85")
_INVISIBLE = {"Cc", "Cf", "Cn", "Zs", "Zl", "Zp", "Mn"}


def clean_text(text: str) -> str:
    """The text without what cannot be stored or shown, and without white space around it."""
    return _UNSTORABLE.sub("", _LINE_END.sub("\n", text)).strip()


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)
