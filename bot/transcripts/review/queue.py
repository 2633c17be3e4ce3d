"""The review queue: one turn at a time, the one most worth a look first."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.roles import needs
from bot.services import services
from bot.transcripts.filters import NAMES, Filter
from bot.transcripts.reading import QueuePlace, TurnLine
from bot.transcripts.records import Turn
from bot.transcripts.review.auditing import note
from bot.transcripts.review.choices import filter_choices, judging_choices
from bot.transcripts.review.turn_pages import turn_context
from bot.transcripts.review.views import is_untidy, wanted_filter

blueprint = Blueprint("queue", __name__, url_prefix="/staff/queue")
blueprint.context_processor(turn_context)

AHEAD = 8
MOST_COUNTED = 1000
BEFORE = 2  # turns of the conversation before the one in question


@blueprint.get("/")
@needs("viewer")
def queue() -> ResponseReturnValue:
    """The turn at a place in the queue, what is around it, and what comes next."""
    wanted = wanted_filter()
    if is_untidy():
        return redirect(url_for("queue.queue", **wanted.arguments()))
    place = _place()
    lines = _lines_from(wanted, place)
    count = services().reading.queue_length(wanted, MOST_COUNTED)
    shown = {"filter": wanted, "choices": filter_choices(), "me": current_user.user.name, "count": count}
    if not lines:
        return render_template("staff/queue.html", line=None, begun=place is not None, **shown)
    line = lines[0]
    note("turn.viewed", line.id)
    before = services().reading.queue_before(wanted, line.place)
    return render_template(
        "staff/queue.html",
        line=line,
        turns=_around(line),
        judgements=services().judging.of([line.id]),
        before=before,
        after=lines[1:],
        most_counted=MOST_COUNTED,
        names=NAMES,
        **shown,
        **judging_choices(),
    )


def _place() -> QueuePlace | None:
    text = request.args.get("at", "")
    try:
        return QueuePlace.parse(text) if text else None
    except ValueError:
        abort(404)


def _lines_from(wanted: Filter, place: QueuePlace | None) -> tuple[TurnLine, ...]:
    """The turn at a place, or the one that has taken it, and those after it."""
    if place is None:
        return services().reading.queue(wanted, None, AHEAD + 1)
    just_before = QueuePlace(place.priority, place.number + 1)
    return services().reading.queue(wanted, just_before, AHEAD + 1)


def _around(line: TurnLine) -> tuple[Turn, ...]:
    """The turn, with the few before it of its conversation."""
    return services().store.turns_up_to(line.conversation, line.number, BEFORE + 1)
