"""What the assistant knows, for staff: the list of entries, each with its history, and undoing a revision."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot import clock
from bot.knowledge_base.comparing import difference
from bot.knowledge_base.errors import KnowledgeRefused
from bot.knowledge_base.in_force import newest, versions_of
from bot.knowledge_base.overview import Line, lines_of
from bot.knowledge_base.records import Content, Revision
from bot.roles import needs
from bot.services import services
from bot.transcripts.review.session import page_context
from bot.words import visitor_words

blueprint = Blueprint("knowledge", __name__, url_prefix="/staff/knowledge")
blueprint.context_processor(page_context)

VIEWS = ("all", "proposed", "draft", "renewal", "newer", "coming")
_LONGEST_SEARCH = 200


@blueprint.context_processor
def _taking_over() -> dict[str, object]:
    """How far the newest version has got, for every page of this area."""
    parts = services()
    if parts.activation.is_elsewhere:
        return {"elsewhere": True, "replicas": (), "behind": 0, "problems": ()}
    replicas = parts.activation.board.all()
    version = parts.knowledge.version()
    behind = sum(replica.version < version for replica in replicas)
    problems = tuple(dict.fromkeys(replica.problem for replica in replicas if replica.problem))
    return {"elsewhere": False, "replicas": replicas, "behind": behind, "problems": problems}


@blueprint.get("/")
@needs("viewer")
def entries() -> str:
    """Every entry of every page, with its state; those that match, of one kind."""
    view = request.args.get("show", "all")
    if view not in VIEWS:
        abort(404)
    search = request.args.get("q", "").strip()[:_LONGEST_SEARCH]
    lines = all_lines()
    counts = Counter(state for line in lines for state in line.states)
    shown = [line for line in lines if view in ("all", *line.states) and line.matches(search)]
    return render_template(
        "staff/knowledge/entries.html",
        lines=shown,
        view=view,
        views=VIEWS,
        search=search,
        counts=counts,
        all=len(lines),
    )


@blueprint.get("/<page_id>/<topic>/<key>")
@needs("viewer")
def entry(page_id: str, topic: str, key: str) -> str:
    """One entry: what it says, and who wrote, approved and undid what."""
    line = find_line(page_id, f"{topic}/{key}")
    history = services().knowledge.history(page_id, line.label)
    filed = services().knowledge.files.entry(page_id, line.label)
    held = services().activation.knowledge.entry(page_id, line.label)
    numbered = [each for each in history if each.revision is not None]
    versions = versions_of(filed, numbered)
    past = [(each, _changes(each, numbered)) for each in numbered]
    return render_template(
        "staff/knowledge/entry.html",
        line=line,
        page=line.page,
        held=held,
        newest=newest(filed, numbered),
        undoable=undoable(numbered, versions[-1].history.revision if versions else 0),
        past=past,
    )


@blueprint.post("/<page_id>/<topic>/<key>/undo")
@needs("admin")
def undo(page_id: str, topic: str, key: str) -> ResponseReturnValue:
    """Take back the newest revision."""
    words = visitor_words()
    number = request.form.get("revision", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        abort(404)
    try:
        services().knowledge.undo(current_user.user.name, page_id, f"{topic}/{key}", int(number))
    except KnowledgeRefused as refused:
        flash(words(f"knowledge_refused_{refused.key}"), "bad")
    else:
        services().activation.poke()
        flash(words("knowledge_undone", number=number), "good")
    # An entry that was new is gone now.
    there = any(line.page.id == page_id and line.label == f"{topic}/{key}" for line in all_lines())
    kept = services().knowledge.history(page_id, f"{topic}/{key}")
    if there or kept:
        return redirect(url_for("knowledge.entry", page_id=page_id, topic=topic, key=key))
    return redirect(url_for("knowledge.entries"))


def all_lines() -> tuple[Line, ...]:
    """The whole list."""
    parts = services()
    store = parts.knowledge
    today = clock.utc_now().date()
    _, approved = store.approved()
    return lines_of(store.files.pages, approved, store.unfinished(), parts.activation.knowledge, today)


def find_line(page_id: str, label: str) -> Line:
    """An entry of the list, or one that is gone but was there; 404 for none."""
    found = next((line for line in all_lines() if (line.page.id, line.label) == (page_id, label)), None)
    if found:
        return found
    history = services().knowledge.history(page_id, label)
    page = services().knowledge.files.page(page_id)
    if page is None or not history:
        abort(404)
    return Line(page, label, history[0].entry, ("undone",))


def undoable(numbered: list[Revision], standing: int) -> int | None:
    """Number of the revision that can be undone, if one can."""
    found = next((each for each in numbered if each.revision == standing and not each.is_files), None)
    return found.revision if found and found.state == "approved" else None


def _changes(revision: Revision, numbered: list[Revision]) -> object:
    """From the revision that it was written over."""
    before = next((each for each in numbered if each.revision == revision.based_on and each is not revision), None)
    return difference(before.content if before else None, revision.content)


def content_of(line: Line) -> Content:
    """What the newest version of an entry says."""
    return Content.of(line.entry)
