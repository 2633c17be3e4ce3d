"""From a Teams activity to the activity that answers it, in time; the same for webhooks and registered bots."""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import Any

from bot.apology import FAILED
from bot.assistant.protocol import Utterance
from bot.channels.presentation import absolute
from bot.channels.teams_activity import Activity
from bot.channels.teams_card import CardLinks, card_message, plain_message
from bot.channels.teams_deadline import DeadlinePassed, within
from bot.channels.teams_links import Action, TeamsLinks
from bot.channels.teams_text import question_of
from bot.channels.teams_words import (
    ALREADY_ANSWERED,
    ATTACHMENTS_IGNORED,
    NOT_STORED,
    NOTHING_ASKED,
    ONLY_ATTACHMENTS,
)
from bot.channels.text import is_blank
from bot.conversation import Message
from bot.errors import MessageIdReused, StorageUnavailable
from bot.keys import Keys
from bot.services import services
from bot.transcripts.records import Turn

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long an answer may take, in seconds from the beginning.

    Attributes:
        answer: for the assistant, which is told so.
        apology: after which an assistant that did not keep to it is not waited for any longer.
        end: after which something is said, whether or not it could be stored.
    """

    answer: float
    apology: float
    end: float


def answer_to(activity: Activity, patience: Patience) -> dict[str, Any]:
    """The message that answers a message; never later than `patience.end`."""
    language = activity.language or "en"
    question = question_of(activity)
    if is_blank(question):
        return plain_message((ONLY_ATTACHMENTS if activity.has_attachments else NOTHING_ASKED)[language])
    try:
        turn = _turn(_message(activity, question, patience), patience)
    except MessageIdReused:
        return plain_message(ALREADY_ANSWERED[language])
    except (StorageUnavailable, DeadlinePassed) as error:
        _log.error("not stored: %s", error.__cause__ or error)
        return plain_message(NOT_STORED[language])
    sources = [dataclasses.replace(source, url=absolute(source.url)) for source in turn.reply.sources]
    return card_message(turn.reply, sources, _links(turn))


def message_key(activity: Activity, keys: Keys) -> str:
    """A stand-in for the activity's id, the same whenever it is sent again."""
    return keys.pseudonym("teams-activity", activity.key)


def _turn(message: Message, patience: Patience) -> Turn:
    start = time.monotonic()
    conversations = services().conversations
    try:
        return within(patience.apology, lambda: conversations.answer(message))
    except DeadlinePassed as error:
        reason = str(error)
    return within(patience.end - (time.monotonic() - start), lambda: conversations.give_up(message, reason))


def _message(activity: Activity, question: str, patience: Patience) -> Message:
    keys = services().keys
    conversation = keys.pseudonym("teams-conversation", activity.place)
    return Message(
        Utterance(question, conversation, channel="teams", language=activity.language),
        patience.answer,
        message_key(activity, keys),
        sender=keys.pseudonym("teams-sender", activity.sender) if activity.sender else None,
        remark=ATTACHMENTS_IGNORED if activity.has_attachments else {},
    )


def _links(turn: Turn) -> CardLinks:
    """An apology is not rated; but whoever got one may want a person."""
    parts = services()
    links = TeamsLinks(parts.keys, parts.settings.conversation_days)

    def address(action: Action) -> str:
        return absolute(links.path(action, turn.id))

    if turn.reply.outcome == FAILED:
        return CardLinks(None, None, address("person"))
    return CardLinks(address("up"), address("down"), address("person"))
