"""Whether infrastructure is tested every year, how often, and what that covers."""

from __future__ import annotations

from actions.answer import Answer
from actions.base import AnswerAction
from actions.faq import answer_from_entry
from actions.turn import Turn


class ActionAnswerAnnualTesting(AnswerAction):
    """Answers questions about the annual assessment."""

    topics = ("annual_testing",)

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_annual_testing"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        return answer_from_entry(turn, label)
