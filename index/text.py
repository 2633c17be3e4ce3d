"""Text as people type it, made comparable: forms, scripts, clauses and the language of a message.

Everything downstream (names, retrieval, classification) reads `normalise`d text; what is stored and shown is
what the person typed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import zip_longest

from opencc import OpenCC

from index.informal import spelt_out

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‑": "-", "–": "-", "—": "-"})
_SPACE = re.compile(r"\s+")
_JOINT = re.compile(
    r"[，,、]\s*(?:and|also|plus|另外|还有|以及|并且|同时|顺便|而且)?|\s(?:and|plus|as well as|btw|by the way)\s"
    r"|另外|还有|以及|同埋|顺便问|\s?[和与及跟](?=\s?\S)|\s?&\s?|\s\+\s",
    re.IGNORECASE,
)
_ZH_FUNCTION = re.compile(r"[吗呢吧的了是有没在哪什么怎请能可否这那我你]")
_EN_FUNCTION = re.compile(
    r"\b(?:is|are|was|does|do|did|can|could|will|would|should|what|which|who|where|when|why|how|the|a|an|of|for"
    r"|to|in|on|it|my|our|your|you|we|i|please|thanks|thank|hello|hi|hey|bye|and|have|has)\b",
    re.IGNORECASE,
)
# "Bye-bye" and "thank you" in numbers, as they sound in Chinese.
_ZH_DIGITS = re.compile(r"(?:88|886|3[qQ])\W*")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _may_change() -> frozenset[str]:
    """Every character without which no text changes when it is simplified."""
    tables = [table for *_, table in _converter().dict_cache.values()]
    pairs = [(word, choices.split(" ")[0]) for table in tables for word, choices in table.items()]
    changes = [(word, simple) for word, simple in pairs if word != simple]
    return frozenset(
        old
        for word, simple in changes
        for old, new in zip_longest(word, simple)
        if len(word) != len(simple) or old != new
    )


def is_han(text: str) -> bool:
    """Whether any Chinese character occurs in `text`."""
    return _HAN.search(text) is not None


def count_han(text: str) -> int:
    """How many Chinese characters occur in `text`."""
    return len(_HAN.findall(text))


def simplify(text: str) -> str:
    """Traditional characters as simplified ones; other text unchanged."""
    return text if _may_change().isdisjoint(text) else _converter().convert(text)


@lru_cache(maxsize=4096)  # a turn asks ten times for its few texts
def tidy(text: str) -> str:
    """One form for each character: NFKC, plain quotes and dashes, no invisible ones, single spaces."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return _SPACE.sub(" ", _INVISIBLE.sub("", folded)).strip()


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """`text` as the models read it: tidy, simplified characters, lower case, the standard language."""
    return spelt_out(simplify(tidy(text)).lower())


def clauses(sentence: str) -> tuple[str, ...]:
    """One sentence cut at commas and joining words such as "and" and 另外, in order."""
    return tuple(part for raw in _JOINT.split(sentence) if (part := raw.strip(" ,，、.:：")))


def detect_language(text: str) -> str | None:
    """The language a person writes in: "zh", "en", or None where nothing tells.

    Product names are Latin in both languages, so a Chinese function word outweighs Latin words, and an
    English sentence may quote a Chinese name.
    """
    folded = tidy(text)
    han = count_han(folded)
    latin = len(_LATIN_WORD.findall(folded))
    if not han:
        return "zh" if _ZH_DIGITS.fullmatch(folded) else "en" if latin else None
    chinese = han / 2 + 2 * len(_ZH_FUNCTION.findall(folded))
    english = 2 * len(_EN_FUNCTION.findall(folded)) + latin / 4
    return "zh" if chinese >= english else "en"
