"""/pages/<id>: what the assistant knows from a certification page, so that a source can be looked up."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, abort, render_template

from bot.services import services
from bot.words import visitor_words

blueprint = Blueprint("pages", __name__)


@blueprint.get("/pages/<page_id>")
def show_page(page_id: str) -> str:
    """One page in both languages, the visitor's first; each entry has an anchor such as #standard-what."""
    page = services().activation.knowledge.page(page_id)
    if page is None:
        abort(404)
    topics = [(topic, tuple(entries)) for topic, entries in groupby(page.entries, lambda entry: entry.topic)]
    return render_template("page.html", page=page, topics=topics, words=visitor_words())
