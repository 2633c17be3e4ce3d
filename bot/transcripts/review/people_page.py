"""/staff/people/: what is stored of one person, handed out or deleted at their wish.

What names a person travels in the bodies of forms, never in an address, which logs and histories keep.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.ids import is_id
from bot.roles import needs
from bot.services import services
from bot.transcripts.exporting import FORMATS, export
from bot.transcripts.people import CONVERSATION, SENDER, Holding, People, Person
from bot.transcripts.review.auditing import note
from bot.transcripts.review.export_page import as_file
from bot.transcripts.review.session import page_context
from bot.words import visitor_words

blueprint = Blueprint("people", __name__, url_prefix="/staff/people")
blueprint.context_processor(page_context)

LONGEST = 300


@blueprint.get("/")
@needs("admin")
def look() -> str:
    """The form."""
    return render_template("staff/people.html", holding=None, searched=False)


@blueprint.post("/")
@needs("admin")
def find() -> str:
    """What is stored of whom the form names."""
    holding = _people().find(request.form.get("who", "")[:LONGEST])
    note("person.viewed", holding.person.id if holding else "", turns=holding.turns if holding else 0)
    return render_template("staff/people.html", holding=holding, searched=True)


@blueprint.post("/export.<form>")
@needs("admin")
def hand_out(form: str) -> Response:
    """Everything of a person as a file."""
    if form not in FORMATS:
        abort(404)
    holding = _holding()
    note("person.exported", holding.person.id, turns=holding.turns, form=form)
    return as_file(export(services().database, _people().numbers(holding.person), form), "person", form)


@blueprint.post("/delete")
@needs("admin")
def delete() -> ResponseReturnValue:
    """Delete everything of a person."""
    holding = _holding()
    note("person.erased", holding.person.id, turns=holding.turns)
    gone = _people().delete(holding.person)
    flash(visitor_words()("person_erased", count=gone), "good")
    return redirect(url_for("people.look"))


def _people() -> People:
    parts = services()
    return People(parts.database, parts.keys, parts.tokens)


def _holding() -> Holding:
    kind, person_id = request.form.get("kind", ""), request.form.get("id", "")
    if kind not in (CONVERSATION, SENDER) or not is_id(person_id):
        abort(404)
    return _people().holding(Person(kind, person_id)) or abort(404)
