"""What an action says: the words, and where they come from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.knowledge import Entry, Page

MAX_SUGGESTIONS = 3


@dataclass(frozen=True)
class Citation:
    """A source: its title in the language of the answer, and its address ("/..." leads to our own pages)."""

    title: str
    url: str


@dataclass(frozen=True)
class Answer:
    """One answer in one language.

    Attributes:
        label: `topic/key` of what is answered; slots remember it for follow-ups.
        outcome: "answered", "refused", "clarified" or "handoff".
        as_of: date of the page behind it; None for small talk and refusals.
        services: ids of the services it is about.
        entries: the entries whose words it uses, each with its revision.
    """

    label: str
    language: str
    text: str
    outcome: str = "answered"
    as_of: datetime.date | None = None
    sources: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    services: tuple[str, ...] = field(default=())
    entries: tuple[Entry, ...] = ()

    @property
    def topic(self) -> str:
        """The part of the label before the slash."""
        return self.label.split("/", 1)[0]

    @property
    def answered(self) -> bool:
        """False for a refusal, a clarifying question or "I don't know"."""
        return self.outcome in ("answered", "handoff")

    def provenance(self, confidence: float, evidence: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's contract fields, as any Rasa channel receives them under `custom`."""
        return {
            "answered": self.answered,
            "language": self.language,
            "topic": self.topic,
            "label": self.label,
            "outcome": self.outcome,
            "confidence": round(confidence, 4),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "sources": [{"title": source.title, "url": source.url} for source in self.sources],
            "suggestions": list(self.suggestions),
            "evidence": {**evidence, "entries": [_shown(entry) for entry in self.entries]},
        }


def join(answers: Sequence[Answer]) -> Answer:
    """Several answers to one message as one: paragraphs in order, sources and suggestions once each.

    The first decides label and outcome, but anything answered makes the whole answered.
    """
    first = next((answer for answer in answers if answer.answered), answers[0])
    if len(answers) == 1:
        return first
    return Answer(
        label=first.label,
        language=first.language,
        text="\n\n".join(dict.fromkeys(answer.text for answer in answers)),
        outcome=first.outcome,
        as_of=first.as_of,
        sources=tuple(dict.fromkeys(source for answer in answers for source in answer.sources)),
        suggestions=tuple(dict.fromkeys(s for answer in answers for s in answer.suggestions))[:MAX_SUGGESTIONS],
        services=tuple(dict.fromkeys(s for answer in answers for s in answer.services)),
        entries=tuple(dict.fromkeys(entry for answer in answers for entry in answer.entries)),
    )


def from_entry(page: Page, entry: Entry, language: str) -> Answer:
    """The entry's own words, citing its links or, where it has none, the page."""
    return Answer(
        label=entry.id,
        language=language,
        text=entry.answer[language],
        as_of=page.date,
        sources=citations(page, entry.links, language, entry.id),
        suggestions=suggestions(page, entry.suggests, language),
        entries=(entry,),
    )


def citations(page: Page, links: Sequence[str], language: str, entry_id: str) -> tuple[Citation, ...]:
    """The links as sources; the page itself, at its entry, where there are none."""
    cited = [page.link(link_id) for link_id in dict.fromkeys(links)]
    if cited:
        return tuple(Citation(link.title[language], link.url) for link in cited)
    return (Citation(page.title[language], f"/pages/{page.id}#{entry_id.replace('/', '-')}"),)


def suggestions(page: Page, entry_ids: Sequence[str], language: str) -> tuple[str, ...]:
    """The first question of each entry: how to ask for it."""
    return tuple(page.entry(entry_id).questions[language][0] for entry_id in entry_ids[:MAX_SUGGESTIONS])


def _shown(entry: Entry) -> dict[str, Any]:
    """Which words exactly an asker saw: of a revision that was approved here, or of the page's own file (0)."""
    return {"entry": entry.id, "page": entry.page, "revision": entry.history.revision, "digest": entry.digest}
