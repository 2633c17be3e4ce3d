"""Sending a reply through the Bot Connector, with a token that the bot gets for its client credentials."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from bot.channels.teams_activity import Activity
from bot.errors import ReplyNotDelivered

# In seconds, before each further attempt; Microsoft asks to try again after these statuses.
PAUSES = (0.5, 1.5)
TRY_AGAIN = frozenset({412, 429, 502, 504})

_EARLY = 300  # seconds before its end at which a token is replaced
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Credentials:
    """What the bot proves itself with, and where: `url` gives tokens, `scope` says what for."""

    url: str
    app_id: str
    password: str
    scope: str


class Connector:
    """Sends replies; safe to use from many threads."""

    def __init__(
        self,
        client: httpx.Client,
        credentials: Credentials,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Args: clock: seconds that only go forward. pause: waits for some seconds."""
        self._client = client
        self._credentials = credentials
        self._clock = clock
        self._pause = pause
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = float("-inf")

    def reply(self, service_url: str, activity: Activity, message: Mapping[str, Any]) -> None:
        """Send the message that answers an activity.

        Args:
            service_url: where to; only ever one that a valid token named.

        Raises:
            ReplyNotDelivered: the connector or the login service did not take it.
        """
        url = _reply_url(service_url, activity)
        body = _addressed(activity, message)
        try:
            response = self._post(url, body)
        except httpx.HTTPError as error:
            raise ReplyNotDelivered("The Bot Connector does not answer.") from error
        if not response.is_success:
            _log.error("reply not delivered host=%s status=%d", httpx.URL(url).host, response.status_code)
            raise ReplyNotDelivered(f"The Bot Connector answered {response.status_code}.")

    def _post(self, url: str, body: Mapping[str, Any]) -> httpx.Response:
        response = self._post_once(url, body)
        if response.status_code == 401:
            self._forget_token()
            response = self._post_once(url, body)
        for pause in PAUSES:
            if response.status_code not in TRY_AGAIN:
                break
            self._pause(pause)
            response = self._post_once(url, body)
        return response

    def _post_once(self, url: str, body: Mapping[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._current_token()}"}
        return self._client.post(url, json=body, headers=headers)

    def _forget_token(self) -> None:
        with self._lock:
            self._good_until = float("-inf")

    def _current_token(self) -> str:
        with self._lock:
            if self._clock() >= self._good_until:
                self._token, seconds = self._new_token()
                self._good_until = self._clock() + seconds - _EARLY
            return self._token

    def _new_token(self) -> tuple[str, float]:
        asked = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": asked.app_id,
            "client_secret": asked.password,
            "scope": asked.scope,
        }
        response = self._client.post(asked.url, data=form)
        try:
            body = response.json()
            return str(body["access_token"]), float(body["expires_in"])
        except (ValueError, KeyError, TypeError):
            _log.error("no token for the bot url=%s status=%d", asked.url, response.status_code)
            raise ReplyNotDelivered(
                "The login service gives the bot no token; see TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_APP_TENANT."
            ) from None


def _reply_url(service_url: str, activity: Activity) -> str:
    conversation = quote(activity.conversation, safe="")
    url = f"{service_url.rstrip('/')}/v3/conversations/{conversation}/activities"
    return f"{url}/{quote(activity.id, safe='')}" if activity.id else url


def _addressed(activity: Activity, message: Mapping[str, Any]) -> dict[str, Any]:
    addressed = {
        **message,
        "from": {"id": activity.recipient},
        "recipient": {"id": activity.from_id},
        "conversation": {"id": activity.conversation},
    }
    return {**addressed, "replyToId": activity.id} if activity.id else addressed
