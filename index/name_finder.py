"""Finds the names in a text: exact spellings, slips of the keyboard, ordinary words in context, numbered standards."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from index.knowledge import Localized
from index.name_context import Surroundings, is_meant, maker_is_beside, stands_in_row
from index.name_files import STANDARD, Words
from index.name_operators import with_operators
from index.name_rows import with_row_parts
from index.name_slips import with_slips
from index.name_table import EXACT, Found, Spelling, SpellingTable, shape_of
from index.name_text import Folded, fold, tokenise
from index.name_types import Mention, Name
from index.name_typos import Typos, may_be_whole_name
from index.text import is_han

IN_CONTEXT = 0.9
_TOGETHER = re.compile(r"[ \t_-]{0,3}")
# "Azure 上的虚拟机", "virtual machines in Azure"
_PART_OF = re.compile(r"\s?(?:[上里中]|里面|上面)?的\s?")
_INSIDE = re.compile(r"\s+(?:in|on|of|within|under|inside|from)\s+(?:the\s+)?")
_MAKERS = re.compile(r"\s?(?:'s|的)\s?")
_MADE_BY = re.compile(r"\s+(?:of|from|by)\s+")
_YEAR = re.compile(r"\s?[:-]\s?(?:19|20)\d\d(?!\d)")
_NUMBERED = re.compile(
    r"(?<![a-z0-9])(?P<body>iso(?:[ /-]?iec)?|iec|gb[ /]?t|nist[ -]?sp)[ -]?"
    r"(?P<number>\d{3,5}(?:-\d{1,3}(?!\d))?)(?!\d)"
)
_NUMBERED_ID = re.compile(STANDARD + r"(iso|iec|gb-t|nist-sp)-(\d{3,5}(?:-\d{1,3})?)")
_BODIES = {"iso": "ISO", "iec": "IEC", "gb-t": "GB/T", "nist-sp": "NIST SP"}


def numbered_standard(standard_id: str) -> Name | None:
    """The standard of an id such as "standard:iso-13485" that no file need name."""
    match = _NUMBERED_ID.fullmatch(standard_id)
    if not match:
        return None
    text = f"{_BODIES[match[1]]} {match[2]}"
    return Name(standard_id, "standard", Localized(text, text))


class NameFinder:
    """Looks texts up in a fixed set of spellings; building it costs far more than a look-up."""

    def __init__(
        self, spellings: Iterable[tuple[Name, str]], variants: Iterable[tuple[Name, str]], words: Words
    ) -> None:
        """Make the look-up tables.

        Args:
            spellings: of two names with one spelling the first counts.
            variants: those that an operator of `words` runs, with spellings of what each is a variant of.
            words: what tells ordinary language and names apart.
        """
        self._operators = frozenset(fold(text).text for text in words.operators)
        pairs = list(spellings)
        ordinary = {fold(text).text for text in words.ordinary}
        capitals = {fold(text).text for text in words.capitals_only}
        makers = _makers(pairs)
        made = [_spelling(name, text, ordinary, capitals, makers) for name, text in pairs]
        made += [
            replace(_spelling(name, f"{maker} {rest}", ordinary, capitals, makers), written=text)
            for name, text in pairs
            for maker, rest in _other_makers(name, text, makers, ordinary)
        ]
        made += [Spelling.of(None, text) for text in words.not_names]
        self._table = SpellingTable(iter(made))
        self._typos = Typos(self._table, words.not_typos)
        bases = [(self._table.name_of(text), variant) for variant, text in variants]
        self._variants = {base.id: variant for base, variant in bases if base}
        self._bases = {variant.id: base for base, variant in reversed(bases) if base}

    def name_of(self, text: str) -> Name | None:
        """The name that is spelt just so."""
        return self._table.name_of(text)

    def find(self, text: str, lenient: bool) -> tuple[Mention, ...]:
        """See NameCatalog.find."""
        folded = fold(text)
        tokens = tokenise(folded.text)
        found = [Found.of(hit, tokens) for hit in self._table.find(tokens)]
        found = with_slips(found, tokens, self._table, self._typos)
        found = _joined([each for each in found if each.name], text, folded)
        found = _in_context(found, text, folded, lenient)
        found = with_row_parts(found, text, folded, self._table)
        found = with_operators(found, folded.text, self._operators, self._variants, self._bases)
        found = _with_numbered(found, folded.text)
        return tuple(_mention(each, text, folded) for each in found)


def _makers(pairs: Sequence[tuple[Name, str]]) -> dict[str, set[str]]:
    """Vendor id -> its folded spellings."""
    makers: dict[str, set[str]] = defaultdict(set)
    for name, text in pairs:
        if name.kind == "vendor":
            makers[name.id].add(fold(text).text)
    return makers


def _other_makers(
    name: Name, text: str, makers: Mapping[str, set[str]], ordinary: set[str]
) -> Iterator[tuple[str, str]]:
    """A spelling that starts with its maker starts with the maker's other short names too, or is the maker's.

    "MS Dev Box", "Microsoft's Dev Box"; but "Microsoft's access" is no product.
    """
    first, _, rest = fold(text).text.partition(" ")
    own = makers.get(name.vendor or "", set()) if name.kind == "service" and rest else set()
    if first not in own:
        return
    for maker in sorted(each for each in own if " " not in each):
        if maker != first:
            yield maker, rest
        if rest not in ordinary:
            yield f"{maker}的" if is_han(maker) else f"{maker}'s", rest


def _spelling(
    name: Name, text: str, ordinary: set[str], capitals: set[str], makers: Mapping[str, set[str]]
) -> Spelling:
    folded = fold(text).text
    maker, _, rest = folded.partition(" ")
    return Spelling(
        name,
        text,
        *shape_of(text),
        ordinary=folded in ordinary or folded.isdigit(),
        capitals_only=folded in capitals,
        maker_first=rest in ordinary and maker in makers.get(name.vendor or "", ()),
    )


def _surroundings(each: Found, text: str, folded: Folded) -> Surroundings:
    typed = text[folded.typed(each.start) : folded.typed_end(each.end)]
    if each.score < EXACT and not may_be_whole_name(typed, each.spelling.key):
        typed = typed.lower()  # the capital of "Plan" does not tell that "Planner" was meant
    return Surroundings(text, folded.text, each.start, each.end, typed)


def _joined(found: Sequence[Found], text: str, folded: Folded) -> list[Found]:
    """Takes a maker, or the whole that a service is part of, into the mention: "Microsoft Teams", "O365 Teams"."""
    joined: list[Found] = []
    for each in found:
        if each.spelling.maker_first and not maker_is_beside(_surroundings(each, text, folded)):
            each = replace(each, sure=False)
        while joined and _belongs(joined[-1], each, folded.text[joined[-1].end : each.start]):
            whole = replace(each, start=joined[-1].start, sure=True)
            if not each.sure and not maker_is_beside(_surroundings(whole, text, folded)):
                break
            joined.pop()
            each = whole
        between = folded.text[joined[-1].end : each.start] if joined else ""
        if joined and _is_inside(joined[-1], each) and _INSIDE.fullmatch(between):
            joined[-1] = replace(joined[-1], end=each.end, sure=True)
        elif joined and _is_made_by(joined[-1], each) and _MADE_BY.fullmatch(between):
            joined[-1] = replace(joined[-1], end=each.end)  # "the genome thing of Microsoft"
        else:
            joined.append(each)
    return joined


def _is_inside(part: Found, whole: Found) -> bool:
    return part.name is not None and whole.name is not None and part.name.part_of == whole.name.id


def _is_made_by(service: Found, maker: Found) -> bool:
    if not service.name or not maker.name or service.name.kind != "service" or maker.name.kind != "vendor":
        return False
    return service.name.vendor == maker.name.id


def _belongs(whole: Found, part: Found, between: str) -> bool:
    if not whole.name or not part.name or part.name.kind != "service":
        return False
    made_by = whole.name.kind == "vendor" and whole.name.id == part.name.vendor
    is_part = whole.name.id == part.name.part_of
    if (made_by or is_part) and _TOGETHER.fullmatch(between):
        return True
    return bool((is_part and _PART_OF.fullmatch(between)) or (made_by and part.sure and _MAKERS.fullmatch(between)))


def _in_context(found: Sequence[Found], text: str, folded: Folded, lenient: bool) -> list[Found]:
    """Drops the ordinary words that are not meant as names; one that is meant vouches for those in its row."""
    judged = list(found)
    for _ in range(3):
        unsure = [number for number, each in enumerate(judged) if not each.sure]
        meant = [number for number in unsure if _is_meant(judged, number, text, folded, lenient)]
        for number in meant:
            judged[number] = replace(judged[number], sure=True, score=min(IN_CONTEXT, judged[number].score))
        if not meant:
            break
    return [each for each in judged if each.sure]


def _is_meant(judged: Sequence[Found], number: int, text: str, folded: Folded, lenient: bool) -> bool:
    each = judged[number]
    left = next((other.end for other in reversed(judged[:number]) if other.sure), None)
    right = next((other.start for other in judged[number + 1 :] if other.sure), None)
    in_row = stands_in_row(folded.text, left, each.start, each.end, right)
    in_company = left is not None or right is not None
    return is_meant(each.spelling, _surroundings(each, text, folded), in_row, in_company, lenient)


def _with_numbered(found: list[Found], text: str) -> list[Found]:
    """Adds standards known by the shape of their number; years behind a standard become part of it."""
    for match in _NUMBERED.finditer(text):
        body = re.sub(r"[ /]", "-", match["body"]).replace("iso-iec", "iso").replace("isoiec", "iso")
        body = {"gbt": "gb-t", "nistsp": "nist-sp"}.get(body, body)
        touched = [old for old in found if old.start < match.end() and match.start() < old.end]
        if all(match.start() <= old.start and old.end < match.end() for old in touched):
            name = numbered_standard(f"{STANDARD}{body}-{match['number']}")
            written = Spelling.of(name, match.group())
            found = [*(old for old in found if old not in touched), Found(written, name, *match.span())]
    return [_with_year(each, text) for each in sorted(found, key=lambda each: each.start)]


def _with_year(each: Found, text: str) -> Found:
    year = _YEAR.match(text, each.end) if each.name and each.name.kind == "standard" else None
    return replace(each, end=year.end()) if year else each


def _mention(each: Found, text: str, folded: Folded) -> Mention:
    if each.name is None:
        raise ValueError("a run of words that is no name has no mention")
    start, end = folded.typed(each.start), folded.typed_end(each.end)
    return Mention(each.name, text[start:end], start, end, each.score, each.spelling.written)
