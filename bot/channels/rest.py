"""POST /webhooks/rest/webhook: Rasa's REST channel, for clients that already speak it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from bot.assistant.protocol import Utterance
from bot.channels.body import read_object
from bot.channels.fields import Fields
from bot.channels.presentation import turn_json
from bot.conversation import Message
from bot.ids import new_id
from bot.services import services
from bot.transcripts.records import Turn

blueprint = Blueprint("rest", __name__)

LONGEST_SENDER = 255
_ANONYMOUS = "default"  # what Rasa calls a sender without a name


@blueprint.get("/webhooks/rest/")
def health() -> dict[str, str]:
    """What Rasa's channel says of itself."""
    return {"status": "ok"}


@blueprint.post("/webhooks/rest/webhook")
def receive() -> ResponseReturnValue:
    """Answer a message of `sender`; one without a sender is a conversation of its own."""
    fields = Fields(read_object(request))
    sender = fields.optional_text("sender", LONGEST_SENDER)
    text = fields.text("message")
    fields.check()
    parts = services()
    conversation = parts.keys.pseudonym("rest-sender", sender) if sender else new_id()
    utterance = Utterance(text, conversation, channel="rest")
    turn = parts.conversations.answer(Message(utterance, parts.settings.answer_timeout))
    return jsonify([_message(turn, sender or _ANONYMOUS)])


def _message(turn: Turn, recipient: str) -> dict[str, Any]:
    provenance = turn_json(turn)
    text = provenance.pop("text")
    return {"recipient_id": recipient, "text": text, "custom": provenance}
