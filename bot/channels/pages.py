"""/pages/<id>: what the assistant knows from a certification page, so that a source can be looked up."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from pathlib import Path

from flask import Blueprint, abort, render_template

from bot.services import services
from bot.words import visitor_words
from index.knowledge import Page, load_pages

blueprint = Blueprint("pages", __name__)


@blueprint.get("/pages/<page_id>")
def show_page(page_id: str) -> str:
    """One page in both languages, the visitor's first; each entry has an anchor such as #standard-what."""
    page = _pages(services().settings.knowledge_dir).get(page_id)
    if page is None:
        abort(404)
    topics = [(topic, tuple(entries)) for topic, entries in groupby(page.entries, lambda entry: entry.topic)]
    return render_template("page.html", page=page, topics=topics, words=visitor_words())


@lru_cache(maxsize=4)
def _pages(folder: Path) -> dict[str, Page]:
    return {page.id: page for page in load_pages(folder)}
