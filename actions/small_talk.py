"""Greetings, thanks, goodbyes and "are you a bot": said from the domain's responses, which vary."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer
from actions.base import answer_labels, remember, say
from actions.context import labels_in_context
from actions.no_answer import near_suggestions
from actions.turn import Turn

CAPABILITIES = "bot_challenge/capabilities"
_WISHES = {
    "en": re.compile(r"\bin(?:to)? english\b|\benglish (?:please|pls|version)\b|英文|英语", re.IGNORECASE),
    "zh": re.compile(
        r"\bin(?:to)? (?:chinese|mandarin)\b|\bchinese (?:please|pls|version)\b|中文|汉语|普通话", re.IGNORECASE
    ),
}


class ActionSmallTalk(Action):
    """Answers small talk in the language it was made in."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_small_talk"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Utter the response of the label, such as utter_greeting_hello_en; "in Chinese, please" says it again so."""
        turn = Turn.of(tracker)
        label = turn.decision.labels[0]
        wished = _wished_language(turn.text)
        if label == CAPABILITIES and wished and turn.last_label:
            again = turn.in_language(wished)
            return say(dispatcher, again, answer_labels(again, (turn.last_label,)))
        meant = labels_in_context(turn)
        if turn.library.has_entry(meant[0]):
            return say(dispatcher, turn, answer_labels(turn, meant))
        answer = Answer(label, turn.language, "", suggestions=near_suggestions(turn))
        dispatcher.utter_message(
            response=f"utter_{label.replace('/', '_')}_{turn.language}",
            json_message=answer.provenance(turn.decision.confidence, turn.decision.evidence),
        )
        return remember(turn, answer)


def _wished_language(text: str) -> str | None:
    """The language that "in Chinese, please" asks for."""
    return next((language for language, wish in _WISHES.items() if wish.search(text)), None)
