"""Rasa's outgoing messages as one Reply; the same for the embedded and the remote assistant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.assistant.protocol import AssistantUnavailable, Reply, Source


def reply_from_messages(messages: Iterable[Mapping[str, Any]]) -> Reply:
    """Join the texts, in order, and take provenance from the first custom payload.

    Raises:
        AssistantUnavailable: an action failed, so that there are no words or no provenance.
    """
    messages = list(messages)
    text = "\n\n".join(message["text"] for message in messages if message.get("text"))
    provenance = next((message["custom"] for message in messages if message.get("custom")), None)
    if not text or provenance is None:
        raise AssistantUnavailable("the assistant said nothing")
    return Reply(
        text=text,
        language=provenance["language"],
        answered=provenance["answered"],
        topic=provenance["topic"],
        confidence=provenance["confidence"],
        as_of=provenance["as_of"],
        sources=tuple(Source(each["title"], each["url"]) for each in provenance["sources"]),
        suggestions=tuple(provenance["suggestions"]),
        outcome=provenance["outcome"],
        evidence={"label": provenance["label"], **provenance["evidence"]},
    )
