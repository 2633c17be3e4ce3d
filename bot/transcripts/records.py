"""What the store takes and gives, as frozen values."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.assistant.protocol import Reply, Source
from bot.ids import is_id

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)

_ENCODE = json.JSONEncoder(ensure_ascii=False, default=str).encode  # made once: `json.dumps` makes one each time


@dataclass(frozen=True)
class Turn:
    """One message and its reply.

    Attributes:
        message_id: the client's own id of the message, unique in its conversation.
        latency_ms: from receiving the message to having the reply, in milliseconds.
        feedback: "up", "down" or None.
    """

    id: str
    conversation: str
    text: str
    reply: Reply
    channel: str
    latency_ms: float
    created: datetime.datetime
    message_id: str | None = None
    feedback: str | None = None
    comment: str = ""


@dataclass(frozen=True)
class ConversationSummary:
    """A conversation as a line of a list; `title` is the beginning of its first message."""

    id: str
    channel: str
    language: str
    title: str
    turn_count: int
    last_outcome: str
    started: datetime.datetime
    last: datetime.datetime


@dataclass(frozen=True)
class ConversationPage:
    """Some conversations, newest first; `next` continues the list, None at its end."""

    conversations: tuple[ConversationSummary, ...]
    next: Cursor | None = None


@dataclass(frozen=True)
class Cursor:
    """A place in the list of conversations, just after the one with these values."""

    last: datetime.datetime
    id: str

    def __str__(self) -> str:
        return f"{(self.last - _EPOCH) // _MICROSECOND}_{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises: ValueError: the text is not a cursor."""
        moment, _, conversation = text.partition("_")
        if not is_id(conversation):
            raise ValueError("not a cursor")
        try:
            return cls(_EPOCH + int(moment) * _MICROSECOND, conversation)
        except OverflowError as error:
            raise ValueError("not a cursor") from error


def reply_json(reply: Reply) -> dict[str, Any]:
    """A reply as the store keeps it; the evidence goes into a column of its own."""
    return {
        "text": reply.text,
        "language": reply.language,
        "answered": reply.answered,
        "topic": reply.topic,
        "confidence": reply.confidence,
        "as_of": reply.as_of,
        "sources": [{"title": source.title, "url": source.url} for source in reply.sources],
        "suggestions": list(reply.suggestions),
        "outcome": reply.outcome,
    }


def reply_from_json(stored: Mapping[str, Any], evidence: Mapping[str, Any]) -> Reply:
    """The reply that `reply_json` wrote."""
    members = dict(stored)
    members["sources"] = tuple(Source(**source) for source in members["sources"])
    members["suggestions"] = tuple(members["suggestions"])
    return Reply(**members, evidence=evidence)


def evidence_json(evidence: Mapping[str, Any]) -> str:
    """Evidence as JSON that both databases can keep; what is not JSON is shown as text rather than lose the turn."""
    text = _ENCODE(evidence).replace("\\u0000", "")
    if "NaN" in text or "Infinity" in text:  # as numbers, which JSON does not have
        text = json.dumps(json.loads(text, parse_constant=str), ensure_ascii=False)
    return text


def storable_evidence(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence as the store gives it back."""
    kept: dict[str, Any] = json.loads(evidence_json(evidence))
    return kept
