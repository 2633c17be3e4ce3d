"""An assistant that is still loading."""

from __future__ import annotations

import threading

import pytest

from bot.assistant.protocol import AssistantUnavailable, Utterance
from bot.starting import StartingAssistant
from tests.fakes.assistant import FakeAssistant

QUESTION = Utterance("Intune?", "c1")


def test_messages_wait_until_it_is_loaded() -> None:
    load = threading.Event()
    fake = FakeAssistant()

    def make() -> FakeAssistant:
        load.wait()
        return fake

    assistant = StartingAssistant(make)
    with pytest.raises(AssistantUnavailable, match="still starting"):
        assistant.respond(QUESTION, 0.01)
    assert not assistant.ready()

    load.set()
    assert assistant.respond(QUESTION, 60).answered
    assert assistant.ready()
    assistant.close()
    assert fake.closed


def test_it_is_asked_a_first_question_if_it_has_not_answered_any() -> None:
    fake = FakeAssistant()
    fake.is_ready = False
    told: list[Exception | None] = []
    StartingAssistant(lambda: fake, told.append).close()

    assert len(fake.seen) == 1
    assert told == [None]


def test_a_failure_to_load_is_told_once_and_means_no_answers() -> None:
    told: list[Exception | None] = []

    def make() -> FakeAssistant:
        raise AssistantUnavailable("There is no trained model.")

    assistant = StartingAssistant(make, told.append)
    with pytest.raises(AssistantUnavailable, match="could not be started"):
        assistant.respond(QUESTION, 60)
    assistant.close()

    assert [str(error) for error in told] == ["There is no trained model."]
    assert not assistant.ready()
