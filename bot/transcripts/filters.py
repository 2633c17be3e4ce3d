"""Which turns a list shows: a value that a link carries, so that it can be shared and kept."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.transcripts.searching import LONGEST_QUERY

BANDS = ("low", "middle", "high")
FEEDBACK = ("up", "down", "none")
REVIEW = ("open", "judged", "right", "wrong")
OUTCOMES = ("answered", "refused", "clarified", "handoff", "failed")
CHANNELS = ("web", "teams", "rest", "cli")
LANGUAGES = ("zh", "en")
NOBODY = "-"  # as an assignee: turns that are nobody's

_CHOICES = {
    "channel": CHANNELS,
    "language": LANGUAGES,
    "outcome": OUTCOMES,
    "confidence": BANDS,
    "feedback": FEEDBACK,
    "review": REVIEW,
}
_LONGEST = {"topic": 64, "assignee": 64, "tag": 40, "service": 128, "query": LONGEST_QUERY}
_DAYS = ("since", "until")


@dataclass(frozen=True)
class Filter:
    """What a turn has to be; "" or None asks for nothing.

    Attributes:
        confidence: one of BANDS.
        assignee: a name, or NOBODY.
        service: id of a service that the message names.
        since, until: first and last day, in UTC.
        query: words of the message; see `bot/transcripts/searching.py`.
    """

    channel: str = ""
    language: str = ""
    topic: str = ""
    outcome: str = ""
    confidence: str = ""
    feedback: str = ""
    review: str = ""
    assignee: str = ""
    tag: str = ""
    service: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    query: str = ""

    @classmethod
    def parse(cls, arguments: Mapping[str, str]) -> Filter:
        """The filter of a link's arguments; others than the filter's own are passed over.

        Raises:
            ValueError: one of them is not what it can be.
        """
        given = {name: arguments.get(name, "").replace("\x00", "").strip() for name in NAMES}
        return cls(**{name: _value(name, text) for name, text in given.items() if text})  # type: ignore[arg-type]

    def arguments(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {name: str(value) for name in NAMES if (value := getattr(self, name))}

    def link(self) -> str:
        """The arguments as the part of an address after the question mark."""
        return urlencode(self.arguments())

    def __bool__(self) -> bool:
        return self != Filter()


NAMES = tuple(each.name for each in dataclasses.fields(Filter))


def _value(name: str, text: str) -> str | datetime.date:
    if name in _DAYS:
        return datetime.date.fromisoformat(text)
    if name in _CHOICES and text not in _CHOICES[name]:
        raise ValueError(f"{name} cannot be {text!r}")
    if len(text) > _LONGEST.get(name, 64):
        raise ValueError(f"{name} is too long")
    return text
