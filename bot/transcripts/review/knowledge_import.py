"""Importing entries: a file is checked, what would happen is shown, and only then drafts are made.

Nothing is kept between the two steps: the checked table goes to the browser and comes back in the form.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot import clock
from bot.assistant.protocol import AssistantUnavailable, Reply, Utterance
from bot.ids import new_id
from bot.knowledge_base.importing.carrying_out import carry_out
from bot.knowledge_base.importing.competing import Competing, answered_by_others, near_others
from bot.knowledge_base.importing.planning import Plan, lines_now, plan_of
from bot.knowledge_base.importing.problems import UnreadableFile
from bot.knowledge_base.importing.reading import read_table
from bot.knowledge_base.importing.saying import column_name, file_problem
from bot.knowledge_base.importing.tables import LARGEST_FILE, MOST_ROWS, Table
from bot.knowledge_base.importing.templates import csv_template, xlsx_template
from bot.roles import needs
from bot.services import services
from bot.transcripts.review.auditing import note
from bot.transcripts.review.knowledge import all_lines
from bot.transcripts.review.knowledge_drafts import blueprint
from bot.uploads import takes
from bot.words import visitor_words
from index.errors import RetrievalError

if TYPE_CHECKING:
    from index.encoder import Encoder

__all__ = ["blueprint"]

_LARGEST_BODY = LARGEST_FILE + 64 * 1024
_LARGEST_FORM = 2 * LARGEST_FILE
_SHOWN = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Compared:
    """Questions that would compete. Attributes: reason: key of the words why nothing was compared, or "" if it was."""

    found: tuple[Competing, ...] = ()
    left: int = 0
    reason: str = ""


@blueprint.get("/import")
@needs("reviewer")
def import_page() -> str:
    """Where a file is chosen."""
    return _page()


@blueprint.post("/import")
@needs("reviewer")
@takes(_LARGEST_BODY)
def check_import() -> ResponseReturnValue:
    """The dry run: what the file would become, and what is wrong with it."""
    words = visitor_words()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(words("import_no_file")), 400
    name = sent.filename.replace("\\", "/").rpartition("/")[2][-120:]
    with contextlib.closing(sent):
        data = sent.read(LARGEST_FILE + 1)
    try:
        table = read_table(name, data)
    except UnreadableFile as error:
        return _page(file_problem(error, words)), 400
    return _result(table, name)


@blueprint.post("/import/confirm")
@needs("reviewer")
@takes(_LARGEST_FORM)
def confirm_import() -> ResponseReturnValue:
    """Make the drafts; what was checked is checked once more, since somebody may have written meanwhile."""
    words, store = visitor_words(), services().knowledge
    name = request.form.get("name", "")[-120:]
    try:
        table = Table.unpacked(request.form.get("table", ""))
    except UnreadableFile as error:
        return _page(file_problem(error, words)), 400
    plan = _plan(table)
    if plan.problems or not plan.drafts:
        return _result(table, name)
    note("knowledge.imported", plan.drafts[0].page, rows=len(table.rows), drafts=len(plan.drafts))
    done = carry_out(plan, store, current_user.user.name)
    count = len(done.drafts)
    flash(words("import_done_one" if count == 1 else "import_done", count=count), "good")
    if done.refused:
        flash(words("import_refused", labels=", ".join(each.label for each in done.refused)), "warn")
    return redirect(url_for("knowledge.entries", show="draft"))


@blueprint.get("/import/template.<kind>")
@needs("reviewer")
def import_template(kind: str) -> Response:
    """A file to begin with, in the reader's language."""
    makers = {"csv": (csv_template, "text/csv; charset=utf-8"), "xlsx": (xlsx_template, _XLSX)}
    if kind not in makers:
        abort(404)
    make, mimetype = makers[kind]
    page = services().knowledge.files.pages[0].id
    response = Response(make(visitor_words().language, page), content_type=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename=entries.{kind}"
    return response


def _page(problem: str = "") -> str:
    limits = {"size": LARGEST_FILE // 1024 // 1024, "rows": MOST_ROWS}
    return render_template("staff/knowledge/import.html", problem=problem, limits=limits)


def _result(table: Table, name: str) -> ResponseReturnValue:
    plan = _plan(table)
    words = visitor_words()
    page = render_template(
        "staff/knowledge/import_result.html",
        name=name,
        plan=plan,
        problems=plan.problems[:_SHOWN],
        more=max(0, len(plan.problems) - _SHOWN),
        compared=_compared(plan),
        column_name=lambda column: column_name(column, words),
        packed="" if plan.problems else table.packed(),
    )
    return page, 422 if plan.problems else 200


def _plan(table: Table) -> Plan:
    store, today = services().knowledge, clock.utc_now().date()
    return plan_of(table, store.files.pages, lines_now(store, today), today)


def _compared(plan: Plan) -> Compared:
    parts = services()
    if parts.activation.is_elsewhere:
        return Compared(reason="import_reason_elsewhere")
    if not parts.assistant.ready():
        return Compared(reason="import_reason_starting")
    entries = [line.entry for line in all_lines()]
    labels = frozenset(entry.id for entry in entries)
    try:
        near = near_others(plan.drafts, entries, open_encoder())
        asked = answered_by_others(plan.drafts, labels, _ask)
    except (AssistantUnavailable, RetrievalError):
        return Compared(reason="import_reason_starting")
    return Compared(_without_repeats(near, asked.competing), asked.left)


def _without_repeats(near: Sequence[Competing], answered: Sequence[Competing]) -> tuple[Competing, ...]:
    """By row; a question that is near an entry need not be listed again because that entry answers it."""
    seen = {(each.text, each.other) for each in near}
    rest = [each for each in answered if (each.text, each.other) not in seen]
    return tuple(sorted((*near, *rest), key=lambda each: each.row))


def _ask(text: str, language: str) -> Reply:
    parts = services()
    utterance = Utterance(text, new_id(), channel="cli", language=language)
    return parts.assistant.respond(utterance, parts.settings.answer_timeout)


def open_encoder() -> Encoder:
    """The encoder of the library that this process answers with."""
    # Only here: it brings the retrieval library, which an app with another assistant does not need.
    from index.library import open_library

    return open_library().encoder
