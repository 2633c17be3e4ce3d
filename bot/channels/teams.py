"""POST /webhooks/teams: a Teams outgoing webhook. The signature is checked before anything is parsed."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, request

from bot import clock
from bot.channels.body import parse_object, read_body
from bot.channels.teams_activity import read_activity
from bot.channels.teams_answer import Patience, answer_to
from bot.channels.teams_auth import check_allowed, check_fresh, is_signed
from bot.errors import Forbidden, Unauthorized
from bot.services import services

blueprint = Blueprint("teams", __name__)

PATIENCE = Patience(answer=3.8, apology=4.1, end=4.6)  # Teams waits five seconds
LARGEST_BODY = 256 * 1024  # a long message comes twice, as text and as HTML

_log = logging.getLogger(__name__)


@blueprint.post("/webhooks/teams")
def receive() -> dict[str, Any]:
    """Answer a message that mentions the webhook; other activities are acknowledged."""
    try:
        return _receive()
    except (Unauthorized, Forbidden) as error:
        _log.warning("refused channel=teams reason=%s", error.detail)
        raise


def _receive() -> dict[str, Any]:
    settings = services().settings
    raw = read_body(request, LARGEST_BODY)
    if not is_signed(request.headers.get("Authorization", ""), raw, settings.teams_secret):
        raise Unauthorized("The signature is missing or wrong, or TEAMS_SECRET is not set.")
    activity = read_activity(parse_object(raw), raw)
    check_fresh(activity, clock.utc_now())
    check_allowed(activity, settings)
    return answer_to(activity, PATIENCE) if activity.kind == "message" else {}
