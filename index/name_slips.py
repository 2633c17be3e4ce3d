"""Finds names whose words hold slips of the keyboard, among the words of a text that are in no name yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.name_table import Found, Hit, SpellingTable
from index.name_text import Tokens
from index.name_typos import Typos, may_be_whole_name, slips_between

_SCORES = {1: 0.8, 2: 0.7}
# How many words of a text are looked at, the last ones first; how many readings of one word are tried, and how many
# words around it are read anew for each.
_MOST_WORDS, _MOST_READINGS, _REACH = 40, 4, 8
_SHORTEST_KEY = 6
# Words shorter than this are read only together with their neighbours, and so many at a time.
_SHORT, _WIDEST = 4, 4


def with_slips(found: Sequence[Found], tokens: Tokens, table: SpellingTable, typos: Typos) -> list[Found]:
    """`found` and the names with slips, in order; a longer name replaces those that it wholly holds."""
    runs = list(_runs(found, tokens, table, typos))
    readings = _readings(found, tokens, typos)
    if not readings:
        return _together(found, runs)
    right = {number: options[0] for number, options in readings.items()}
    slipped = list(_put_right(tokens, table, right))
    for number, options in readings.items():
        rivals = [
            each
            for option in options[1:_MOST_READINGS]
            for each in _put_right(tokens, table, {**right, number: option}, near=number)
        ]
        if rivals:
            slipped = _undisputed(slipped, rivals, tokens.spans[number][0])
    return _together(_together(found, runs), slipped)


def _runs(found: Sequence[Found], tokens: Tokens, table: SpellingTable, typos: Typos) -> Iterator[Found]:
    """Names of several words with the slip in a word too short to be looked at alone: "cloud ap security".

    A run may hold a shorter name, as "defender for cloud aps" does, but not only the same one.
    """
    short = [
        number
        for number, word in enumerate(tokens.words)
        if len(word) < _SHORT and word.isascii() and word.isalpha() and not typos.is_ordinary(word)
    ]
    for number in short[-_MOST_READINGS:]:
        for first, last in _windows(number, len(tokens.words)):
            held = _held(found, tokens, first, last)
            if held is None or not _stand_together(tokens, first, last):
                continue
            words = tokens.words[first:last]
            readings = [
                each
                for each in typos.readings_of_run("".join(words))
                if not typos.is_ordinary(_slipped_word(words, each))
            ]
            hits = [table.longest_at(Tokens.of(each, [each], [(0, len(each))]), 0) for each in readings]
            spellings = {hit.spelling.name: hit.spelling for hit in hits if hit and hit.spelling.name}
            if len(spellings) == 1 and not spellings.keys() & {each.name for each in held}:
                yield Found.of(Hit(next(iter(spellings.values())), first, last), tokens, score=_SCORES[1])


def _slipped_word(words: Sequence[str], reading: str) -> str:
    """The word of a run in which it starts to differ from how it is read."""
    same = 0
    for ours, theirs in zip("".join(words), reading, strict=False):
        if ours != theirs:
            break
        same += 1
    for word in words:
        if same < len(word):
            return word
        same -= len(word)
    return words[-1]


def _held(found: Sequence[Found], tokens: Tokens, first: int, last: int) -> list[Found] | None:
    """The names that a run of words holds whole; None where it cuts one, or is one."""
    start, end = tokens.spans[first][0], tokens.spans[last - 1][1]
    touched = [each for each in found if each.start < end and start < each.end]
    inside = all(start <= each.start and each.end <= end for each in touched)
    return touched if inside and (start, end) not in [(each.start, each.end) for each in touched] else None


def _windows(number: int, count: int) -> Iterator[tuple[int, int]]:
    """Runs of up to `_WIDEST` words around a word that is not the first of them, the longest first."""
    for size in range(_WIDEST, 1, -1):
        for first in range(max(0, number - size + 1), min(number - 1, count - size) + 1):
            yield first, first + size


def _stand_together(tokens: Tokens, first: int, last: int) -> bool:
    """Whether the run starts with a longer word, and only spaces and hyphens lie between its words."""
    starts_long = len(tokens.words[first]) >= _SHORT
    return starts_long and all(tokens.between(number).strip(" -") == "" for number in range(first + 1, last))


def _readings(found: Sequence[Found], tokens: Tokens, typos: Typos) -> dict[int, tuple[str, ...]]:
    """Token number -> the words of names that it may be meant for."""
    taken = {at for each in found for at in range(each.start, each.end)}
    readings: dict[int, tuple[str, ...]] = {}
    for number in range(len(tokens.words) - 1, -1, -1):
        if tokens.spans[number][0] in taken or len(readings) == _MOST_WORDS:
            continue
        options = typos.readings(tokens.words[number])
        if options:
            readings[number] = options
    return readings


def _put_right(
    tokens: Tokens, table: SpellingTable, right: Mapping[int, str], near: int | None = None
) -> Iterator[Found]:
    """The names that hold a word put right; with `near`, that very word, and only what is around it is read."""
    first, last = 0, len(tokens.words)
    if near is not None:
        first, last = max(0, near - _REACH), min(last, near + _REACH)
    words = [right.get(number, tokens.words[number]) for number in range(first, last)]
    for hit in table.find(Tokens.of(tokens.text, words, tokens.spans[first:last])):
        hit = Hit(hit.spelling, hit.first + first, hit.last + first)
        numbers = [number for number in right if hit.first <= number < hit.last]
        one_word = hit.last - hit.first == 1
        if hit.spelling.name and numbers and near in (None, *numbers) and (one_word or _is_long_enough(hit)):
            slips = sum(slips_between(tokens.words[number], right[number]) for number in numbers)
            slipped = Found.of(hit, tokens, score=_SCORES[min(slips, 2)])
            if not one_word or may_be_whole_name(tokens.words[hit.first], hit.spelling.key):
                yield slipped
            elif hit.spelling.name.kind == "service":
                yield replace(slipped, sure=False)  # "grph" alone tells little: its place decides


def _is_long_enough(hit: Hit) -> bool:
    return len(hit.spelling.key) >= _SHORTEST_KEY


def _undisputed(slipped: Sequence[Found], rivals: Sequence[Found], at: int) -> list[Found]:
    """`slipped`, with the longest reading of the word at that place; none of them where two names are as long."""
    mine = [each for each in slipped if each.start <= at < each.end]
    longest = max(each.end - each.start for each in (*mine, *rivals))
    winners = [each for each in (*mine, *rivals) if each.end - each.start == longest]
    rest = [each for each in slipped if each not in mine]
    winners.sort(key=lambda each: each.name is not None and each.name.renamed_from is not None)
    return [*rest, winners[0]] if len({_first_id(each) for each in winners}) == 1 else rest


def _first_id(each: Found) -> str | None:
    """Id of what is found under its first name, which a later name shares."""
    return (each.name.renamed_from or each.name.id) if each.name else None


def _together(found: Sequence[Found], slipped: Sequence[Found]) -> list[Found]:
    kept = list(found)
    for new in slipped:
        touched = [old for old in kept if old.start < new.end and new.start < old.end]
        if all(new.start <= old.start and old.end <= new.end for old in touched):
            kept = [*(old for old in kept if old not in touched), new]
    return sorted(kept, key=lambda each: each.start)
