"""What the service refuses, each with its HTTP status and a stable name.

ServiceError
  x MalformedRequest       400  the body is not the JSON that was announced
  x InvalidConversation    400  a conversation token that this service never issued
  x Unauthorized           401  the caller did not prove who it is
  x OriginRefused          403  a site that is not in ALLOWED_ORIGINS
  x Forbidden              403  the caller is known, or its proof is not good enough, and may not do this
  x UnknownTurn            404  no such turn
  x MessageIdReused        409  the same message_id came with another text
  x ConversationExpired    410  a genuine token, too old or already deleted
  x LinkExpired            410  a genuine link of an answer, too old, or its answer was deleted
  x UnsupportedContent     415  the body is announced as something other than JSON
  x InvalidFields          422  JSON, but with missing or wrong fields (lists each)
  x ReplyNotDelivered      502  the answer is stored, but the service that should show it did not take it
  x StorageUnavailable     503  the turn could not be stored, so it is not acknowledged
  x KeysUnavailable        503  the keys that a token is checked with cannot be fetched

`bot/problems.py` renders them, and Flask's own HTTP errors, as RFC 9457 problem documents or as pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One field that is wrong, and what it should be."""

    field: str
    detail: str


class ServiceError(Exception):
    """A request that is refused; `detail` is one sentence for whoever sent it.

    Attributes:
        status: HTTP status.
        name: last part of the problem's type, stable for programs.
        title: what kind of problem it is, the same each time.
    """

    status = 500
    name = "internal-error"
    title = "Something went wrong here"

    def __init__(self, detail: str, words: str = "") -> None:
        """Args: words: key of what a page says instead of `detail`, in the language of who reads it."""
        super().__init__(detail)
        self.detail = detail
        self.words = words


class MalformedRequest(ServiceError):
    """The body is not valid JSON in UTF-8."""

    status = 400
    name = "malformed-request"
    title = "The request cannot be read"


class InvalidConversation(ServiceError):
    """The conversation token was not issued by this service."""

    status = 400
    name = "invalid-conversation"
    title = "The conversation token is not valid"


class Unauthorized(ServiceError):
    """The caller did not prove who it is."""

    status = 401
    name = "unauthorized"
    title = "Not authorized"


class OriginRefused(ServiceError):
    """A browser sent this from a site that may not embed the chat."""

    status = 403
    name = "origin-refused"
    title = "This site may not use the service"


class Forbidden(ServiceError):
    """The caller may not do this."""

    status = 403
    name = "forbidden"
    title = "Not allowed"


class UnknownTurn(ServiceError):
    """There is no turn of that id."""

    status = 404
    name = "unknown-turn"
    title = "No such turn"


class MessageIdReused(ServiceError):
    """A message_id that is already taken came with another text."""

    status = 409
    name = "message-id-reused"
    title = "The message_id is already taken"


class ConversationExpired(ServiceError):
    """The conversation is too old to be continued, or was deleted; a new one can be started."""

    status = 410
    name = "conversation-expired"
    title = "The conversation has expired"


class LinkExpired(ServiceError):
    """The link under an answer is too old to be followed, or its answer was deleted."""

    status = 410
    name = "link-expired"
    title = "The link has expired"


class UnsupportedContent(ServiceError):
    """The body is announced as something other than JSON."""

    status = 415
    name = "unsupported-content"
    title = "The content type is not supported"


class InvalidFields(ServiceError):
    """The body is JSON, but fields are missing or wrong."""

    status = 422
    name = "invalid-fields"
    title = "The request has fields that are missing or wrong"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.detail}" for error in errors))
        self.errors = tuple(errors)


class ReplyNotDelivered(ServiceError):
    """The service that should show the answer to the asker did not take it."""

    status = 502
    name = "reply-not-delivered"
    title = "The reply could not be delivered"


class KeysUnavailable(ServiceError):
    """Nobody can be recognised now, since the signing keys cannot be fetched."""

    status = 503
    name = "keys-unavailable"
    title = "The caller cannot be checked right now"


class StorageUnavailable(ServiceError):
    """The database does not answer."""

    status = 503
    name = "storage-unavailable"
    title = "The service cannot store anything right now"


class SignOnRefused(Exception):
    """A person may not come in through the provider of single sign-on.

    Attributes:
        reason: "cancelled", "state", "token", "no_role" or "unreachable".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
