"""Conversation tokens: a signed name that only its owner holds.

Whoever holds the token may read and continue the conversation. It expires after CONVERSATION_DAYS; every
reply carries a fresh one.
"""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from bot.errors import ConversationExpired, InvalidConversation
from bot.ids import is_id, new_id
from bot.keys import Keys

_LONGEST = 200


class ConversationTokens:
    """Issues and reads tokens."""

    def __init__(self, keys: Keys, max_age: float) -> None:
        """Args: max_age: seconds for which a token can be used."""
        self._keys = keys
        self._max_age = max_age
        self._signer = TimestampSigner(
            keys.derive("conversation-token"), salt=b"", key_derivation="none", digest_method=hashlib.sha256
        )

    def issue(self, conversation: str) -> str:
        """A token for a conversation, valid from now."""
        return self._signer.sign(conversation).decode()

    def read(self, token: str, expired_too: bool = False) -> str:
        """The conversation that a token names.

        Args:
            expired_too: however old it is.

        Raises:
            InvalidConversation: this service never issued it.
            ConversationExpired: it is too old.
        """
        if len(token) > _LONGEST or not token.isascii():
            raise InvalidConversation(_FORGED)
        try:
            conversation = self._signer.unsign(token, max_age=None if expired_too else int(self._max_age)).decode()
        except SignatureExpired:
            raise ConversationExpired("Send the message without a conversation to start a new one.") from None
        except BadSignature:
            raise InvalidConversation(_FORGED) from None
        if not is_id(conversation):
            raise InvalidConversation(_FORGED)
        return conversation

    def start(self, message_id: str | None) -> str:
        """The id of a new conversation.

        A client that never saw the reply to its first message has no token yet when it sends that message
        again: the same message_id, which is a random UUID, then leads to the same conversation.
        """
        return self._keys.pseudonym("first-message", message_id) if message_id else new_id()


_FORGED = "The token was not issued by this service. Send the message without one to start anew."
