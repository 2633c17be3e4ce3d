"""`python -m bot teams-try`: ask a running service as Teams would, and show what Teams would get."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from bot import clock
from bot.channels.teams_auth import signature
from bot.settings import Settings

_PATIENCE = 5.0  # seconds, as Teams waits
_LOCALES = {"zh": "zh-CN", "en": "en-US"}
_ESCAPED = re.compile(r"\\([\\`*_\[\]~#>+.)])")
_EVERYWHERE = ("0.0.0.0", "::", "[::]")


class TeamsTryFailed(Exception):
    """The service could not be asked, or refused; the message is one line."""


def teams_try(settings: Settings, question: str, language: str | None, url: str | None, raw: bool) -> str:
    """Sign a request as Teams sends it, post it, and lay out the reply.

    Args:
        language: what the asker's Teams is set to.
        url: the service's address; None means the one that the settings say.
        raw: show the JSON that came back instead.

    Raises:
        TeamsTryFailed: no secret is set, nobody answers in time, or the request is refused.
    """
    if not settings.teams_secret:
        raise TeamsTryFailed("TEAMS_SECRET is not set, so the service refuses Teams")
    body = json.dumps(_activity(settings, question, language), ensure_ascii=False).encode()
    token = signature(body, settings.teams_secret[0]).decode("ascii")
    headers = {"Authorization": f"HMAC {token}", "Content-Type": "application/json; charset=utf-8"}
    start = time.monotonic()
    reply = _post((url or _own_url(settings)).rstrip("/") + "/webhooks/teams", body, headers)
    took = time.monotonic() - start
    if raw:
        return json.dumps(reply, ensure_ascii=False, indent=2)
    return "\n".join([*_lines(reply), "", f"({took:.2f} s; Teams waits {_PATIENCE:.0f} s)"])


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Any:
    try:
        response = httpx.post(url, content=body, headers=dict(headers), timeout=_PATIENCE)
    except httpx.TimeoutException:
        raise TeamsTryFailed(f"{url} did not answer within {_PATIENCE:.0f} s, so Teams would show an error") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TeamsTryFailed(f"{url} cannot be reached: {error}; is the service running?") from None
    try:
        answer = response.json()
    except ValueError:
        raise TeamsTryFailed(f"{url} answered {response.status_code}, and not with JSON") from None
    if response.status_code != 200:
        raise TeamsTryFailed(f"{url} answered {response.status_code}: {answer.get('detail', '')}".rstrip(": "))
    return answer


def _own_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _activity(settings: Settings, question: str, language: str | None) -> dict[str, Any]:
    """What Teams sends when somebody mentions the webhook in a new post of a channel."""
    now = clock.utc_now()
    identifier = str(int(now.timestamp() * 1000))
    channel = "19:0123456789abcdef0123456789abcdef@thread.tacv2"
    team = next(iter(sorted(settings.teams_teams)), channel)
    tenant = next(iter(sorted(settings.teams_tenants)), "00000000-0000-0000-0000-000000000000")
    moment = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "type": "message",
        "id": identifier,
        "timestamp": moment,
        "localTimestamp": moment,
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "channelId": "msteams",
        "from": {"id": "29:" + base64.urlsafe_b64encode(secrets.token_bytes(48)).decode(), "name": "teams-try"},
        "conversation": {
            "isGroup": True,
            "id": f"{channel};messageid={identifier}",
            "name": None,
            "conversationType": "channel",
            "tenantId": tenant,
        },
        "recipient": None,
        "textFormat": "plain",
        "attachmentLayout": None,
        "membersAdded": [],
        "membersRemoved": [],
        "topicName": None,
        "historyDisclosed": None,
        "locale": None,
        "text": f"<at>FAQ</at>&nbsp;{html.escape(question, quote=False)}\r\n",
        "speak": None,
        "summary": None,
        "attachments": [
            {"contentType": "text/html", "content": f"<div>{html.escape(question)}</div>", "contentUrl": None}
        ],
        "entities": [{"type": "clientInfo", "locale": _LOCALES.get(language or "en"), "platform": "Windows"}],
        "channelData": {
            "teamsChannelId": channel,
            "teamsTeamId": team,
            "channel": {"id": channel},
            "team": {"id": team},
            "tenant": {"id": tenant},
        },
        "replyToId": None,
        "value": None,
    }


def _lines(message: Mapping[str, Any]) -> Iterator[str]:
    attachments = message.get("attachments") or []
    if not attachments:
        yield message.get("text", "")
    for attachment in attachments:
        card = attachment["content"]
        for element in card["body"]:
            yield from _element(element)
        yield from _buttons(card.get("actions", []))


def _element(element: Mapping[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if kind == "TextBlock":
        yield _ESCAPED.sub(r"\1", element["text"]).replace("\r", "\n")
    elif kind == "FactSet":
        yield from (f"{fact['title']}: {fact['value']}" for fact in element["facts"])
    elif kind == "ActionSet":
        yield from _buttons(element["actions"])
    elif kind == "Container":
        for item in element["items"]:
            yield from _element(item)


def _buttons(actions: list[Mapping[str, Any]]) -> Iterator[str]:
    return (f"[{action['title']}] {action['url']}" for action in actions)
