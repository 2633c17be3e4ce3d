"""The seam between the service and whatever answers: an utterance goes in, a reply comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class AssistantUnavailable(Exception):
    """The assistant could not answer in time, or at all."""


@dataclass(frozen=True)
class Utterance:
    """One message of a person.

    Attributes:
        text: what was said, already stripped of channel markup, never empty.
        conversation: id of the conversation (not the signed token).
        channel: "web", "rest", "teams" or "cli".
        language: "zh" or "en" when the channel or the asker set one; None lets the text decide.
            It decides only where the text itself does not (emoji, "ok", a bare product name).
        memory: what `Reply.memory` of the conversation's previous turn said, or None on the first turn.
    """

    text: str
    conversation: str
    channel: str = "web"
    language: str | None = None
    memory: Mapping[str, Any] | None = None


# What an assistant is asked before it counts as ready.
FIRST_QUESTION = Utterance("Which services are covered?", conversation="warm-up", channel="cli")


@dataclass(frozen=True)
class Source:
    """A citation: its title in the reply's language, and where it leads.

    `url` is absolute, or starts with "/" when it leads to a page that this service itself shows.
    """

    title: str
    url: str


@dataclass(frozen=True)
class Reply:
    """What the asker gets, and why.

    Attributes:
        text: the words, in `language`; plain text, paragraphs and "- " lists separated by newlines.
        language: "zh" or "en".
        answered: False for a refusal, a clarifying question or "I don't know".
        topic: such as "certification_reuse" (also "greeting", "out_of_scope", "clarification").
        confidence: calibrated probability in [0, 1] that this is the right answer.
        as_of: ISO date of the certification page behind the answer; None for small talk and refusals.
        sources: citations, best first.
        suggestions: questions the assistant can answer, in `language`, two or three.
        outcome: "answered", "refused", "clarified" or "handoff".
        evidence: JSON-serialisable reasons (intent ranking, entities, hits with scores, entry ids),
            kept in the transcript for staff, never shown to the asker.
        memory: JSON-serialisable state to hand back with the conversation's next utterance. It is stored
            with the turn, in the same commit, so that replicas share no other conversation state; None
            where the assistant keeps its own (a separate Rasa server).
    """

    text: str
    language: str
    answered: bool
    topic: str
    confidence: float
    as_of: str | None = None
    sources: tuple[Source, ...] = ()
    suggestions: tuple[str, ...] = ()
    outcome: str = "answered"
    evidence: Mapping[str, Any] = field(default_factory=dict)
    memory: Mapping[str, Any] | None = None


class Assistant(Protocol):
    """Answers utterances; safe to call from many threads."""

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """Answer one utterance within `timeout` seconds.

        Raises:
            AssistantUnavailable: no answer in time, or the assistant failed.
        """
        ...

    def ready(self) -> bool:
        """Whether a real question has been answered since start."""
        ...

    def close(self) -> None:
        """Release threads and connections."""
        ...
