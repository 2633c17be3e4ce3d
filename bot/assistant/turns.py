"""One utterance through Rasa: processor, actions and memory put together, without threads or processes.

Import it after `put_off_imports()`, or it loads all of Rasa.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from threadpoolctl import threadpool_limits

from bot.assistant.action_results import speed_up_action_results
from bot.assistant.memory import TurnTrackers
from bot.assistant.processor import TurnProcessor
from bot.assistant.protocol import AssistantUnavailable, Reply, Utterance
from bot.assistant.replies import reply_from_messages
from index.library import one_library


class InProcessActions(EndpointConfig):
    """Where Rasa sends action calls: rasa_sdk's executor in this process instead of an action server."""

    def __init__(self) -> None:
        """Register every action of the actions package."""
        super().__init__(url="in-process", selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run the action that the call in `kwargs["json"]` names; its events and responses."""
        return await self._executor.run(kwargs["json"])


class RasaTurns:
    """A loaded model that answers one utterance at a time."""

    def __init__(self, model: Path) -> None:
        """Load the model.

        Args:
            model: the model file, or the folder whose newest model is taken.

        Raises:
            AssistantUnavailable: it cannot be loaded.
        """
        speed_up_action_results()
        _quieten()
        self._trackers = TurnTrackers()
        try:
            self.processor = TurnProcessor(model, self._trackers, InProcessActions())
        except Exception as error:
            raise AssistantUnavailable(f"The model in {model} cannot be loaded: {error}") from error
        threadpool_limits(1)  # products with one vector: a second thread costs more than it gives

    async def answer(self, utterance: Utterance) -> Reply:
        """The reply to an utterance.

        Raises:
            AssistantUnavailable: an action failed.
        """
        output = CollectingOutputChannel()
        message = UserMessage(
            _as_plain_text(utterance.text),
            output_channel=output,
            sender_id=utterance.conversation,
            input_channel=utterance.channel,
            metadata=_metadata(utterance),
        )
        with one_library(), self._trackers.turn(utterance.memory) as turn:
            await self.processor.handle_message(message)
        return replace(reply_from_messages(output.messages), memory=turn.memory)


def _quieten() -> None:
    """Rasa formats every debug event even where nobody reads it; that costs milliseconds a turn."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.getLogger("rasa").setLevel(logging.WARNING)


def _as_plain_text(text: str) -> str:
    """Rasa reads a leading slash as a command (/restart, /intent{...}); a person's slash is only text."""
    stripped = text.lstrip()
    return "／" + stripped[1:] if stripped.startswith("/") else text


def _metadata(utterance: Utterance) -> Mapping[str, Any]:
    return {"language": utterance.language} if utterance.language else {}
