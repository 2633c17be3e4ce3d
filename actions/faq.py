"""Questions that an entry of the page answers as it stands: the standard, the provider, resources, backgrounder."""

from __future__ import annotations

from actions.answer import Answer
from actions.base import AnswerAction
from actions.coverage import with_unlisted
from actions.entries import answer_from_entry
from actions.turn import Turn

_PROVIDER = "provider_and_standard"


class ActionAnswerFaq(AnswerAction):
    """Answers what the standard is, how the provider stands to it, and where to read more.

    A service that is not listed gets its own word first where the provider's certification is asked about.
    """

    topics = ("standard", _PROVIDER, "resources", "backgrounder", "faq")

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_faq"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        answer = answer_from_entry(turn, label)
        return with_unlisted(turn, answer) if answer.topic == _PROVIDER else answer
