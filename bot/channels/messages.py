"""POST /api/messages: a question in, its answer out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from bot.assistant.protocol import Utterance
from bot.channels.body import read_object
from bot.channels.fields import Fields
from bot.channels.presentation import turn_json
from bot.conversation import Message
from bot.services import services

blueprint = Blueprint("messages", __name__)


@blueprint.post("/api/messages")
def post_message() -> dict[str, Any]:
    """Answer a message, in the conversation that the token names or in a new one."""
    fields = Fields(read_object(request))
    text = fields.text("text")
    token = fields.token("conversation")
    language = fields.language("language")
    message_id = fields.uuid("message_id")
    fields.check()
    parts = services()
    conversation = parts.tokens.read(token) if token is not None else parts.tokens.start(message_id)
    utterance = Utterance(text, conversation, channel="web", language=language)
    turn = parts.conversations.answer(Message(utterance, parts.settings.answer_timeout, message_id))
    return {"conversation": parts.tokens.issue(conversation), **turn_json(turn)}
