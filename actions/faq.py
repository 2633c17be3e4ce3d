"""Questions that an entry of the page answers as it stands: the standard, the provider, resources, backgrounder."""

from __future__ import annotations

from actions.answer import Answer, from_entry
from actions.base import AnswerAction
from actions.turn import Turn


def answer_from_entry(turn: Turn, label: str) -> Answer:
    """The entry of that label on the page asked about, or the page's nearest entry of the same topic."""
    return from_entry(turn.page, turn.library.entry(turn.page, label, turn.text), turn.language)


class ActionAnswerFaq(AnswerAction):
    """Answers what the standard is, how the provider stands to it, and where to read more."""

    topics = ("standard", "provider_and_standard", "resources", "backgrounder", "faq")

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_faq"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        return answer_from_entry(turn, label)
