"""One change to Rasa 3.6: an action's result is checked against a schema compiled once.

`RemoteAction._validate_action_result` hands jsonschema a fresh schema on every call, which then checks the
schema itself against its meta-schema first: most of the time of a turn. The check of the result stays.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction


def check_results_once() -> None:
    """Make every RemoteAction of this process use the compiled schema."""
    RemoteAction._validate_action_result = _validate_action_result


def _validate_action_result(action: RemoteAction, result: dict[str, Any]) -> bool:
    _validator().validate(result)
    return True


@lru_cache(maxsize=1)
def _validator() -> Draft7Validator:
    return Draft7Validator(RemoteAction.action_response_format_spec())
