"""Rasa inside this process: its Agent on an asyncio thread of its own, its custom actions run in place.

No second server and no HTTP hop; Rasa's own network stack listens nowhere.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.assistant.memory import TurnTrackers
from bot.assistant.protocol import AssistantUnavailable, Reply, Utterance
from bot.assistant.replies import reply_from_messages
from bot.assistant.validation import check_results_once

logger = logging.getLogger(__name__)

_WARM_UP = Utterance("Which services are covered?", conversation="warm-up")
_WARM_UP_SECONDS = 120.0


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


class EmbeddedAssistant:
    """The Assistant that holds Rasa's Agent."""

    def __init__(self, model: Path) -> None:
        """Start the thread and load the model.

        Args:
            model: the model file, or the folder whose newest model is taken.

        Raises:
            AssistantUnavailable: the model cannot be loaded.
        """
        check_results_once()
        _quieten()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rasa", daemon=True)
        self._thread.start()
        self._ready = False
        self._trackers = TurnTrackers()
        try:
            self._agent = asyncio.run_coroutine_threadsafe(self._load(model), self._loop).result()
        except Exception as error:
            self.close()
            raise AssistantUnavailable(f"The model in {model} cannot be loaded: {error}") from error

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See Assistant."""
        future = asyncio.run_coroutine_threadsafe(self._handle(utterance), self._loop)
        try:
            reply = future.result(timeout)
        except FutureTimeout as error:
            future.cancel()
            raise AssistantUnavailable(f"no answer within {timeout:g} s") from error
        self._ready = True
        return reply

    def ready(self) -> bool:
        """See Assistant."""
        return self._ready

    def warm_up(self) -> None:
        """Answer one real question, so that the first asker does not wait for anything to load."""
        self.respond(_WARM_UP, _WARM_UP_SECONDS)

    def close(self) -> None:
        """See Assistant."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _handle(self, utterance: Utterance) -> Reply:
        output = CollectingOutputChannel()
        message = UserMessage(
            _as_plain_text(utterance.text),
            output_channel=output,
            sender_id=utterance.conversation,
            input_channel=utterance.channel,
            metadata=_metadata(utterance),
        )
        with self._trackers.turn(utterance.conversation, utterance.memory) as turn:
            await self._agent.handle_message(message)
        return replace(reply_from_messages(output.messages), memory=turn.memory)

    async def _load(self, model: Path) -> Agent:
        return Agent.load(str(model), tracker_store=self._trackers, action_endpoint=InProcessActions())


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
