"""Whether a customer may lean on the provider's certificate, and what stays the customer's own to do."""

from __future__ import annotations

from actions.answer import Answer
from actions.base import AnswerAction
from actions.coverage import with_unlisted
from actions.entries import answer_from_entry
from actions.turn import Turn


class ActionAnswerCertificationReuse(AnswerAction):
    """Answers questions about reuse; every entry states the customer's duties with the permission.

    A service named with the question that the page does not list gets its own word first.
    """

    topics = ("certification_reuse",)

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_certification_reuse"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        return with_unlisted(turn, answer_from_entry(turn, label))
