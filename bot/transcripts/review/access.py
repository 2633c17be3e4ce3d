"""Signing in and out, and one's own password."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.errors import Forbidden
from bot.limits import client_address
from bot.roles import ANYBODY, needs
from bot.services import services
from bot.transcripts.accounts import SHORTEST_PASSWORD, AccountError, StaffUser
from bot.transcripts.review.auditing import note
from bot.transcripts.review.session import begin_session, end_session, page_context
from bot.words import visitor_words

blueprint = Blueprint("access", __name__, url_prefix="/staff")
blueprint.context_processor(page_context)

# Why single sign-on can end here again, and the status of the page that says so.
SIGN_ON_PROBLEMS = {"cancelled": 401, "state": 401, "token": 401, "no_role": 403, "disabled": 403, "unreachable": 503}


@blueprint.route("/sign-in", methods=["GET", "POST"])
@needs(ANYBODY)
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; a right one starts a session."""
    if request.method == "GET":
        return _welcome()
    if services().settings.staff_passwords == "off":
        raise Forbidden("Passwords are switched off; use single sign-on.", words="passwords_off")
    name = request.form.get("name", "")
    if not services().guesses.allow(name):
        _note_refusal(name, "locked")
        return _sign_in_page("locked"), 429
    user = services().accounts.check(name, request.form.get("password", ""))
    if user is None:
        _note_refusal(name, "wrong")
        return _sign_in_page("wrong_password"), 401
    services().guesses.forget(name)
    return enter(user, "password", request.args.get("next", ""))


@blueprint.post("/sign-out")
@needs(ANYBODY)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    if current_user.is_authenticated:
        note("signed_out")
    end_session()
    return redirect(url_for("access.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@needs("viewer")
def password() -> ResponseReturnValue:
    """Change one's own password, which ends all other sessions."""
    user: StaffUser = current_user.user
    if user.issuer is not None:
        raise Forbidden("This account signs in elsewhere and has no password here.", words="account_elsewhere")
    if request.method == "GET":
        return _password_page()
    if not services().guesses.allow(user.name):
        return _password_page("locked"), 429
    if services().accounts.check(user.name, request.form.get("password", "")) is None:
        return _password_page("wrong_own_password"), 400
    services().guesses.forget(user.name)
    return _change_password(user)


def too_many() -> Response:
    """The sign-in page for an address that guessed too often; the log is spared, which has its first guesses."""
    return make_response(_sign_in_page("locked"), 429)


def enter(user: StaffUser, way: str, wanted: str) -> ResponseReturnValue:
    """Begin a session and go where the person wanted to be. Args: way: "password" or "single sign-on"."""
    services().audit.record(user.name, "signed_in", user.name, {"address": client_address(), "way": way})
    begin_session(user)
    return redirect(own_page(wanted))


def _welcome() -> ResponseReturnValue:
    problem = request.args.get("problem", "")
    if problem in SIGN_ON_PROBLEMS:
        return _sign_in_page(f"sign_on_{problem}"), SIGN_ON_PROBLEMS[problem]
    if current_user.is_authenticated:
        return redirect(own_page(request.args.get("next", "")))
    return _sign_in_page()


def own_page(wanted: str) -> str:
    """Where to go after signing in: only ever to a staff page of ours."""
    path = wanted.partition("?")[0]
    safe = path.startswith("/staff/") and "\\" not in path and "//" not in path
    return wanted if safe else url_for("staff.conversations")


def _change_password(user: StaffUser) -> ResponseReturnValue:
    new = request.form.get("new_password", "")
    if new != request.form.get("new_password_again", ""):
        return _password_page("passwords_differ"), 400
    try:
        services().accounts.set_password(user.name, new, by=user.name)
    except AccountError as error:
        return _password_page(error.key), 400
    begin_session(services().accounts.get(user.name))
    flash(visitor_words()("password_changed"), "good")
    return redirect(url_for("access.password"))


def _note_refusal(name: str, reason: str) -> None:
    """Name the account only if there is one: people type passwords into the wrong field."""
    try:
        target = services().accounts.get(name).name
    except AccountError:
        target = ""
    services().audit.record("", "sign_in.refused", target, {"address": client_address(), "reason": reason})


def _sign_in_page(problem: str = "") -> str:
    settings = services().settings
    return render_template(
        "staff/sign_in.html",
        problem=problem,
        passwords=settings.staff_passwords == "on",
        single_sign_on=services().sign_on is not None,
        next=request.args.get("next", ""),
    )


def _password_page(problem: str = "") -> str:
    return render_template("staff/password.html", problem=problem, shortest=SHORTEST_PASSWORD)
