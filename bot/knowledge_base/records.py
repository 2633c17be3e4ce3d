"""What staff write, as frozen values: the content of an entry, and a revision of it with everything around it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from index.knowledge import LANGUAGES, Entry, History, Localized

DRAFT, PROPOSED, APPROVED, UNDONE = "draft", "proposed", "approved", "undone"
STATES = (DRAFT, PROPOSED, APPROVED, UNDONE)

Texts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Content:
    """All that an entry says and when; a revision replaces the entry whole.

    Attributes:
        questions: language -> ways to ask; `excludes` the near questions that must not lead here.
        answer: language -> the words.
        links, suggests: ids, as in a knowledge file.
        newer: the language that was changed since the other one, or None.
    """

    questions: Texts
    answer: Mapping[str, str]
    links: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    excludes: Texts = field(default_factory=lambda: {language: () for language in LANGUAGES})
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    newer: str | None = None

    @classmethod
    def of(cls, entry: Entry) -> Content:
        """What an entry says now."""
        history = entry.history
        return cls(
            questions=entry.questions,
            answer={language: entry.answer[language] for language in LANGUAGES},
            links=entry.links,
            suggests=entry.suggests,
            excludes=entry.excludes,
            valid_from=history.valid_from,
            valid_until=history.valid_until,
            newer=history.newer,
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Content:
        """The content that `to_json` wrote."""
        days = {name: _day(stored[name]) for name in ("valid_from", "valid_until")}
        return cls(
            questions=_texts(stored["questions"]),
            answer=dict(stored["answer"]),
            links=tuple(stored["links"]),
            suggests=tuple(stored["suggests"]),
            excludes=_texts(stored["excludes"]),
            newer=stored["newer"],
            **days,
        )

    def to_json(self) -> dict[str, Any]:
        """The content as the store keeps it."""
        return {
            "questions": {language: list(self.questions[language]) for language in LANGUAGES},
            "answer": {language: self.answer[language] for language in LANGUAGES},
            "links": list(self.links),
            "suggests": list(self.suggests),
            "excludes": {language: list(self.excludes[language]) for language in LANGUAGES},
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "newer": self.newer,
        }

    @property
    def digest(self) -> str:
        """Names the content; what was looked at is what is approved."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def entry(self, page: str, label: str, history: History | None = None) -> Entry:
        """The entry that says this."""
        known = history or History()
        return Entry(
            id=label,
            page=page,
            links=self.links,
            questions=self.questions,
            answer=Localized(self.answer["zh"], self.answer["en"]),
            suggests=self.suggests,
            excludes=self.excludes,
            history=replace(known, valid_from=self.valid_from, valid_until=self.valid_until, newer=self.newer),
        )

    def says_like(self, other: Content) -> bool:
        """Whether both are the same but for the mark of the newer language."""
        return replace(self, newer=None) == replace(other, newer=None)


@dataclass(frozen=True)
class Revision:
    """An entry as somebody wrote it.

    Attributes:
        state: one of STATES.
        revision: its number, once approved; None before.
        based_on: number of the revision that it was written over; 0 for the page's own words or nothing.
        author: who began it; `editors` everybody who wrote in it, none of whom may approve it.
        note: what a reviewer or approver had to say about it.
        turns: ids of the stored turns that made somebody write it; approving it settles them.
    """

    id: int
    page: str
    label: str
    state: str
    revision: int | None
    based_on: int
    content: Content
    author: str
    editors: tuple[str, ...]
    changed: datetime.datetime
    approver: str | None = None
    undone_by: str | None = None
    note: str = ""
    turns: tuple[str, ...] = ()
    decided: datetime.datetime | None = None

    @property
    def is_files(self) -> bool:
        """Whether it was not approved here, but is what the page's file said before anything was."""
        return self.revision is not None and self.based_on == self.revision

    @property
    def entry(self) -> Entry:
        """The entry that it makes."""
        history = History(self.revision or 0, ", ".join(self.editors), self.approver or "")
        return self.content.entry(self.page, self.label, history)


def newer_language(before: Content | None, after: Content, both_agree: bool) -> str | None:
    """Which language's answer is ahead of the other's after a change.

    Args:
        before: what was said until now; None of a new entry.
        both_agree: whoever changed one says that the other needs no change.
    """
    if before is None or both_agree:
        return None
    changed = [language for language in LANGUAGES if before.answer[language] != after.answer[language]]
    return before.newer if not changed else changed[0] if len(changed) == 1 else None


def _texts(stored: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(stored[language]) for language in LANGUAGES}


def _day(stored: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(stored) if stored else None
