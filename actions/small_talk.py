"""Greetings, thanks, goodbyes and "are you a bot": said from the domain's responses, which vary."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer
from actions.base import remember
from actions.no_answer import near_suggestions
from actions.turn import Turn


class ActionSmallTalk(Action):
    """Answers small talk in the language it was made in."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_small_talk"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Utter the response of the label, such as utter_greeting_hello_en."""
        turn = Turn.of(tracker)
        label = turn.decision.labels[0]
        answer = Answer(label, turn.language, "", suggestions=near_suggestions(turn))
        dispatcher.utter_message(
            response=f"utter_{label.replace('/', '_')}_{turn.language}",
            json_message=answer.provenance(turn.decision.confidence, turn.decision.evidence),
        )
        return remember(answer)
