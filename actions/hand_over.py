"""A person, please: say where people are, and mark the conversation for them."""

from __future__ import annotations

import os
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Citation
from actions.base import answer_labels, remember, say
from actions.context import told_by_context
from actions.turn import Turn

_CONTACT = {"zh": "联系支持人员", "en": "Contact support"}


class ActionHandOver(Action):
    """Leads to CONTACT_URL where one is set; never makes a contact up."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_hand_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Utter the hand-over with the contact as its source."""
        turn = Turn.of(tracker)
        told = told_by_context(turn)
        if told:
            return say(dispatcher, turn, answer_labels(turn, (told,)))
        contact = os.environ.get("CONTACT_URL", "")
        sources = (Citation(_CONTACT[turn.language], contact),) if contact else ()
        answer = Answer("human_handoff/person", turn.language, "", outcome="handoff", sources=sources)
        where = "contact" if contact else "noted"
        dispatcher.utter_message(
            response=f"utter_hand_over_{where}_{turn.language}",
            json_message=answer.provenance(turn.decision.confidence, turn.decision.evidence),
        )
        return remember(turn, answer)
