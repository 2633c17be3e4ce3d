"""The staff pages."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from bot.ids import is_id
from bot.roles import needs
from bot.services import services
from bot.transcripts.records import Cursor
from bot.transcripts.review.auditing import note
from bot.transcripts.review.session import page_context

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.context_processor(page_context)

PAGE_LENGTH = 50


@blueprint.get("/")
@needs("viewer")
def conversations() -> str:
    """Conversations, newest first."""
    after = request.args.get("after")
    try:
        cursor = Cursor.parse(after) if after else None
    except ValueError:
        abort(404)
    page = services().store.conversations(cursor, PAGE_LENGTH)
    return render_template("staff/conversations.html", page=page, first=cursor is None)


@blueprint.get("/conversations/<conversation_id>")
@needs("viewer")
def conversation(conversation_id: str) -> str:
    """One conversation, as the chat it was, each answer with its reasons."""
    store = services().store
    summary = store.conversation(conversation_id) if is_id(conversation_id) else None
    if summary is None:
        abort(404)
    note("conversation.viewed", conversation_id)
    return render_template("staff/conversation.html", conversation=summary, turns=store.turns(conversation_id))
