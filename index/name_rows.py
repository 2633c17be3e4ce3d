"""Reads "Azure SQL and Storage" and "Azure, the normal one and the government one": the second name shares its start.

What stands in a row behind a service is looked up together with the first words of that service's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.name_table import Found, Spelling, SpellingTable
from index.name_text import Folded
from index.name_types import Name

_PLAIN = r"(?:normal|regular|standard|commercial|public|ordinary|plain|global|普通|标准|商业|国际|公有云)"
_ONE = r"(?: (?:ones?|versions?|editions?|cloud|variant|flavou?r)|版本?|的)?"
_ROW = re.compile(
    rf"(?:[ ,]*(?:\bboth )?(?:the |的)?{_PLAIN}{_ONE}(?=\W|[和与及跟]))?"
    r"\s*(?:,|、|/|&|\+|\band\b|\bor\b|\bnor\b|\bplus\b|\bas well as\b|\balong with\b|[和与及跟或]|以及|还有|还是)+"
    r"\s*(?:also |both |and )?(?:the |its |their |它的|那个|其)?(?:us |美国)?"
)
_PART = re.compile(r"[a-z][\w-]*(?: [a-z][\w-]*){0,2}|[\u4e00-\u9fff]{2,6}")
# "Azure and China regulations": a country or an office alone is an edition only where nothing goes with it.
_EDITIONS = r"(?:government|govt?|gcc high|gcc|dod|china|chinese|germany|german|政府|中国|德国)"
_NAMED_BY_COUNTRY = {"chinese": "china", "german": "germany"}
_OWN = re.compile(r"\s?(?:'s|的)\s*(?:us |u\.s\. |美国)?")
_EDITION = re.compile(
    rf"(?P<edition>{_EDITIONS})"
    r"(?: (?:ones?|versions?|editions?|clouds?|variant|flavou?r)\b|云|版本?|版?的(?=\W|[都算在吗呢])"
    r"|(?=\s*(?:$|[?.,!;)]|[都算在吗呢]|both\b|(?:is|are|too|covered|certified|included|in scope)\b)))"
)
# "We use Azure SQL and monitor it": what goes on is a sentence, not a row.
_GOES_ON = re.compile(r"\s+(?:it|them|the|a|an|our|my|your|their|this|that|these|those|with|for|to)\b")


def with_row_parts(found: Sequence[Found], typed: str, folded: Folded, table: SpellingTable) -> list[Found]:
    """`found`, in order, with the names that go on behind one of them without its first words.

    Args:
        found: the names of a text, in order.
        typed: the text as typed.
        folded: the text as compared.
        table: every spelling.
    """
    kept = [_own_edition(each, folded.text, table) for each in found]
    for each in list(kept):
        last: Found | None = each
        while last:
            last = _next_in_row(each, last.end, typed, folded, table)
            if last is None or any(old.start < last.end and last.start < old.end for old in kept):
                break
            kept.append(last)
    return sorted(kept, key=lambda each: each.start)


def _next_in_row(first: Found, end: int, typed: str, folded: Folded, table: SpellingTable) -> Found | None:
    row = _ROW.match(folded.text, end) if first.name and first.name.kind == "service" else None
    if row is None or first.name is None:
        return None
    starts = list(_starts(first.spelling.written))
    for part, part_end, is_edition in _parts(folded.text, row.end()):
        capital = typed[folded.typed(row.end())].isupper()
        for start in starts:
            whole = start == first.spelling.written
            name = table.name_of(f"{start} {part}") if is_edition or capital or not whole else None
            if name and _is_new(name, first.name) and (is_edition or not _GOES_ON.match(folded.text, part_end)):
                return Found(Spelling.of(name, f"{start} {part}"), name, row.end(), part_end)
    return None


def _own_edition(each: Found, text: str, table: SpellingTable) -> Found:
    """ "Office 365's Chinese edition" as the one service that it is."""
    own = _OWN.match(text, each.end) if each.name and each.name.kind == "service" else None
    edition = _EDITION.match(text, own.end()) if own else None
    if edition is None or each.name is None:
        return each
    written = f"{each.spelling.written} {_as_named(edition['edition'])}"
    name = table.name_of(written)
    if name is None or not _is_new(name, each.name):
        return each
    return replace(each, spelling=Spelling.of(name, written), name=name, end=edition.end())


def _as_named(edition: str) -> str:
    return _NAMED_BY_COUNTRY.get(edition, edition)


def _is_new(name: Name, first: Name) -> bool:
    return name.kind == "service" and name.id != first.id and name.vendor == first.vendor


def _starts(written: str) -> Iterator[str]:
    """A name's first words, the most first."""
    words = written.split()
    for count in range(len(words), 0, -1):
        yield " ".join(words[:count])


def _parts(text: str, start: int) -> Iterator[tuple[str, int, bool]]:
    """What may stand there, its end, and whether it is an edition; the longest first."""
    edition = _EDITION.match(text, start)
    if edition:
        yield _as_named(edition["edition"]), edition.end(), True
    run = _PART.match(text, start)
    if run is None or re.match(_EDITIONS, run.group()):
        return
    if run.group()[0].isascii():
        words = run.group().split(" ")
        for count in range(len(words), 0, -1):
            part = " ".join(words[:count])
            yield part, start + len(part), False
    else:
        for end in range(run.end(), start + 1, -1):
            yield text[start:end], end, False
