"""When nothing is sure enough: ask which of two was meant, or say that the page does not answer it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import MAX_SUGGESTIONS, Answer
from actions.base import answer_labels, remember, say
from actions.context import label_in_context
from actions.turn import Turn

# Below this, a candidate is not near enough to be offered as what the asker may have meant.
NEAR = 0.15
_STARTERS = ("coverage_list/services", "audit_reports/where", "certification_reuse/can_reuse")


class ActionNoAnswer(Action):
    """Asks back, or refuses."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_no_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Read it with the question before; else offer the two likeliest readings; else say it is not on the page."""
        turn = Turn.of(tracker)
        label = label_in_context(turn)
        if label:
            return say(dispatcher, turn, answer_labels(turn, (label,)))
        question = ask_which(turn)
        return say(dispatcher, turn, question) if question else refuse(dispatcher, turn, "unclear")


def ask_which(turn: Turn) -> Answer | None:
    """A clarifying question between the two likeliest page entries; None when fewer than two are near."""
    near = [c.label for c in turn.decision.candidates if c.probability >= NEAR and turn.library.has_entry(c.label)]
    if len(near) < 2:
        return None
    options = questions_for(turn, near[:2])
    either = "或者" if turn.language == "zh" else "or"
    text = (
        f"你想问的是哪一个：“{options[0]}”{either}“{options[1]}”"
        if turn.language == "zh"
        else f'Which one do you mean: "{options[0]}" {either} "{options[1]}"'
    )
    return Answer("clarification/which", turn.language, text, outcome="clarified", suggestions=options)


def refuse(dispatcher: CollectingDispatcher, turn: Turn, kind: str, **words: str) -> list[Any]:
    """Utter the refusal of that kind (see utter_refuse_* in the domain) with near suggestions."""
    answer = Answer(f"out_of_scope/{kind}", turn.language, "", outcome="refused", suggestions=near_suggestions(turn))
    dispatcher.utter_message(
        response=f"utter_refuse_{kind}_{turn.language}",
        json_message=answer.provenance(turn.decision.confidence, turn.decision.evidence),
        page=turn.page.standard.name,
        provider=turn.page.provider.name,
        **words,
    )
    return remember(turn, answer)


def near_suggestions(turn: Turn) -> tuple[str, ...]:
    """Questions that the page does answer, the likeliest readings of the message first."""
    likely = [c.label for c in turn.decision.candidates if c.probability >= NEAR]
    labels = [label for label in (*likely, *_STARTERS) if turn.library.has_entry(label)]
    return questions_for(turn, list(dict.fromkeys(labels))[:MAX_SUGGESTIONS])


def questions_for(turn: Turn, labels: list[str]) -> tuple[str, ...]:
    """How to ask for each label, in the language of the turn."""
    return tuple(turn.library.entry(turn.page, label, turn.text).questions[turn.language][0] for label in labels)
