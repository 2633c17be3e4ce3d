"""Views that take more than the few kilobytes of a message: each says how much.

@blueprint.post("/import")
@needs("reviewer")
@takes(2 * 1024 * 1024)
def check_import() -> ResponseReturnValue: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def takes(largest: int) -> Callable[[View], View]:
    """Let a view have bodies of up to `largest` bytes."""

    def mark(view: View) -> View:
        view.largest_body = largest  # type: ignore[attr-defined]
        return view

    return mark


def allow_larger_body() -> None:
    """Before every request, and before anything reads its form."""
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest_body", None)
    if largest is not None:
        request.max_content_length = largest
        request.max_form_memory_size = largest
