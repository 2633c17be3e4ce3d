"""Saying something of one turn: right or wrong, whose it is, tags. Every form may name the page to go back to."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.errors import UnknownTurn
from bot.ids import is_id
from bot.roles import needs
from bot.services import services
from bot.transcripts.judging import LONGEST_NOTE, MOST_TAGS, VERDICTS, JudgedMeanwhile, TagRefused, Verdict, folded_tag
from bot.transcripts.reading import TurnLine
from bot.transcripts.review.access import own_page
from bot.transcripts.review.auditing import note
from bot.transcripts.review.choices import has_entry, judging_choices, reviewers
from bot.transcripts.review.turn_pages import turn_context
from bot.words import visitor_words

blueprint = Blueprint("turns", __name__, url_prefix="/staff/turns")
blueprint.context_processor(turn_context)


@blueprint.get("/<turn_id>")
@needs("viewer")
def turn(turn_id: str) -> ResponseReturnValue:
    """The turn in its conversation: an address that other pages may give."""
    return redirect(_place(_line(turn_id)))


@blueprint.post("/<turn_id>/verdict")
@needs("reviewer")
def judge(turn_id: str) -> ResponseReturnValue:
    """Mark a turn as right or wrong."""
    line = _line(turn_id)
    verdict = verdict_of_form()
    if verdict is None:
        flash(visitor_words()("entry_unknown", entry=request.form.get("entry", "")[:128]), "bad")
        return _back(line)
    note("turn.judged", turn_id, verdict=verdict.verdict, entry=verdict.entry or "", note=verdict.note[:200])
    try:
        services().judging.judge(turn_id, verdict, current_user.user.name, request.form.get("seen", ""))
    except JudgedMeanwhile as meanwhile:
        return _conflict(line, meanwhile, verdict)
    flash(visitor_words()("judged_" + verdict.verdict), "good")
    return redirect(own_page(request.form.get("then", "")) if request.form.get("then") else _next(line))


@blueprint.post("/<turn_id>/reopen")
@needs("reviewer")
def reopen(turn_id: str) -> ResponseReturnValue:
    """Take a judgement back."""
    line = _line(turn_id)
    note("turn.reopened", turn_id)
    try:
        services().judging.reopen(turn_id, request.form.get("seen", ""))
    except JudgedMeanwhile as meanwhile:
        return _conflict(line, meanwhile, None)
    flash(visitor_words()("reopened"), "good")
    return _back(line)


@blueprint.post("/<turn_id>/assignee")
@needs("reviewer")
def assign(turn_id: str) -> ResponseReturnValue:
    """Make a turn somebody's, or nobody's."""
    line = _line(turn_id)
    name = request.form.get("assignee", "")
    if name and name not in reviewers():
        abort(400)
    note("turn.assigned", turn_id, assignee=name)
    services().judging.assign(turn_id, name or None)
    flash(visitor_words()("assigned_to", name=name) if name else visitor_words()("assigned_to_nobody"), "good")
    return _back(line)


@blueprint.post("/<turn_id>/tags")
@needs("reviewer")
def tag(turn_id: str) -> ResponseReturnValue:
    """Give a turn a tag."""
    line = _line(turn_id)
    wanted = request.form.get("tag", "")
    note("turn.tagged", turn_id, tag=folded_tag(wanted)[:80])
    try:
        services().judging.tag(turn_id, wanted)
    except TagRefused:
        flash(visitor_words()("tag_refused", most=MOST_TAGS), "bad")
    return _back(line)


@blueprint.post("/<turn_id>/tags/remove")
@needs("reviewer")
def untag(turn_id: str) -> ResponseReturnValue:
    """Take a tag away."""
    line = _line(turn_id)
    wanted = request.form.get("tag", "")
    note("turn.untagged", turn_id, tag=wanted[:80])
    services().judging.untag(turn_id, wanted)
    return _back(line)


def verdict_of_form() -> Verdict | None:
    """The verdict that the present form gives; None if it names an entry that there is not.

    Raises:
        BadRequest: it is no verdict.
    """
    verdict = request.form.get("verdict", "")
    if verdict not in VERDICTS:
        abort(400)
    entry = request.form.get("entry", "").strip()
    if entry and not has_entry(entry):
        return None
    remark = request.form.get("note", "").replace("\x00", "").strip()[:LONGEST_NOTE]
    return Verdict(verdict, entry or None, remark)


def _line(turn_id: str) -> TurnLine:
    line = services().reading.line(turn_id) if is_id(turn_id) else None
    if line is None:
        if request.method == "GET":
            abort(404)
        raise UnknownTurn("There is no turn of that id.")
    return line


def _place(line: TurnLine) -> str:
    return url_for("staff.conversation", conversation_id=line.conversation, _anchor=line.id)


def _next(line: TurnLine) -> str:
    """Where the form wants to go back to; else to the turn."""
    wanted = request.form.get("back", "")
    return own_page(wanted) if urlsplit(wanted).path.startswith("/staff/") else _place(line)


def _back(line: TurnLine) -> ResponseReturnValue:
    return redirect(_next(line))


def _conflict(line: TurnLine, meanwhile: JudgedMeanwhile, verdict: Verdict | None) -> ResponseReturnValue:
    """Somebody was faster: show both judgements, and let the second reviewer decide."""
    shown = {"line": line, "stands": meanwhile.judgement, "verdict": verdict, "back": _next(line)}
    then = request.form.get("then", "")
    return render_template("staff/judged_meanwhile.html", then=then, **shown, **judging_choices()), 409
