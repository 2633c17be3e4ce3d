"""Results of actions are checked as Rasa checks them, only faster."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.slow

SLOT = {"event": "slot", "name": "language", "value": "zh", "timestamp": None}


@pytest.fixture(scope="module", autouse=True)
def changed() -> None:
    from bot.assistant.action_results import speed_up_action_results

    speed_up_action_results()
    speed_up_action_results()  # once more changes nothing


def check(result: dict[str, Any]) -> bool:
    from rasa.core.actions.action import RemoteAction

    return RemoteAction("action", None)._validate_action_result(result)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"events": [], "responses": []}, id="nothing-said"),
        pytest.param({"events": [SLOT], "responses": [{"text": "yes"}]}, id="slot"),
        pytest.param({"events": [{"event": "user", "text": "hi"}, {"event": "restart"}]}, id="other-events"),
    ],
)
def test_a_sound_result_passes(result: dict[str, Any]) -> None:
    assert check(result)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param([], id="not-an-object"),
        pytest.param({"responses": ["hello"]}, id="response-is-a-text"),
        pytest.param({"events": SLOT}, id="events-are-no-list"),
        pytest.param({"events": ["slot"]}, id="event-is-a-text"),
        pytest.param({"events": [{"name": "language"}]}, id="event-without-a-name"),
        pytest.param({"events": [{"event": "no_such_event"}]}, id="unknown-event"),
        pytest.param({"events": [{"event": "slot", "value": 1}]}, id="slot-without-a-name"),
        pytest.param({"events": [{**SLOT, "timestamp": "now"}]}, id="timestamp-is-a-text"),
    ],
)
def test_a_wrong_result_is_refused_by_us_and_by_rasa_alike(result: Any) -> None:
    from jsonschema import ValidationError, validate
    from rasa.core.actions.action import RemoteAction

    with pytest.raises(ValidationError):
        check(result)
    with pytest.raises(ValidationError):
        validate(result, RemoteAction.action_response_format_spec())


def test_every_event_that_rasa_knows_has_a_schema_of_its_own_name() -> None:
    from rasa.shared.utils.schemas.events import EVENT_SCHEMA

    from bot.assistant.action_results import _by_name

    assert len(_by_name()) == len(EVENT_SCHEMA["oneOf"])


def test_events_are_found_by_name_and_unknown_ones_refused() -> None:
    from rasa.shared.core.events import Event, SlotSet

    assert Event.from_parameters(SLOT) == SlotSet("language", "zh")
    with pytest.raises(ValueError, match="no_such_event"):
        Event.from_parameters({"event": "no_such_event"})
