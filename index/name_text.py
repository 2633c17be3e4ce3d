"""Text as names are looked up in it: folded, with the way back to what was typed, and cut into tokens.

A token is a run of Latin letters and digits or one Chinese character. Tokens join without a space in a key, so that
"PowerBI", "power-bi" and "Power  BI" have one key; what stood between them is kept to tell where a name may be split.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.text import is_han, simplify

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_TOKEN = re.compile(r"[a-z0-9\u00df-\u024f]+|[^\W_]")
# Addresses hold names that nobody asks about.
_ADDRESS = re.compile(
    r"[a-z]+://[!-~]+|www\.[!-~]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+){2,}(?:/[!-~]*)?", re.A
)
_MARKS = {"’": "'", "‘": "'", "“": '"', "”": '"', "‑": "-", "–": "-", "—": "-"}


class _Simplified(dict[int, str]):
    """For `str.translate`: traditional characters as simplified ones, each converted once.

    The converter takes 0.3 ms a sentence and may not keep its length; one character at a time stays aligned.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        simple = _MARKS.get(char) or (simplify(char) if is_han(char) else char)
        self[code] = simple if len(simple) == 1 else char
        return self[code]


_SIMPLIFIED = _Simplified()


@dataclass(frozen=True)
class Folded:
    """A text in its comparable form.

    Attributes:
        text: NFKC, simplified characters, lower case, plain quotes and dashes, no invisible characters.
        at: for every character of `text`, and its end, the offset in what was typed; None where they are the same.
    """

    text: str
    at: Sequence[int] | None = None

    def typed(self, offset: int) -> int:
        """The offset in the typed text where a character of `text` starts."""
        return self.at[offset] if self.at else offset

    def typed_end(self, offset: int) -> int:
        """The offset in the typed text behind the character that ends at `offset` in `text`."""
        return self.at[offset - 1] + 1 if self.at else offset


def fold(text: str) -> Folded:
    """The comparable form of `text`, with the way back."""
    if text.isascii():
        return Folded(text.lower())
    if unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text):
        folded = text.translate(_SIMPLIFIED).lower()
        if len(folded) == len(text):
            return Folded(folded)
    chars, at = [], []
    for offset, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char).translate(_SIMPLIFIED).lower():
            if not _INVISIBLE.match(part):
                chars.append(part)
                at.append(offset)
    return Folded("".join(chars), [*at, len(text)])


@dataclass(frozen=True)
class Tokens:
    """The tokens of a folded text.

    Attributes:
        text: the folded text.
        words: the tokens.
        spans: start and end of each in `text`.
        offsets: start of each in `key`, and its end.
        key: all tokens joined.
    """

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    offsets: tuple[int, ...]
    key: str

    @classmethod
    def of(cls, text: str, words: Sequence[str], spans: Sequence[tuple[int, int]]) -> Tokens:
        """Tokens with the places of each; `words` may be corrected ones."""
        offsets = [0]
        for word in words:
            offsets.append(offsets[-1] + len(word))
        return cls(text, tuple(words), tuple(spans), tuple(offsets), "".join(words))

    def between(self, number: int) -> str:
        """What stands in the text before token `number`."""
        return self.text[self.spans[number - 1][1] : self.spans[number][0]]


def tokenise(text: str) -> Tokens:
    """Cut a folded text; web and mail addresses hold no tokens."""
    matches = list(_TOKEN.finditer(text))
    if "://" in text or "@" in text or text.count(".") > 1 or "www." in text:
        holes = [match.span() for match in _ADDRESS.finditer(text)]
        matches = [m for m in matches if not any(start <= m.start() < end for start, end in holes)]
    return Tokens.of(text, [m.group() for m in matches], [m.span() for m in matches])


@lru_cache(maxsize=20_000)
def is_chinese(char: str) -> bool:
    """Whether a token is a Chinese character."""
    return is_han(char)
