"""The answer that an entry of the page gives as it stands."""

from __future__ import annotations

from actions.answer import Answer, from_entry
from actions.turn import Turn


def answer_from_entry(turn: Turn, label: str) -> Answer:
    """The entry of that label on the page asked about, or the page's nearest entry of the same topic."""
    return from_entry(turn.page, turn.library.entry(turn.page, label, turn.text), turn.language)
