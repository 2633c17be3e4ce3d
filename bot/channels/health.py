"""/healthz, /readyz and /metrics, for whatever keeps the service running."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from bot.errors import Unauthorized
from bot.limits import from_this_machine
from bot.metrics import exposition
from bot.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """A question has been answered, and the database can be read; 503 until then."""
    parts = services()
    if not parts.assistant.ready():
        return {"status": "starting"}, 503, {"Retry-After": "5"}
    parts.store.check()
    return {"status": "ready"}


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters in Prometheus' format, for this machine or for the bearer of METRICS_TOKEN."""
    expected = services().settings.metrics_token
    given = request.headers.get("Authorization", "").encode()
    bearer = bool(expected) and hmac.compare_digest(given, f"Bearer {expected}".encode())
    if not bearer and not from_this_machine():
        raise Unauthorized("Send METRICS_TOKEN as a bearer token.")
    return Response(exposition(), content_type=CONTENT_TYPE_LATEST)
