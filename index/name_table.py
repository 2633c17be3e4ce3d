"""Finds spellings of names in tokens: the longest at each place, split and joined only where the name may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from index.name_text import Tokens, fold, is_chinese, tokenise
from index.name_types import Name

_SOFT = re.compile(r"[ \t_·-]{1,3}")
_HEAD = 3
EXACT = 1.0
# Between a maker and its product: "Microsoft's Azure", 微软的云.
_OF_MAKER = ("s", "的")

Shape = tuple[tuple[int, str], ...]
_PLURAL_FROM = 4


@dataclass(frozen=True)
class Spelling:
    """One way to write a name.

    Attributes:
        name: None for a run of words that only looks like a name.
        written: as the catalog writes it; its capitals count for an ordinary word.
        key: its tokens joined.
        gaps: offset in `key` -> mark that the spelling has there, "" for a space or for the edge between a Latin
            word and a Chinese character.
        ordinary: a word of its own, so that the context has to say that the name is meant.
        capitals_only: ordinary, and lower case never means the name.
        maker_first: starts with its maker and goes on with an ordinary word, as "Microsoft Lists" does.
    """

    name: Name | None
    written: str
    key: str
    gaps: Mapping[int, str] = field(hash=False)
    ordinary: bool = False
    capitals_only: bool = False
    maker_first: bool = False

    @classmethod
    def of(cls, name: Name | None, written: str) -> Spelling:
        """The spelling that `written` is, of no special kind."""
        return cls(name, written, *shape_of(written))

    @cached_property
    def forced(self) -> tuple[int, ...]:
        """The gaps that a text may not leave out, since two numbers would run together."""
        return tuple(at for at in self.gaps if self.key[at - 1].isdigit() and self.key[at].isdigit())

    @property
    def shape(self) -> Shape:
        """What tells two spellings of one key apart: where it may be split, and by what."""
        return tuple(sorted(self.gaps.items()))


def key_of(text: str) -> str:
    """The tokens of a name as written, joined."""
    return shape_of(text)[0]


@lru_cache(maxsize=16_384)
def shape_of(text: str) -> tuple[str, Mapping[int, str]]:
    """Key and gaps of a name as written."""
    tokens = tokenise(fold(text).text)
    gaps = {tokens.offsets[i]: tokens.between(i).strip() for i in range(1, len(tokens.words)) if _is_gap(tokens, i)}
    return tokens.key, gaps


def _is_gap(tokens: Tokens, number: int) -> bool:
    left, right = tokens.words[number - 1], tokens.words[number]
    return bool(tokens.between(number)) or is_chinese(left[0]) != is_chinese(right[0])


@dataclass(frozen=True)
class Hit:
    """A spelling found at the tokens `first` to `last`, the latter not included."""

    spelling: Spelling
    first: int
    last: int


@dataclass(frozen=True)
class Found:
    """A spelling at a place of the folded text, on its way to be a mention.

    Attributes:
        score: see Mention.
        sure: whether the context need not be asked any more.
    """

    spelling: Spelling
    name: Name | None
    start: int
    end: int
    score: float = EXACT
    sure: bool = True

    @classmethod
    def of(cls, hit: Hit, tokens: Tokens, score: float = EXACT) -> Found:
        """A hit at its place; unsure where the spelling is an ordinary word."""
        start, end = tokens.spans[hit.first][0], tokens.spans[hit.last - 1][1]
        return cls(hit.spelling, hit.spelling.name, start, end, score, sure=not hit.spelling.ordinary)


class SpellingTable:
    """All spellings by key. One look-up for each run of tokens that starts as some name does."""

    def __init__(self, spellings: Iterator[Spelling]) -> None:
        """Of two spellings of one shape the first counts."""
        self._by_key: dict[str, dict[Shape, Spelling]] = {}
        self._longest: dict[str, int] = {}
        for spelling in spellings:
            self._by_key.setdefault(spelling.key, {}).setdefault(spelling.shape, spelling)
            head = spelling.key[:_HEAD]
            self._longest[head] = max(self._longest.get(head, 0), len(spelling.key))

    def __iter__(self) -> Iterator[Spelling]:
        for shapes in self._by_key.values():
            yield from shapes.values()

    def name_of(self, text: str) -> Name | None:
        """The name that is spelt so, if there is one."""
        key, gaps = shape_of(text)
        spelling = self._by_key.get(key, {}).get(tuple(sorted(gaps.items())))
        return spelling.name if spelling else None

    def find(self, tokens: Tokens) -> list[Hit]:
        """The leftmost, longest spellings, in order, not overlapping; a None name hides what it covers."""
        hits, number = [], 0
        while number < len(tokens.words):
            hit = self.longest_at(tokens, number)
            if hit:
                hit = self._behind_maker(tokens, hit)
                hits.append(hit)
            number = hit.last if hit else number + 1
        return hits

    def _behind_maker(self, tokens: Tokens, hit: Hit) -> Hit:
        """The longer name behind the maker that a hit starts with, maker included: "MS Azure" in "MS Azure DevOps"."""
        for number in range(hit.first + 1, hit.last):
            maker = self._at(tokens, hit.first, number)
            if maker and maker.name and maker.name.kind == "vendor":
                if tokens.words[number] in _OF_MAKER and number + 1 < hit.last:
                    number += 1
                longer = self.longest_at(tokens, number)
                if not longer or longer.last <= hit.last or not longer.spelling.name:
                    return hit
                own = longer.spelling.name.vendor == maker.name.id
                return Hit(longer.spelling, hit.first, longer.last) if own else hit
        return hit

    def longest_at(self, tokens: Tokens, first: int) -> Hit | None:
        """The longest spelling that starts at a token."""
        key, offsets = tokens.key, tokens.offsets
        start = offsets[first]
        longest = max(self._longest.get(key[start : start + n], 0) for n in (_HEAD, 2, 1))
        if not longest:
            return None
        last = first + 1
        while last < len(tokens.words) and offsets[last + 1] - start <= longest + 1:
            last += 1
        for end in range(last, first, -1):
            spelling = self._at(tokens, first, end)
            if spelling:
                return Hit(spelling, first, end)
        return None

    def _at(self, tokens: Tokens, first: int, last: int) -> Spelling | None:
        key = tokens.key[tokens.offsets[first] : tokens.offsets[last]]
        shapes = self._by_key.get(key)
        if shapes:
            return _best_fit(shapes, tokens, first, last)
        if key[-1] == "s" and len(key) > _PLURAL_FROM and key[:-1] in self._by_key and len(tokens.words[last - 1]) > 1:
            spelling = _best_fit(self._by_key[key[:-1]], tokens, first, last)
            return spelling if spelling and spelling.name and not spelling.ordinary and key[-2].isalpha() else None
        return None


def _best_fit(shapes: Mapping[Shape, Spelling], tokens: Tokens, first: int, last: int) -> Spelling | None:
    """The spelling that may be split as the text is, with the fewest gaps that the text leaves out."""
    splits = {}
    for number in range(first + 1, last):
        mark = tokens.between(number)
        if mark:
            splits[tokens.offsets[number] - tokens.offsets[first]] = mark, number
    fitting = [
        spelling
        for spelling in shapes.values()
        if all(at in splits for at in spelling.forced)
        and all(_may_split(spelling, tokens, at, *splits[at]) for at in splits)
    ]
    return min(fitting, key=lambda spelling: len(spelling.gaps), default=None)


def _may_split(spelling: Spelling, tokens: Tokens, at: int, mark: str, number: int) -> bool:
    if at in spelling.gaps:
        return _SOFT.fullmatch(mark) is not None or (mark.strip() == spelling.gaps[at] != "")
    # People put a space anywhere around Chinese characters, never into a Latin word.
    return mark == " " and (is_chinese(tokens.words[number - 1][0]) or is_chinese(tokens.words[number][0]))
