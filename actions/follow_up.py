"""Messages that lean on the one before: "and Intune?", 那 Power BI 呢？, "what about the other one?"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import answer_labels, say, topic_of
from actions.context import label_in_context
from actions.coverage import SERVICE
from actions.no_answer import ask_which, refuse
from actions.turn import Turn

# After these, a bare service name asks for the same thing about that service.
_ABOUT_DOCUMENTS = ("audit_reports", "view_compliance")


class ActionFollowUp(Action):
    """Answers an ellipsis from what the conversation was about."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Resolve the topic from the conversation; without one, ask what is meant."""
        turn = Turn.of(tracker)
        label = resolve(turn)
        if label:
            return say(dispatcher, turn, answer_labels(turn, (label,)))
        question = ask_which(turn)
        return say(dispatcher, turn, question) if question else refuse(dispatcher, turn, "unclear")


def resolve(turn: Turn) -> str | None:
    """The label that an elliptical message asks for, or None where nothing tells.

    A named service asks for its coverage, unless documents were spoken of. Without one, the message is read
    together with the question before; where that says nothing either, the same is asked again.
    """
    before = turn.last_label
    if turn.services():
        return before if before and topic_of(before) in _ABOUT_DOCUMENTS else SERVICE
    return label_in_context(turn) or before
