"""POST /webhooks/teams: a Teams outgoing webhook. The signature is checked before anything is parsed."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from bot.assistant.protocol import Utterance
from bot.channels.body import parse_object, read_body
from bot.channels.fields import LONGEST_TEXT
from bot.channels.presentation import absolute
from bot.channels.teams_auth import is_signed
from bot.channels.teams_card import card_message, plain_message
from bot.channels.teams_text import question_of
from bot.channels.text import is_blank
from bot.conversation import Message
from bot.errors import StorageUnavailable, Unauthorized
from bot.ids import new_id
from bot.services import services

blueprint = Blueprint("teams", __name__)

PATIENCE = 4.0  # seconds; Teams waits five
_log = logging.getLogger(__name__)

_NOTHING_ASKED = {
    "zh": "请在提到我之后写下你的问题。",
    "en": "Please write your question after mentioning me.",
}
_NOT_STORED = {
    "zh": "抱歉，服务暂时无法记录你的问题，请稍后再问一次。",
    "en": "Sorry, the service cannot take your question right now. Please ask it again later.",
}


@blueprint.post("/webhooks/teams")
def receive() -> dict[str, Any]:
    """Answer a message that mentions the webhook."""
    raw = read_body(request)
    if not is_signed(request.headers.get("Authorization", ""), raw, services().settings.teams_secret):
        raise Unauthorized("The signature is missing or wrong, or TEAMS_SECRET is not set.")
    activity = parse_object(raw)
    if activity.get("type", "message") != "message":
        return {}
    return _answer(activity)


def _answer(activity: Mapping[str, Any]) -> dict[str, Any]:
    language = _language(activity)
    text = question_of(_string(activity, "text"))[:LONGEST_TEXT]
    if is_blank(text):
        return plain_message(_NOTHING_ASKED[language or "en"])
    utterance = Utterance(text, _conversation(activity), channel="teams", language=language)
    try:
        turn = services().conversations.answer(Message(utterance, PATIENCE, _message_id(activity)))
    except StorageUnavailable as error:
        _log.error("not stored: %s", error.__cause__)
        return plain_message(_NOT_STORED[language or "en"])
    sources = [dataclasses.replace(source, url=absolute(source.url)) for source in turn.reply.sources]
    return card_message(turn.reply, sources)


def _conversation(activity: Mapping[str, Any]) -> str:
    """The thread of a channel (its id carries `;messageid=`), as a stand-in that names nobody."""
    name = _string(_mapping(activity, "conversation"), "id") or _string(_mapping(activity, "from"), "id")
    return services().keys.pseudonym("teams-conversation", name) if name else new_id()


def _message_id(activity: Mapping[str, Any]) -> str | None:
    name = _string(activity, "id")
    return services().keys.pseudonym("teams-activity", name) if name else None


def _language(activity: Mapping[str, Any]) -> str | None:
    """A hint: the language of the sender's Teams."""
    entities = activity.get("entities")
    locales = [_string(activity, "locale")]
    for entity in entities if isinstance(entities, list) else []:
        if isinstance(entity, dict) and entity.get("type") == "clientInfo":
            locales.insert(0, _string(entity, "locale"))
    primary = next((locale for locale in locales if locale), "").partition("-")[0].lower()
    return primary if primary in ("zh", "en") else None


def _mapping(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _string(parent: Mapping[str, Any], name: str) -> str:
    value = parent.get(name)
    return value if isinstance(value, str) else ""
