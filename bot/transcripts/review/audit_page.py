"""The audit log, for admins."""

from __future__ import annotations

import json

from flask import Blueprint, abort, render_template, request

from bot.roles import needs
from bot.services import services
from bot.transcripts.review.session import page_context

blueprint = Blueprint("audit", __name__, url_prefix="/staff/audit")
blueprint.context_processor(page_context)

PAGE_LENGTH = 100


@blueprint.get("/")
@needs("admin")
def log() -> str:
    """Who did what, newest first."""
    rows = services().audit.newest(_before(request.args.get("before", "")), PAGE_LENGTH + 1)
    older = rows[PAGE_LENGTH - 1].seq if len(rows) > PAGE_LENGTH else None
    shown = [(row, json.loads(row.details)) for row in rows[:PAGE_LENGTH]]
    return render_template("staff/audit.html", rows=shown, older=older, first="before" not in request.args)


def _before(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
