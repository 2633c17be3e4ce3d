"""Questions that wait for an answer, grouped by likeness: one decision settles many."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.roles import needs
from bot.services import services
from bot.transcripts.review.auditing import note
from bot.transcripts.review.choices import judging_choices
from bot.transcripts.review.turn_pages import turn_context
from bot.transcripts.review.turns import verdict_of_form
from bot.words import visitor_words

blueprint = Blueprint("groups", __name__, url_prefix="/staff/groups")
blueprint.context_processor(turn_context)

PAGE_LENGTH = 30
MEMBERS = 200
WRITTEN_FOR = 80  # their ids have to fit into an address


@blueprint.get("/")
@needs("viewer")
def groups() -> str:
    """The groups, largest first."""
    after = _after(request.args.get("after", ""))
    found = services().groups.largest(PAGE_LENGTH + 1, after)
    shown = found[:PAGE_LENGTH]
    lines = services().reading.numbered([number for group in shown for number in group.numbers])
    note("groups.listed")
    samples = {group.id: [lines[number] for number in group.numbers if number in lines] for group in shown}
    return render_template(
        "staff/groups.html",
        groups=shown,
        samples=samples,
        first=after is None,
        end=f"{shown[-1].count}_{shown[-1].id}" if len(found) > PAGE_LENGTH else None,
        pending=services().groups.pending(),
    )


@blueprint.get("/progress")
@needs("viewer")
def progress() -> Response:
    """How many questions have no group yet."""
    return jsonify(pending=services().groups.pending())


@blueprint.get("/<int:group_id>")
@needs("viewer")
def group(group_id: int) -> ResponseReturnValue:
    """The open questions of a group, and what to do with them."""
    numbers = services().groups.members(group_id, MEMBERS)
    if not numbers:
        return redirect(url_for("groups.groups"))
    note("group.viewed", str(group_id))
    lines = services().reading.numbered(numbers)
    return render_template(
        "staff/group.html",
        group=group_id,
        lines=[lines[number] for number in numbers if number in lines],
        count=services().groups.count(group_id),
        **judging_choices(),
    )


@blueprint.post("/<int:group_id>/verdict")
@needs("reviewer")
def judge(group_id: int) -> ResponseReturnValue:
    """Judge the questions of a group alike, but for those whose box was cleared."""
    verdict = verdict_of_form()
    if verdict is None:
        flash(visitor_words()("entry_unknown", entry=request.form.get("entry", "")[:128]), "bad")
        return redirect(url_for("groups.group", group_id=group_id))
    left_out = _shown() - _chosen()
    details = {"verdict": verdict.verdict, "entry": verdict.entry or "", "left_out": len(left_out)}
    note("group.judged", str(group_id), **details)
    done = services().judging.judge_group(group_id, verdict, current_user.user.name, sorted(left_out))
    flash(visitor_words()("group_judged", count=done), "good")
    return redirect(url_for("groups.groups"))


@blueprint.post("/<int:group_id>/write")
@needs("reviewer")
def write(group_id: int) -> ResponseReturnValue:
    """Go on to a new entry for the questions whose boxes are ticked; once it is approved, it settles them."""
    lines = services().reading.numbered(sorted(_chosen(), reverse=True)[:WRITTEN_FOR])
    if not lines:
        return redirect(url_for("groups.group", group_id=group_id))
    return redirect(url_for("knowledge.new", turn=[line.id for line in lines.values()]))


@blueprint.post("/<int:group_id>/leave")
@needs("reviewer")
def leave(group_id: int) -> ResponseReturnValue:
    """Take the questions whose box was cleared out of a group."""
    left_out = _shown() - _chosen()
    note("group.parted", str(group_id), count=len(left_out))
    services().judging.take_from_group(sorted(left_out), group_id)
    flash(visitor_words()("group_parted", count=len(left_out)), "good")
    return redirect(url_for("groups.group", group_id=group_id))


def _chosen() -> set[int]:
    return _numbers("turn")


def _shown() -> set[int]:
    return _numbers("shown")


def _numbers(name: str) -> set[int]:
    texts = request.form.getlist(name)
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        abort(400)
    return set(map(int, texts))


def _after(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    count, _, group_id = text.partition("_")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (count, group_id)):
        abort(404)
    return int(count), int(group_id)
