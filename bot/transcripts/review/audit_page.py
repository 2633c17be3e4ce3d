"""The audit log, for admins."""

from __future__ import annotations

import json

from flask import Blueprint, abort, render_template, request

from bot.roles import needs
from bot.services import services
from bot.transcripts.review.auditing import note
from bot.transcripts.review.session import page_context
from bot.words import Words, visitor_words

blueprint = Blueprint("audit", __name__, url_prefix="/staff/audit")
blueprint.context_processor(page_context)

PAGE_LENGTH = 100
_FILTERS = ("actor", "action", "target")


@blueprint.get("/")
@needs("admin")
def log() -> str:
    """Who did what, newest first."""
    wanted = {name: value for name in _FILTERS if (value := request.args.get(name, "").strip())}
    before = _before(request.args.get("before", ""))
    note("audit.viewed", **{f"only_{name}": value for name, value in wanted.items()})
    rows = services().audit.newest(before, PAGE_LENGTH + 1, **wanted)
    words = visitor_words()
    return render_template(
        "staff/audit.html",
        rows=[(row, _details(row.details, words)) for row in rows[:PAGE_LENGTH]],
        older=rows[PAGE_LENGTH - 1].seq if len(rows) > PAGE_LENGTH else None,
        first=before is None,
        wanted=wanted,
        actions=_actions(words, wanted.get("action", "")),
    )


def _details(text: str, words: Words) -> list[tuple[str, str]]:
    """The details of a row, in words where there are any for them."""
    return [
        (words.get(f"detail_{name}") or name, words.get(f"detail_{name}_{value}") or _shown(value))
        for name, value in json.loads(text).items()
    ]


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _actions(words: Words, wanted: str) -> list[tuple[str, str]]:
    """What can be chosen from: every action that has a name, and the one that is asked for."""
    named = words.starting("did_")
    unnamed = {wanted: wanted} if wanted and wanted not in named else {}
    return list({**unnamed, **named}.items())


def _before(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
