"""GET /api/conversations/<token>: a conversation, given back to whoever holds its token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from bot.channels.presentation import turn_json
from bot.errors import ConversationExpired
from bot.services import services
from bot.transcripts.records import Turn

blueprint = Blueprint("conversations", __name__)


@blueprint.get("/api/conversations/<token>")
def get_conversation(token: str) -> dict[str, Any]:
    """The latest turns, oldest first.

    A token is issued with the first stored turn, so a conversation without any was deleted.
    """
    parts = services()
    conversation = parts.tokens.read(token)
    turns = parts.store.turns(conversation)
    if not turns:
        raise ConversationExpired("The conversation was deleted. Send a message without one to start anew.")
    return {"conversation": parts.tokens.issue(conversation), "turns": [_turn(turn) for turn in turns]}


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.id,
        "message_id": turn.message_id,
        "asked": turn.text,
        "created": turn.created.isoformat(timespec="milliseconds"),
        "feedback": turn.feedback,
        "reply": turn_json(turn),
    }
