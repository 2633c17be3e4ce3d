"""Signing in through the provider of the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from bot.errors import SignOnRefused
from bot.limits import client_address
from bot.roles import ANYBODY, needs
from bot.services import services
from bot.transcripts.accounts import AccountError
from bot.transcripts.review.access import enter
from bot.transcripts.review.session import page_context

if TYPE_CHECKING:
    from bot.sign_on import SignOn  # few services have a provider, and it brings much

blueprint = Blueprint("sign_on", __name__, url_prefix="/staff/sign-on")
blueprint.context_processor(page_context)

WAY = "single sign-on"
_NEXT = "sign_on_next"


@blueprint.get("/")
@needs(ANYBODY)
def begin() -> ResponseReturnValue:
    """Lead to the provider."""
    session[_NEXT] = request.args.get("next", "")
    try:
        return _sign_on().begin(_own_address())
    except SignOnRefused as refused:
        return _refuse(refused.reason)


@blueprint.get("/callback")
@needs(ANYBODY)
def callback() -> ResponseReturnValue:
    """Take in who comes back."""
    try:
        person = _sign_on().finish()
        user = services().accounts.of_subject(person.issuer, person.subject, person.name, person.role)
    except SignOnRefused as refused:
        return _refuse(refused.reason)
    except AccountError as error:
        return _refuse("disabled" if error.key == "account_disabled" else "token")
    return enter(user, WAY, session.get(_NEXT, ""))


def _refuse(reason: str) -> ResponseReturnValue:
    """Say why on the page that one would begin again from; its address holds nothing of the provider's answer."""
    details = {"address": client_address(), "way": WAY, "reason": reason}
    services().audit.record("", "sign_in.refused", "", details)
    return redirect(url_for("access.sign_in", problem=reason))


def _sign_on() -> SignOn:
    found = services().sign_on
    if found is None:
        abort(404)
    return found


def _own_address() -> str:
    """What the provider knows as this service's redirect URI."""
    own = services().settings.public_url or request.host_url.rstrip("/")
    return own + url_for("sign_on.callback")
