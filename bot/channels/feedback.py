"""POST /api/feedback: what the asker thinks of an answer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from bot.channels.body import read_object
from bot.channels.fields import Fields
from bot.errors import UnknownTurn
from bot.ids import is_id
from bot.services import services

blueprint = Blueprint("feedback", __name__)

LONGEST_COMMENT = 2000


@blueprint.post("/api/feedback")
def post_feedback() -> Response:
    """Keep a thumb, and perhaps a comment; a later one replaces it. Only its asker knows a turn's id."""
    fields = Fields(read_object(request))
    turn = fields.token("turn", required=True)
    value = fields.choice("value", ("up", "down"), required=True)
    comment = fields.optional_text("comment", LONGEST_COMMENT)
    fields.check()
    if not is_id(str(turn)):
        raise UnknownTurn("There is no turn of that id.")
    services().store.give_feedback(str(turn), str(value), comment)
    return Response(status=204)
