"""Names with a slip of the keyboard: "intuen", "powr bi", "Azure Goverment".

A word of no name is replaced by one that is a name's, when it is one slip away (two from eight letters on), starts
alike, has the same digits and is not listed as ordinary. A slip is a letter missing, added, changed or swapped with
its neighbour (optimal string alignment distance). A word may start otherwise where its first letter is all that is
wrong: missing ("ntune"), or the key beside it ("szure").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.name_table import Spelling

_SHORTEST, _LONGEST = 4, 24
_SHORTEST_ALONE = 5
_SHORTEST_ABBREVIATION = 6
_SHORTEST_RUN = 8
_MOST_JOINED = 4
_TWO_SLIPS_FROM = 8
_SHORTEST_TAIL = 4
_WORD = re.compile(r"[A-Za-z0-9]+")
_CACHE = 8192
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _KEYS for at, key in enumerate(row)}


class Typos:
    """The words of all names, to be found by what is nearly them."""

    def __init__(self, spellings: Iterable[Spelling], ordinary: Iterable[str]) -> None:
        """Take the words of the spellings; `ordinary` ones are never taken for a slip."""
        made = list(spellings)
        self._known = {word.lower() for each in made for word in _WORD.findall(each.written)}
        self._known |= {each.key for each in made}
        self._ordinary = frozenset(ordinary)
        self._buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for word in sorted({word for each in made if each.name for word in _words(each)}):
            self._buckets[word[0], len(word)].append(word)
            if len(word) > _SHORTEST_TAIL:
                self._by_tail[word[1:]].append(word)
        self._joined = frozenset(each.key for each in made if each.name and len(_WORD.findall(each.written)) > 1)
        self.readings = lru_cache(maxsize=_CACHE)(self._readings)
        self.readings_of_run = lru_cache(maxsize=_CACHE)(self._readings_of_run)

    def is_ordinary(self, word: str) -> bool:
        """Whether a word is one of the language, and never a slip: "but" in "Azure but not Azure Bot"."""
        return word in self._ordinary

    def _readings(self, word: str) -> tuple[str, ...]:
        """The words of names that `word` is nearest to, all equally near; empty when it is fine or nothing is near."""
        if word in self._known or word in self._ordinary or not _has_letters(word, _SHORTEST):
            return ()
        allowed = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        found = [
            (slips_between(word, near), near)
            for bucket in self._near(word, allowed)
            for near, _, _ in process.extract(word, bucket, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        ]
        found = [(slips, near) for slips, near in found if _may_be(word, near, slips)]
        found += [(1, near) for near in self._with_other_start(word)]
        nearest = min(found, default=(0, ""))[0]
        return tuple(near for slips, near in found if slips == nearest)

    def _readings_of_run(self, run: str) -> tuple[str, ...]:
        """The joined forms of names of several words that `run`, several words joined, is one slip away from."""
        if run in self._known or not _has_letters(run, _SHORTEST_RUN):
            return ()
        return tuple(
            near
            for bucket in self._near(run, 1)
            for near, _, _ in process.extract(run, bucket, scorer=OSA.distance, score_cutoff=1, limit=None)
            if near in self._joined and len(near) >= _SHORTEST_RUN and _may_be(run, near, 1)
        )

    def _with_other_start(self, word: str) -> Iterator[str]:
        """The words that `word` is but for its first letter, which is missing or the key beside the right one."""
        yield from self._by_tail.get(word, ())
        beside = _BESIDE.get(word[0], "")
        yield from (near for near in self._by_tail.get(word[1:], ()) if near[0] in beside)

    def _near(self, word: str, allowed: int) -> Iterator[list[str]]:
        keys = [(word[0], length) for length in range(len(word) - allowed, len(word) + allowed + 1)]
        if word[1] != word[0]:
            keys.append((word[1], len(word)))
        return (self._buckets[key] for key in keys if key in self._buckets)


def slips_between(word: str, other: str) -> int:
    """How many slips lie between two words."""
    return int(OSA.distance(word, other))


def may_be_whole_name(word: str, reading: str) -> bool:
    """Whether both are long enough for the one to be a whole name misspelt wherever it stands."""
    return len(word) >= _SHORTEST_ALONE and len(reading) >= _SHORTEST_ALONE


def _words(spelling: Spelling) -> Iterator[str]:
    """The words of a spelling, and its joined form ("powerbi"), as far as they are long enough to be told apart."""
    words = _WORD.findall(spelling.written)
    for word in words:
        if _has_letters(word, _SHORTEST_ABBREVIATION if word.isupper() else _SHORTEST):
            yield word.lower()
    joined = spelling.key
    if 1 < len(words) <= _MOST_JOINED and len(words[0]) > 2 and joined.isascii() and _has_letters(joined, _SHORTEST):
        yield joined


def _has_letters(word: str, least: int) -> bool:
    return len(word) <= _LONGEST and sum(char.isalpha() for char in word) >= least


def _may_be(word: str, near: str, slips: int) -> bool:
    if slips == 2 and (len(near) < _TWO_SLIPS_FROM or sorted(word[:2]) != sorted(near[:2])):
        return False
    starts_alike = word[0] == near[0] or word[:2] == near[1::-1]
    return starts_alike and _digits(word) == _digits(near)


def _digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))
