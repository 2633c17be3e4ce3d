"""Our processor says what Rasa's own says, for the questions of data/questions and for every intent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.assistant.protocol import Reply, Utterance
from bot.settings import PROJECT
from index.questions import load_questions

pytestmark = pytest.mark.slow

EVERY = 6  # one question in so many; `python -m tests.bench compare` asks all of them


@pytest.fixture(scope="module")
def turns(model: Path) -> Any:
    from bot.assistant.turns import RasaTurns

    return RasaTurns(model)


@pytest.fixture(scope="module")
def stock(turns: Any, model: Path) -> Any:
    """The same model behind Rasa's MessageProcessor, with the trackers and actions of `turns`."""
    from rasa.core.lock_store import InMemoryLockStore
    from rasa.core.processor import MessageProcessor

    ours = turns.processor
    return MessageProcessor(str(model), ours.tracker_store, InMemoryLockStore(), ours.nlg, ours.action_endpoint)


def converse(turns: Any, processor: Any, texts: Sequence[str]) -> Reply:
    """The last reply of a conversation, with the varying wordings chosen alike each time."""
    before, turns.processor = turns.processor, processor
    try:
        np.random.seed(0)
        memory = None
        for text in texts:
            reply = asyncio.run(turns.answer(Utterance(text, "c", memory=memory)))
            memory = reply.memory
        return replace(reply, memory=memory)
    finally:
        turns.processor = before


@pytest.mark.parametrize(
    "question", load_questions(PROJECT / "data/questions/questions.jsonl")[::EVERY], ids=lambda q: q.id
)
def test_replies_and_memory_are_those_of_rasa_s_own_processor(turns: Any, stock: Any, question: Any) -> None:
    texts = [*question.context, question.text]
    assert converse(turns, turns.processor, texts) == converse(turns, stock, texts)


def tracker_of(intent: str, entities: Sequence[str], done: Sequence[str], domain: Any) -> Any:
    """A tracker of one turn in which `done` were executed after the message."""
    from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    message = UserUttered("?", {"name": intent}, [{"entity": each, "value": "x"} for each in entities])
    opening = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
    events = [*opening, message, *(ActionExecuted(each) for each in done)]
    return DialogueStateTracker.from_events("c", events, slots=domain.slots, domain=domain)


def test_predictions_once_made_hold_for_every_intent_and_after_every_action(turns: Any, stock: Any) -> None:
    domain = stock.domain
    for intent in domain.intents:
        for entities in ([], ["service"], ["vendor", "standard"]):
            for done in ([], ["action_answer_faq"], ["action_no_answer"]):
                expected = stock._predict_next_with_tracker(tracker_of(intent, entities, done, domain))
                for _ in range(2):
                    tracker = tracker_of(intent, entities, done, domain)
                    assert turns.processor._predict_next_with_tracker(tracker) == expected


def test_an_event_that_the_processor_does_not_know_of_is_left_to_the_policies(turns: Any) -> None:
    from rasa.shared.core.events import FollowupAction, UserUtteranceReverted

    from bot.assistant.processor import _situation

    tracker = tracker_of("standard", [], [], turns.processor.domain)
    assert _situation(tracker) is not None
    tracker.update(FollowupAction("action_no_answer"))
    assert _situation(tracker) is None
    again = tracker_of("standard", [], [], turns.processor.domain)
    again.update(UserUtteranceReverted())
    assert _situation(again) is None


def test_a_copied_tracker_is_equal_and_independent(turns: Any) -> None:
    from rasa.shared.core.events import SlotSet

    from bot.assistant.memory import TurnTracker

    domain = turns.processor.domain
    tracker = TurnTracker("c", domain.slots)
    tracker.update(SlotSet("language", "zh"), domain)
    twin = tracker.copy()
    assert twin.current_state() == tracker.current_state() and list(twin.events) == list(tracker.events)
    twin.update(SlotSet("language", "en"), domain)
    assert tracker.get_slot("language") == "zh"


def test_outside_of_a_turn_there_is_no_tracker(turns: Any) -> None:
    assert asyncio.run(turns.processor.tracker_store.retrieve("c")) is None


def test_memory_of_a_slot_that_is_gone_is_forgotten(turns: Any) -> None:
    memory = {"language": "zh", "no_such_slot": 1}
    reply = asyncio.run(turns.answer(Utterance("Intune?", "c", memory=memory)))
    assert "no_such_slot" not in (reply.memory or {})


def test_a_tokenizer_is_left_out_unless_somebody_reads_its_tokens() -> None:
    from rasa.engine.graph import GraphSchema, SchemaNode
    from rasa.nlu.featurizers.sparse_featurizer.regex_featurizer import RegexFeaturizer
    from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer

    from bot.assistant.processor import _unread_tokenizers
    from bot.nlu.name_extractor import NameExtractor

    def pipeline(*components: type) -> GraphSchema:
        return GraphSchema(
            {
                component.__name__: SchemaNode({"messages": "before"}, component, "create", "process", {})
                for component in components
            }
        )

    assert _unread_tokenizers(pipeline(JiebaTokenizer, NameExtractor)) == {"JiebaTokenizer"}
    assert _unread_tokenizers(pipeline(JiebaTokenizer, RegexFeaturizer, NameExtractor)) == frozenset()
