"""What the templates of the pages about turns may use, beside what every staff page may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.transcripts.review.session import page_context

# One part alone is the whole message, which stands above already.
_SHOWN = ("label", "intent", "read_as", "failure", "names", "entries", "candidates", "hits", "parts")


def turn_context() -> dict[str, object]:
    """For a blueprint's `context_processor`."""
    return {**page_context(), "rows": has_rows, "unnamed": unnamed}


def has_rows(value: object) -> bool:
    """Whether a part of the evidence is a list of like things, as a table can show it."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def unnamed(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What is in the evidence that the page has no place of its own for, or not in the form that it expects."""
    shown = {name for name in _SHOWN if has_rows(evidence.get(name)) or isinstance(evidence.get(name), str)}
    return {name: value for name, value in evidence.items() if name not in shown and value not in ([], {}, "", None)}
