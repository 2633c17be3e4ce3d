"""A stored turn as the web's JSON."""

from __future__ import annotations

from typing import Any

from flask import request

from bot.services import services
from bot.transcripts.records import Turn

Json = dict[str, Any]


def absolute(url: str) -> str:
    """An address as another machine can follow it: our own pages get PUBLIC_URL, or the asked host."""
    if not url.startswith("/"):
        return url
    return (services().settings.public_url or request.host_url.rstrip("/")) + url


def turn_json(turn: Turn) -> Json:
    """The reply of a turn, as `POST /api/messages` gives it, without the conversation."""
    reply = turn.reply
    return {
        "turn": turn.id,
        "answered": reply.answered,
        "text": reply.text,
        "language": reply.language,
        "topic": reply.topic,
        "confidence": reply.confidence,
        "as_of": reply.as_of,
        "sources": [{"title": source.title, "url": absolute(source.url)} for source in reply.sources],
        "suggestions": list(reply.suggestions),
    }
