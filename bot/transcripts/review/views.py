"""The staff pages."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from bot.ids import is_id
from bot.services import services
from bot.transcripts.records import Cursor
from bot.transcripts.review.session import SignedIn, guard, keep_private
from bot.words import LANGUAGES, Words, visitor_words

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.before_request(guard)
blueprint.after_request(keep_private)

PAGE_LENGTH = 50


@blueprint.context_processor
def _shared() -> dict[str, object]:
    words = visitor_words()
    user = current_user.user if current_user.is_authenticated else None
    return {"words": words, "user": user, "other_url": _other_language(words)}


@blueprint.before_request
def _keep_language() -> None:
    if request.args.get("lang") in LANGUAGES:
        session["language"] = request.args["lang"]


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; a right one starts a session."""
    if request.method == "GET":
        return render_template("staff/sign_in.html", failed=False)
    user = services().accounts.check(request.form.get("name", ""), request.form.get("password", ""))
    if user is None:
        return render_template("staff/sign_in.html", failed=True), 401
    login_user(SignedIn(user))
    return redirect(_own_page(request.args.get("next", "")))


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    return redirect(url_for("staff.sign_in"))


@blueprint.get("/")
def conversations() -> str:
    """Conversations, newest first."""
    after = request.args.get("after")
    try:
        cursor = Cursor.parse(after) if after else None
    except ValueError:
        abort(404)
    page = services().store.conversations(cursor, PAGE_LENGTH)
    return render_template("staff/conversations.html", page=page, first=cursor is None)


@blueprint.get("/conversations/<conversation_id>")
def conversation(conversation_id: str) -> str:
    """One conversation, as the chat it was, each answer with its reasons."""
    store = services().store
    summary = store.conversation(conversation_id) if is_id(conversation_id) else None
    if summary is None:
        abort(404)
    return render_template("staff/conversation.html", conversation=summary, turns=store.turns(conversation_id))


def _own_page(wanted: str) -> str:
    """Where to go after signing in: only ever to a staff page of ours."""
    safe = wanted.startswith("/staff/") and "\\" not in wanted and "//" not in wanted
    return wanted if safe else url_for("staff.conversations")


def _other_language(words: Words) -> str:
    arguments = {**request.args.to_dict(), **(request.view_args or {}), "lang": words.other}
    return url_for(request.endpoint or "staff.conversations", **arguments)
