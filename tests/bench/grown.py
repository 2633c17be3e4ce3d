"""A corpus as large as one likes: compliance passages in Chinese and English, and questions about them.

An entry is about one product, one standard and one of each kind of thing in `grown_words`; its passages ask four
things in each language and answer in two texts. Every passage follows from its number alone, so a corpus of a
million is a view that takes no memory, and a smaller corpus is the beginning of a larger one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from index.passages import Kind, Passage
from tests.bench import grown_words as words

LANGUAGES = ("zh", "en")
ASKING = 4  # question passages of an entry in each language
ENTRY = 2 * (ASKING + 1)  # passages of an entry
ENTRIES_OF_PAGE = 25
_TOPICS = ("standard", "audit_reports", "annual_testing", "certification_reuse", "resources", "coverage")


@dataclass(frozen=True)
class Facts:
    """What one entry is about: fact -> its name in Chinese and in English; and which questions it answers."""

    names: dict[str, words.Pair]
    asked: tuple[words.Pair, ...]
    stated: tuple[words.Pair, ...]


class GrownCorpus(Sequence[Passage]):
    """The first `size` passages.

    Args:
        changed: numbers of entries whose text is another one than usual.
    """

    def __init__(self, size: int, changed: frozenset[int] = frozenset()) -> None:
        self._size = size
        self._changed = changed

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(self._size))]
        if not 0 <= row < self._size:
            raise IndexError(row)
        return self._entry(row // ENTRY)[row % ENTRY]

    def __iter__(self) -> Iterator[Passage]:
        for entry in range(-(-self._size // ENTRY)):
            yield from self._entry(entry)[: self._size - entry * ENTRY]

    def _entry(self, entry: int) -> list[Passage]:
        chance = random.Random(f"{'changed ' if entry in self._changed else ''}entry {entry}")
        facts = _facts(chance)
        return [passage for side in range(2) for passage in _passages(entry, side, facts, chance)]


def queries(size: int, count: int) -> list[tuple[str, str]]:
    """Questions about entries of the first `size` passages, each with its language; no passage is worded so."""
    chance = random.Random(f"queries {size}")
    return [_query(chance.randrange(max(size // ENTRY, 1)), chance) for _ in range(count)]


def _query(entry: int, chance: random.Random) -> tuple[str, str]:
    facts = _facts(random.Random(f"entry {entry}"))
    side = chance.randrange(2)
    text = _filled(chance.choice(words.QUERY_FRAMES)[side], chance.choice(facts.asked)[side], facts, side)
    return _with_slips(text, chance), LANGUAGES[side]


def _with_slips(text: str, chance: random.Random) -> str:
    """Every fifth question is typed in haste: one character missing."""
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :] if chance.random() < 0.2 else text


def _facts(chance: random.Random) -> Facts:
    pick = {
        "control": words.CONTROLS,
        "document": words.DOCUMENTS,
        "region": words.REGIONS,
        "trade": words.TRADES,
        "team": words.TEAMS,
    }
    names = {name: chance.choice(choices) for name, choices in pick.items()}
    names["product"] = _product(chance)
    for name in ("standard", "other"):
        standard = chance.choice(words.FAMILIES).format(chance.randrange(1, 1000))
        names[name] = (standard, standard)
    number = str(chance.randrange(2, 120))
    names["number"] = (number, number)
    return Facts(names, tuple(chance.sample(words.ASKED, ASKING)), tuple(chance.sample(words.STATED, 3)))


def _product(chance: random.Random) -> words.Pair:
    zh, en = chance.choice(words.SUFFIXES)
    name = "".join(chance.choices(words.SYLLABLES, k=chance.choice((2, 3)))).capitalize()
    # As on real pages, some products have a Chinese name and some are called the same in both languages.
    chinese = "".join(chance.choices(words.HAN, k=2)) + zh if chance.random() < 0.5 else f"{name} {en}"
    return chinese, f"{name} {en}"


def _passages(entry: int, side: int, facts: Facts, chance: random.Random) -> Iterator[Passage]:
    page = f"page-{entry // ENTRIES_OF_PAGE}"
    label = f"{_TOPICS[entry % len(_TOPICS)]}/{entry % ENTRIES_OF_PAGE}"
    stem = f"{page}/{entry}/{LANGUAGES[side]}"
    texts = [_filled(chance.choice(words.FRAMES)[side], asked[side], facts, side) for asked in facts.asked]
    for number, text in enumerate(texts):
        yield _passage(f"{stem}/question/{number}", label, side, text, "question", page)
    answer = ("" if side == 0 else " ").join(_named(sentence[side], facts, side) for sentence in facts.stated)
    yield _passage(f"{stem}/answer", label, side, answer, "answer", page)


def _passage(place: str, label: str, side: int, text: str, kind: Kind, page: str) -> Passage:
    return Passage(place, label, LANGUAGES[side], text, kind, page)


def _filled(frame: str, asked: str, facts: Facts, side: int) -> str:
    return _named(frame.replace("{}", asked), facts, side)


def _named(pattern: str, facts: Facts, side: int) -> str:
    text = pattern.format(**{name: pair[side] for name, pair in facts.names.items()})
    return text[:1].upper() + text[1:]
