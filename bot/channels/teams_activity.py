"""What is used of a message from Teams. Almost any field may be missing, null, or of another type than documented.

Field names after the Bot Framework's Activity schema; what is odd about Teams' outgoing webhooks (a recipient that
is null or says "null", a channel's post as a conversation of its own) is known from captured requests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MIRROR = "text/html"  # Teams repeats the message itself as an attachment of this type
_EMOJI_HOST = "https://statics.teams."  # and each emoji as an image from here


@dataclass(frozen=True)
class Mention:
    """Somebody who is mentioned: who, and how the text shows it (`<at>Name</at>`)."""

    id: str
    text: str


@dataclass(frozen=True)
class Activity:
    """A message, or something else that happened. A text that Teams did not send is "".

    Attributes:
        kind: "message", or another type of activity in lower case.
        key: the activity's id; where it has none, a digest of its bytes.
        conversation: where it was said. In a channel the id carries `;messageid=`, so each post with its replies
            is one conversation.
        place: the conversation, or a stand-in for one that is not named.
        sender: the person, by directory id where there is one.
        teams: every id of the team: its channel thread's and its group's.
        personal: said to the bot alone or in a group chat, so in no team.
        timestamp: when it was sent, as written.
        language: "zh" or "en" where the sender's Teams is in one of them.
        has_attachments: whether it carries a file, picture or card, beside its own text.
    """

    kind: str
    id: str
    key: str
    channel: str
    service_url: str
    conversation: str
    place: str
    sender: str
    from_id: str
    recipient: str
    tenant: str
    teams: tuple[str, ...]
    personal: bool
    timestamp: str
    text: str
    language: str | None
    mentions: tuple[Mention, ...]
    has_attachments: bool


def read_activity(body: Mapping[str, Any], raw: bytes) -> Activity:
    """Read a parsed body; what is missing or odd is passed over.

    Args:
        raw: the bytes that `body` was parsed from.
    """
    identifier = _id(body, "id")
    digest = "sha256:" + hashlib.sha256(raw).hexdigest()
    person, place, data = (_mapping(body, name) for name in ("from", "conversation", "channelData"))
    sender = _id(person, "aadObjectId") or _id(person, "id")
    return Activity(
        kind=(_text(body, "type") or "message").lower(),
        id=identifier,
        key=identifier or digest,
        channel=_text(body, "channelId"),
        service_url=_text(body, "serviceUrl"),
        conversation=_id(place, "id"),
        place=_id(place, "id") or sender or digest,
        sender=sender,
        from_id=_id(person, "id"),
        recipient=_id(_mapping(body, "recipient"), "id"),
        tenant=_id(_mapping(data, "tenant"), "id") or _id(place, "tenantId"),
        teams=tuple(_team_ids(data)),
        personal=_text(place, "conversationType").lower() in ("personal", "groupchat"),
        timestamp=_text(body, "timestamp"),
        text=_text(body, "text"),
        language=_language(body),
        mentions=tuple(_mentions(body)),
        has_attachments=any(_is_attached(item) for item in _items(body, "attachments")),
    )


def _team_ids(data: Mapping[str, Any]) -> Iterator[str]:
    team = _mapping(data, "team")
    found = (_id(team, "id"), _id(team, "aadGroupId"), _id(data, "teamsTeamId"))
    return (identifier for identifier in dict.fromkeys(found) if identifier)


def _mentions(body: Mapping[str, Any]) -> Iterator[Mention]:
    for entity in _items(body, "entities"):
        if _text(entity, "type").lower() == "mention":
            yield Mention(_id(_mapping(entity, "mentioned"), "id"), _text(entity, "text"))


def _language(body: Mapping[str, Any]) -> str | None:
    clients = [entity for entity in _items(body, "entities") if _text(entity, "type").lower() == "clientinfo"]
    locales = [_text(source, "locale") for source in (*clients, body)]
    primary = next((locale for locale in locales if locale), "").partition("-")[0].lower()
    return primary if primary in ("zh", "en") else None


def _is_attached(item: Mapping[str, Any]) -> bool:
    own = _text(item, "contentType").lower() == _MIRROR or _text(item, "contentUrl").startswith(_EMOJI_HOST)
    return not own


def _items(parent: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = parent.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _mapping(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _id(parent: Mapping[str, Any], name: str) -> str:
    value = _text(parent, name)
    return "" if value == "null" else value


def _text(parent: Mapping[str, Any], name: str) -> str:
    value = parent.get(name)
    return value if isinstance(value, str) else ""
