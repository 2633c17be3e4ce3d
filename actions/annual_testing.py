"""Whether infrastructure is tested every year, how often, and what that covers."""

from __future__ import annotations

from actions.answer import Answer
from actions.base import AnswerAction
from actions.coverage import with_unlisted
from actions.entries import answer_from_entry
from actions.turn import Turn


class ActionAnswerAnnualTesting(AnswerAction):
    """Answers questions about the annual assessment; a service that is not listed gets its own word first."""

    topics = ("annual_testing",)

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_annual_testing"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        return with_unlisted(turn, answer_from_entry(turn, label))
