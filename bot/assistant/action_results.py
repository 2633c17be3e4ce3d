"""Two changes to Rasa 3.6: what an action returned is checked, and read, without work done anew for each event.

`RemoteAction._validate_action_result` builds the schema of all events, has jsonschema check that schema itself, and
then tries each of its 23 alternatives on every event: two thirds of the time of a turn. Here the event's own name
says which of them it has to meet, and what passes is told by schemas that fastjsonschema made code of; only a result
that does not pass is looked at by jsonschema, for its error. `Event.resolve_by_type` walks all classes of events to
find one by its name; here it remembers them. Results and errors stay the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import fastjsonschema
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
    _validate(_frame(), result)
    for event in result.get("events", []):
        _validate(_any_event(), event)
        schema = _by_name().get(event["event"])
        if schema is None:
            raise ValidationError(f"{event['event']!r} is not an event of Rasa")
        _validate(schema, event)
    return True


class Schema:
    """A JSON schema, as code that says whether a value passes, and as what tells why it does not."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Args: schema: of draft 7."""
        self._schema = schema
        self._check: Callable[[Any], Any] | None = None

    def passes(self, value: Any) -> bool:
        """Whether a value meets the schema; compiled when it is first asked."""
        if self._check is None:
            self._check = fastjsonschema.compile(self._schema, use_default=False)
        try:
            self._check(value)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    def explain(self, value: Any) -> None:
        """Raises: ValidationError: the value does not meet the schema, and why."""
        Draft7Validator(self._schema).validate(value)


def _validate(schema: Schema, value: Any) -> None:
    if not schema.passes(value):
        schema.explain(value)


@lru_cache(maxsize=1)
def _frame() -> Schema:
    """The result without its events."""
    spec = RemoteAction.action_response_format_spec()
    return Schema({**spec, "properties": {**spec["properties"], "events": {"type": "array"}}})


@lru_cache(maxsize=1)
def _any_event() -> Schema:
    """What all events have in common."""
    return Schema({name: rule for name, rule in EVENT_SCHEMA.items() if name != "oneOf"})


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Schema]:
    """Each alternative, by the name of the event that it alone describes."""
    return {schema["properties"]["event"]["const"]: Schema(schema) for schema in EVENT_SCHEMA["oneOf"]}
