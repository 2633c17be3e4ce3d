"""/api/conversations/<token>: a conversation, given back to whoever holds its token, or deleted at their wish."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from bot.channels.presentation import turn_json
from bot.errors import ConversationExpired
from bot.services import services
from bot.transcripts.people import CONVERSATION, People, Person
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


@blueprint.delete("/api/conversations/<token>")
def delete_conversation(token: str) -> Response:
    """Delete a conversation with all that hangs on it; gone already is as good."""
    parts = services()
    person = Person(CONVERSATION, parts.tokens.read(token, expired_too=True))
    parts.audit.record("", "person.erased", person.id, {"by": "its owner"})
    People(parts.database, parts.keys, parts.tokens).delete(person)
    return Response(status=204)


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.id,
        "message_id": turn.message_id,
        "asked": turn.text,
        "created": turn.created.isoformat(timespec="milliseconds"),
        "feedback": turn.feedback,
        "reply": turn_json(turn),
    }
