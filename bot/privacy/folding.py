"""One form for the characters that numbers and addresses are typed with; every character keeps its place."""

from __future__ import annotations

import re
import unicodedata

_DASHES = "‐‑‒–—―−－﹣"
_BLANKS = "\u00a0\u2002\u2003\u2007\u2009\u200b\u200c\u200d\u202f\u3000\ufeff"
_MARKS = {"“": '"', "”": '"', "‘": "'", "’": "'", "。": ".", "【": "[", "】": "]", "﹫": "@"}
_SPOKEN_DIGITS = str.maketrans("〇零幺一二三四五六七八九", "001123456789")
_SPOKEN = re.compile("[〇零幺一二三四五六七八九]{7,}")


def _table() -> dict[int, str]:
    # Not the full-width comma: it stands between two numbers, never inside of one.
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) != "，"}
    table |= {
        code: str(unicodedata.digit(chr(code)))
        for code in range(0x80, 0x1FBFA)
        if unicodedata.category(chr(code)) == "Nd" and not 0xFF01 <= code < 0xFF5F
    }
    table |= dict.fromkeys(map(ord, _DASHES), "-") | dict.fromkeys(map(ord, _BLANKS), " ")
    return table | {ord(mark): plain for mark, plain in _MARKS.items()}


_TABLE = _table()


def fold(text: str) -> str:
    """`text` with plain digits, letters and signs instead of full-width, Chinese and other ones; as long as `text`.

    Chinese digits count only where at least seven stand together, as in a number read out.
    """
    if text.isascii():
        return text
    folded = text.translate(_TABLE)
    return _SPOKEN.sub(lambda found: found[0].translate(_SPOKEN_DIGITS), folded)
