"""What was asked: conversations, newest first; the turns that a filter wants; one conversation as it was."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.ids import is_id
from bot.roles import needs
from bot.services import services
from bot.transcripts.filters import NAMES, Filter
from bot.transcripts.records import Cursor
from bot.transcripts.review.auditing import note
from bot.transcripts.review.choices import filter_choices, judging_choices, service_names
from bot.transcripts.review.turn_pages import turn_context
from bot.transcripts.saved_filters import FilterNotSaved
from bot.words import visitor_words

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.context_processor(turn_context)

PAGE_LENGTH = 50


@blueprint.get("/")
@needs("viewer")
def conversations() -> ResponseReturnValue:
    """Conversations, newest first; with a filter, the turns that it wants."""
    wanted = wanted_filter()
    if is_untidy():
        return redirect(url_for("staff.conversations", **wanted.arguments()))
    if wanted:
        return _turns(wanted)
    after = request.args.get("after")
    try:
        cursor = Cursor.parse(after) if after else None
    except ValueError:
        abort(404)
    lines, end = services().reading.conversations(cursor, PAGE_LENGTH)
    return _list("staff/conversations.html", wanted, lines=lines, end=end, first=cursor is None)


@blueprint.get("/conversations/<conversation_id>")
@needs("viewer")
def conversation(conversation_id: str) -> str:
    """One conversation, as the chat it was, each answer with its reasons."""
    store = services().store
    summary = store.conversation(conversation_id) if is_id(conversation_id) else None
    if summary is None:
        abort(404)
    note("conversation.viewed", conversation_id)
    turns = store.turns(conversation_id)
    ids = [turn.id for turn in turns]
    return render_template(
        "staff/conversation.html",
        conversation=summary,
        turns=turns,
        lines=services().reading.lines(ids),
        judgements=services().judging.of(ids),
        **judging_choices(),
    )


@blueprint.post("/filters")
@needs("viewer")
def save_filter() -> ResponseReturnValue:
    """Keep the filter in force under a name."""
    wanted = _parsed(request.form.get("filter", ""))
    name = request.form.get("name", "")
    try:
        services().saved_filters.save(current_user.user.name, name, wanted.link())
    except FilterNotSaved as error:
        flash(visitor_words()(error.key), "bad")
    else:
        note("filter.saved", name.strip()[:80], filter=wanted.link())
        flash(visitor_words()("saved_done", name=name.strip()), "good")
    return redirect(url_for("staff.conversations", **wanted.arguments()))


@blueprint.post("/filters/<int:filter_id>/delete")
@needs("viewer")
def delete_filter(filter_id: int) -> ResponseReturnValue:
    """Forget one of one's own filters."""
    gone = services().saved_filters.delete(current_user.user.name, filter_id)
    if gone:
        note("filter.deleted", gone.name)
        flash(visitor_words()("saved_gone", name=gone.name), "good")
    return redirect(url_for("staff.conversations"))


def wanted_filter() -> Filter:
    """The filter of the present request; 400 if there is none like it."""
    try:
        return Filter.parse(request.args)
    except ValueError:
        abort(400)


def is_untidy() -> bool:
    """Whether the address has fields that ask for nothing, as a form sends them; a link to share has none."""
    return any(request.args.get(name) == "" for name in NAMES)


def _turns(wanted: Filter) -> str:
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        abort(404)
    note("turns.listed", **wanted.arguments())
    page = services().reading.turns(wanted, int(before) if before else None, PAGE_LENGTH)
    return _list("staff/turns.html", wanted, page=page, first=not before)


def _list(template: str, wanted: Filter, **values: object) -> str:
    name = current_user.user.name
    saved = services().saved_filters.of(name)
    shown = {"choices": filter_choices(), "services": service_names(), "saved": saved, "me": name}
    return render_template(template, filter=wanted, **shown, **values)


def _parsed(link: str) -> Filter:
    try:
        return Filter.parse(dict(parse_qsl(link)))
    except ValueError:
        abort(400)
