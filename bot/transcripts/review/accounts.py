"""The accounts, for admins: add one, change its role or password, close it, unlock it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.roles import ROLES, needs
from bot.services import services
from bot.transcripts.accounts import SHORTEST_PASSWORD, AccountError
from bot.transcripts.review.auditing import note
from bot.transcripts.review.session import page_context
from bot.words import visitor_words

blueprint = Blueprint("accounts", __name__, url_prefix="/staff/accounts")
blueprint.context_processor(page_context)


@blueprint.get("/")
@needs("admin")
def accounts() -> str:
    """The list, and a form for a new one."""
    return _page()


@blueprint.post("/")
@needs("admin")
def add() -> ResponseReturnValue:
    """Make an account."""
    form = request.form
    try:
        user = services().accounts.add(
            form.get("name", ""), form.get("password", ""), form.get("role", ""), by=_admin()
        )
    except AccountError as error:
        return _page(error.key), 400
    return _back("account_added", user.name)


@blueprint.post("/<name>/role")
@needs("admin")
def set_role(name: str) -> ResponseReturnValue:
    """Change a role."""
    role = request.form.get("role", "")
    try:
        services().accounts.set_role(name, role, by=_admin())
    except AccountError as error:
        return _page(error.key), 400
    return _back("account_changed", name)


@blueprint.post("/<name>/disabled")
@needs("admin")
def set_disabled(name: str) -> ResponseReturnValue:
    """Close an account, or open it again."""
    disabled = request.form.get("disabled") == "yes"
    try:
        services().accounts.set_disabled(name, disabled, by=_admin())
    except AccountError as error:
        return _page(error.key), 400
    return _back("account_disabled_now" if disabled else "account_enabled", name)


@blueprint.post("/<name>/password")
@needs("admin")
def set_password(name: str) -> ResponseReturnValue:
    """Give an account a new password, and unlock it."""
    try:
        services().accounts.set_password(name, request.form.get("password", ""), by=_admin())
    except AccountError as error:
        return _page(error.key), 400
    services().guesses.forget(name)
    return _back("account_changed", name)


@blueprint.post("/<name>/unlock")
@needs("admin")
def unlock(name: str) -> ResponseReturnValue:
    """Let an account try again after too many wrong passwords."""
    note("account.unlocked", name)
    services().guesses.forget(name)
    return _back("account_unlocked", name)


def _admin() -> str:
    name: str = current_user.user.name
    return name


def _back(done: str, name: str) -> ResponseReturnValue:
    flash(visitor_words()(done, name=name), "good")
    return redirect(url_for("accounts.accounts"))


def _page(problem: str = "") -> str:
    guesses = services().guesses
    locked = guesses.locked()
    listed = [(user, guesses.is_locked(user.name, locked)) for user in services().accounts.all()]
    return render_template(
        "staff/accounts.html",
        accounts=listed,
        roles=ROLES,
        shortest=SHORTEST_PASSWORD,
        problem=problem,
    )
