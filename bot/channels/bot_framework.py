"""POST /api/teams/messages: a bot that is registered with Microsoft. Without TEAMS_APP_ID `bot.app` leaves it out."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import httpx
import redis
from flask import Blueprint, Flask, current_app, request

from bot.channels.body import parse_object, read_body
from bot.channels.bot_framework_cloud import CLOUDS, Cloud
from bot.channels.bot_framework_connector import Connector, Credentials
from bot.channels.bot_framework_deliveries import REMEMBERED, Deliveries, LocalDeliveries, RedisDeliveries
from bot.channels.bot_framework_keys import SigningKeys
from bot.channels.bot_framework_token import Caller, TokenCheck, check_sent_by
from bot.channels.teams_activity import Activity, read_activity
from bot.channels.teams_answer import Patience, answer_to, message_key
from bot.channels.teams_auth import check_allowed
from bot.errors import FieldError, Forbidden, InvalidFields
from bot.services import Services, services
from bot.settings import Settings
from bot.workers.board import Board
from bot.workers.deliveries import WorkerDeliveries

blueprint = Blueprint("bot_framework", __name__)

PATIENCE = Patience(answer=8.0, apology=8.5, end=9.5)  # the connector waits for fifteen seconds, sending included
LARGEST_BODY = 256 * 1024

_EXTENSION = "bot-framework"
_TIMEOUT = httpx.Timeout(4.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BotFramework:
    """The parts that a registered bot needs."""

    cloud: Cloud
    tokens: TokenCheck
    connector: Connector
    deliveries: Deliveries


def register_bot_framework(app: Flask, settings: Settings, parts: Services) -> None:
    """Open the route."""
    client = httpx.Client(timeout=_TIMEOUT, follow_redirects=False, verify=_trusted())
    parts.on_close.enter_context(client)
    app.extensions[_EXTENSION] = _assemble(settings, client)
    app.register_blueprint(blueprint)


@blueprint.post("/api/teams/messages")
def receive() -> dict[str, str]:
    """Answer a message through the connector; other activities are acknowledged."""
    try:
        caller, activity = _received()
    except Forbidden as error:
        _log.warning("refused channel=teams-bot reason=%s", error.detail)
        raise
    if activity.kind == "message":
        _answer(caller, activity)
    return {}


def _received() -> tuple[Caller, Activity]:
    """The activity, and who proved to have sent it; nothing is parsed before the token is known to be good."""
    bot, settings = _bot(), services().settings
    raw = read_body(request, LARGEST_BODY)
    caller = bot.tokens.caller(request.headers.get("Authorization", ""))
    activity = read_activity(parse_object(raw), raw)
    check_sent_by(caller, activity)
    if not bot.cloud.takes_replies(caller.service_url, settings.teams_app_hosts):
        raise Forbidden("Replies may not go to the serviceUrl; TEAMS_APP_HOSTS allows further hosts.")
    check_allowed(activity, settings)
    return caller, activity


def _answer(caller: Caller, activity: Activity) -> None:
    if not activity.conversation:
        raise InvalidFields([FieldError("conversation.id", "is missing")])
    bot, parts = _bot(), services()
    key = parts.keys.pseudonym("teams-conversation", activity.place) + message_key(activity, parts.keys)
    if not bot.deliveries.claim(key):
        return
    try:
        bot.connector.reply(caller.service_url, activity, answer_to(activity, PATIENCE))
    except BaseException:
        bot.deliveries.release(key)
        raise


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whose certificates count; reading them takes longer than all the rest."""
    return httpx.create_ssl_context()


def _assemble(settings: Settings, client: httpx.Client) -> BotFramework:
    cloud = CLOUDS[settings.teams_cloud]
    app_id = settings.teams_app_id
    credentials = Credentials(
        cloud.token_url(settings.teams_app_tenant), app_id, settings.teams_app_password, cloud.scope
    )
    return BotFramework(
        cloud=cloud,
        tokens=TokenCheck(SigningKeys(client, cloud.metadata_url), cloud.issuer, app_id),
        connector=Connector(client, credentials),
        deliveries=_deliveries(settings),
    )


def _deliveries(settings: Settings) -> Deliveries:
    if settings.workers_share_files:
        return WorkerDeliveries(Board(settings.workers_board), REMEMBERED)
    if not settings.redis_url:
        return LocalDeliveries()
    return RedisDeliveries(redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2))


def _bot() -> BotFramework:
    return cast(BotFramework, current_app.extensions[_EXTENSION])
