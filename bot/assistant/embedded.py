"""Rasa inside this process, on an asyncio thread of its own.

No second server and no HTTP hop; Rasa's own network stack listens nowhere.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path

from bot.assistant.lean import put_off_imports
from bot.assistant.protocol import FIRST_QUESTION, AssistantUnavailable, Reply, Utterance

_FIRST_ANSWER = 120.0  # seconds


class EmbeddedAssistant:
    """The Assistant that holds Rasa's model."""

    def __init__(self, model: Path) -> None:
        """Load the model and start the thread.

        Args:
            model: the model file, or the folder whose newest model is taken.

        Raises:
            AssistantUnavailable: the model cannot be loaded.
        """
        put_off_imports()
        from bot.assistant.turns import RasaTurns

        self._turns = RasaTurns(model)
        self._ready = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rasa", daemon=True)
        self._thread.start()

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See Assistant."""
        future = asyncio.run_coroutine_threadsafe(self._turns.answer(utterance), self._loop)
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
        self.respond(FIRST_QUESTION, _FIRST_ANSWER)

    def close(self) -> None:
        """See Assistant."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
