"""From an utterance to a stored turn: masked, in order, answered once, stored before it is acknowledged."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from bot import clock
from bot.afterwards import afterwards
from bot.apology import apologise
from bot.assistant.protocol import Assistant, AssistantUnavailable, Reply, Utterance
from bot.errors import MessageIdReused
from bot.ids import new_id
from bot.locks import ConversationBusy, ConversationLocks
from bot.metrics import count_turn
from bot.privacy import mask
from bot.transcripts.records import Turn
from bot.transcripts.store import DuplicateMessage, TranscriptStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """What a channel hands over.

    Attributes:
        utterance: what was said.
        message_id: the client's own id of the message; sent again, it gets the stored reply.
        timeout: seconds after which the asker gets an apology instead of an answer.
        sender: a stand-in for the person that says nothing about them, kept with the turn for staff.
        remark: a sentence of the channel's own, by language, that the reply ends with.
    """

    utterance: Utterance
    timeout: float
    message_id: str | None = None
    sender: str | None = None
    remark: Mapping[str, str] = field(default_factory=dict)


class Conversations:
    """Answers messages; safe to call from many threads."""

    def __init__(
        self, assistant: Assistant, store: TranscriptStore, locks: ConversationLocks, contact_url: str
    ) -> None:
        self._assistant = assistant
        self._store = store
        self._locks = locks
        self._contact_url = contact_url

    def answer(self, message: Message) -> Turn:
        """The turn that a message leads to; it is stored when this returns.

        Raises:
            MessageIdReused: its message_id already belongs to another text.
            StorageUnavailable: it could not be stored, so must not be acknowledged.
        """
        start = time.monotonic()
        message = _masked(message)
        utterance = message.utterance
        try:
            with self._locks.hold(utterance.conversation, message.timeout):
                known = self._known(message)
                if known:
                    return known
                memory = self._store.memory(utterance.conversation)
                remaining = start + message.timeout - time.monotonic()
                reply = self._reply(replace(utterance, memory=memory), remaining)
                return self._record(message, reply, start)
        except ConversationBusy:
            _log.warning("busy conversation=%s", utterance.conversation)
            return self._record(message, self._apology(utterance, "an earlier message took too long"), start)

    def give_up(self, message: Message, reason: str) -> Turn:
        """The turn of a message for whose answer nobody waits any longer: an apology, or the answer if it is stored.

        An answer that comes later is dropped, provided that the message has an id.

        Raises:
            MessageIdReused, StorageUnavailable: as for `answer`.
        """
        message = _masked(message)
        _log.warning("gave up conversation=%s reason=%s", message.utterance.conversation, reason)
        return self._record(message, self._apology(message.utterance, reason), time.monotonic() - message.timeout)

    def _known(self, message: Message) -> Turn | None:
        if message.message_id is None:
            return None
        turn = self._store.find_message(message.utterance.conversation, message.message_id)
        if turn and turn.text != message.utterance.text:
            raise MessageIdReused("Give every new message a new message_id.")
        return turn

    def _reply(self, utterance: Utterance, timeout: float) -> Reply:
        try:
            return self._assistant.respond(utterance, max(timeout, 0.001))
        except AssistantUnavailable as error:
            _log.warning("no answer conversation=%s reason=%s", utterance.conversation, error)
            return self._apology(utterance, str(error))
        except Exception as error:
            # Whatever goes wrong in there, the asker is told and the question is kept.
            _log.exception("assistant failed conversation=%s", utterance.conversation)
            return self._apology(utterance, type(error).__name__)

    def _apology(self, utterance: Utterance, reason: str) -> Reply:
        return apologise(utterance, self._contact_url, {"failure": reason})

    def _record(self, message: Message, reply: Reply, start: float) -> Turn:
        elapsed = time.monotonic() - start
        turn = Turn(
            id=new_id(),
            conversation=message.utterance.conversation,
            text=message.utterance.text,
            reply=_as_shown(message, reply),
            channel=message.utterance.channel,
            latency_ms=round(elapsed * 1000, 2),
            created=clock.utc_now(),
            message_id=message.message_id,
        )
        try:
            self._store.record(turn)
        except DuplicateMessage:
            # Another replica, or a request that waited too long for this one, stored it first.
            known = self._known(message)
            if known is None:
                raise
            return known
        afterwards(partial(_note, turn))
        return turn


def _note(turn: Turn) -> None:
    """Count and log a stored turn."""
    count_turn(turn)
    reply = turn.reply
    _log.info(
        "turn id=%s conversation=%s channel=%s language=%s topic=%s outcome=%s confidence=%.3f ms=%.1f",
        turn.id,
        turn.conversation,
        turn.channel,
        reply.language,
        reply.topic,
        reply.outcome,
        reply.confidence,
        turn.latency_ms,
    )


def _masked(message: Message) -> Message:
    """The message as it may be kept.

    The assistant gets no other one: so evidence and memory, which hold the text in many forms, need no masking, nor
    does what a separate Rasa server keeps.
    """
    masked = mask(message.utterance.text)
    if masked == message.utterance.text:
        return message
    return replace(message, utterance=replace(message.utterance, text=masked))


def _as_shown(message: Message, reply: Reply) -> Reply:
    """The reply with the channel's remark, so that the transcript keeps the words that the asker reads."""
    if remark := message.remark.get(reply.language):
        reply = replace(reply, text=f"{reply.text}\n\n{remark}")
    if message.sender:
        reply = replace(reply, evidence={**reply.evidence, "sender": message.sender})
    return reply
