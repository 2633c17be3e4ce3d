"""Two versions of an entry side by side: which words went and which came, which questions and links."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge_base.records import Content
from index.knowledge import LANGUAGES

_PIECE = re.compile(r"\s+|[\u3400-\u9fff\uf900-\ufaff]|\w+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """Some words: "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """What became of a list, such as the questions in one language."""

    field: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """Between two contents.

    Attributes:
        answers: language -> the answer in pieces; of a language whose answer is the same, one piece.
        lists: those that changed.
    """

    answers: dict[str, tuple[Piece, ...]]
    lists: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed that is shown here."""
        return not self.lists and all(piece.kind == "same" for pieces in self.answers.values() for piece in pieces)


def difference(before: Content | None, after: Content) -> Difference:
    """From `before` to `after`; everything is new where there was nothing before."""
    old = {language: before.answer[language] if before else "" for language in LANGUAGES}
    answers = {language: tuple(_pieces(old[language], after.answer[language])) for language in LANGUAGES}
    return Difference(answers, tuple(_lists(before, after)))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    a, b = _PIECE.findall(before), _PIECE.findall(after)
    for kind, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(a[a1:a2]))
            continue
        if a2 > a1:
            yield Piece("gone", "".join(a[a1:a2]))
        if b2 > b1:
            yield Piece("new", "".join(b[b1:b2]))


def _lists(before: Content | None, after: Content) -> Iterator[Change]:
    for name, old, new in (
        *((f"questions_{each}", before.questions[each] if before else (), after.questions[each]) for each in LANGUAGES),
        *((f"excludes_{each}", before.excludes[each] if before else (), after.excludes[each]) for each in LANGUAGES),
        ("links", before.links if before else (), after.links),
        ("suggests", before.suggests if before else (), after.suggests),
        ("valid_from", _day(before, "valid_from"), _day(after, "valid_from")),
        ("valid_until", _day(before, "valid_until"), _day(after, "valid_until")),
    ):
        gone = tuple(each for each in old if each not in new)
        came = tuple(each for each in new if each not in old)
        if gone or came:
            yield Change(name, gone, came)


def _day(content: Content | None, name: str) -> tuple[str, ...]:
    day = getattr(content, name) if content else None
    return (day.isoformat(),) if day else ()
