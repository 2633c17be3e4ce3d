"""/problems/<name>: what the type of a problem document means, where its address leads."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, render_template

from bot.errors import ServiceError
from bot.words import visitor_words

blueprint = Blueprint("problem_types", __name__)


@blueprint.get("/problems/<name>")
def show_type(name: str) -> str:
    """A sentence on one kind of refusal."""
    kind = {each.name: each for each in _kinds(ServiceError)}.get(name)
    if kind is None:
        abort(404)
    meaning = (kind.__doc__ or "").splitlines()[0]
    return render_template(
        "problem.html",
        frame="layout.html",
        home="/",
        status=kind.status,
        title=kind.title,
        detail=meaning,
        words=visitor_words(),
    )


def _kinds(parent: type[ServiceError]) -> Iterator[type[ServiceError]]:
    for kind in parent.__subclasses__():
        yield kind
        yield from _kinds(kind)
