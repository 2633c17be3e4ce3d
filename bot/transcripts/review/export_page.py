"""/staff/export: the turns of any filter as a file, sent while it is read."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, stream_with_context

from bot import clock
from bot.roles import needs
from bot.services import services
from bot.transcripts.exporting import FORMATS, export, numbers_of
from bot.transcripts.filters import Filter
from bot.transcripts.reading import Reading
from bot.transcripts.review.auditing import note

blueprint = Blueprint("export", __name__, url_prefix="/staff/export")


@blueprint.get("/turns.<form>")
@needs("reviewer")
def turns(form: str) -> Response:
    """The turns that the filter in the address wants, as CSV or JSON lines."""
    if form not in FORMATS:
        abort(404)
    try:
        wanted = Filter.parse(request.args)
    except ValueError:
        abort(404)
    database = services().database
    note("turns.exported", form, **wanted.arguments())
    return as_file(export(database, numbers_of(Reading(database), wanted), form), "turns", form)


def as_file(lines, name: str, form: str) -> Response:  # type: ignore[no-untyped-def]
    """A download, named after the day."""
    response = Response(stream_with_context(lines), content_type=FORMATS[form])
    today = clock.utc_now().date().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{today}.{form}"'
    return response
