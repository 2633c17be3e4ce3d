"""What the answering actions share: read the turn, answer each label asked, say it, remember it."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, join
from actions.context import labels_in_context
from actions.turn import Turn
from actions.wording import as_of
from index.errors import RetrievalError
from index.passages import topic_of

logger = logging.getLogger(__name__)

_OTHER_VENDOR = "out_of_scope/other_vendor"
_BY_TOPIC: dict[str, AnswerAction] = {}


class AnswerAction(Action, ABC):
    """An action that answers labels of some topics from the knowledge.

    A message may ask several things; the action of the first one runs and asks the others for their part,
    so `topics` says whose part is whose.
    """

    topics: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the action for its topics."""
        super().__init_subclass__(**kwargs)
        for topic in cls.topics:
            _BY_TOPIC[topic] = cls()

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""

    @abstractmethod
    def answer(self, turn: Turn, label: str) -> Answer:
        """Answer one label of `topics`."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Answer everything that the message asks, as one utterance."""
        try:
            turn = Turn.of(tracker)
            return say(dispatcher, turn, answer_labels(turn, labels_in_context(turn)))
        except RetrievalError:
            logger.exception("action=%s sender=%s failed", self.name(), tracker.sender_id)
            dispatcher.utter_message(response=f"utter_apology_{tracker.get_slot('language') or 'en'}")
            return []


def answer_labels(turn: Turn, labels: tuple[str, ...]) -> Answer:
    """One answer to all `labels` that knowledge answers; the others are left out."""
    answers = [_BY_TOPIC[topic].answer(turn, label) for label in labels if (topic := topic_of(label)) in _BY_TOPIC]
    return join(answers)


def say(dispatcher: CollectingDispatcher, turn: Turn, answer: Answer) -> list[Any]:
    """Utter the answer with its date and provenance; the events remember what it was about."""
    text = f"{answer.text}\n\n{as_of(answer.as_of, answer.language)}" if answer.as_of else answer.text
    dated = replace(answer, text=text)
    dispatcher.utter_message(
        text=dated.text, json_message=dated.provenance(turn.decision.confidence, turn.decision.evidence)
    )
    answered_for = {_OTHER_VENDOR} if answer.services else set()  # somebody else's product is "not listed" already
    leftover = [each for each in turn.decision.labels if topic_of(each) == "out_of_scope" and each not in answered_for]
    if leftover and answer.answered:
        dispatcher.utter_message(response=f"utter_partly_{answer.language}")
    over = [SlotSet("wanted", None)] if turn.wanted and answer.as_of else []
    return [*remember(turn, answer), *over]


def remember(turn: Turn, answer: Answer) -> list[Any]:
    """Slots for the next turn: language always, the topic when something was answered from a page.

    The services are those that were answered for, or else those that the message named; an answer without any ends
    the talk about those before.
    """
    services = list(answer.services) or [named.id or named.text for named in turn.decision.named("service")]
    events = [SlotSet("language", answer.language)]
    if answer.as_of:
        events.append(SlotSet("topic", answer.label))
    if answer.as_of or services:
        events.append(SlotSet("services", services))
    return events
