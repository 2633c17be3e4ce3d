"""Rasa inside this process, on an asyncio thread of its own.

No second server and no HTTP hop; Rasa's own network stack listens nowhere. The thread starts with the first
utterance, so that a process can load and warm up an assistant and then be forked: threads do not survive that.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path

from bot.assistant.lean import put_off_imports
from bot.assistant.protocol import FIRST_QUESTION, AssistantUnavailable, Reply, Utterance


class EmbeddedAssistant:
    """The Assistant that holds Rasa's model."""

    def __init__(self, model: Path) -> None:
        """Load the model.

        Args:
            model: the model file, or the folder whose newest model is taken.

        Raises:
            AssistantUnavailable: the model cannot be loaded.
        """
        put_off_imports()
        from bot.assistant.turns import RasaTurns

        self._turns = RasaTurns(model)
        self._ready = False
        self._starting = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, threading.Thread] | None = None

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See Assistant."""
        future = asyncio.run_coroutine_threadsafe(self._turns.answer(utterance), self._loop())
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
        asyncio.run(self._turns.answer(FIRST_QUESTION))
        self._ready = True

    def close(self) -> None:
        """See Assistant."""
        with self._starting:
            if self._running is not None:
                loop, thread = self._running
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
                loop.close()
                self._running = None

    def _loop(self) -> asyncio.AbstractEventLoop:
        """The thread's loop; started if it does not run yet."""
        with self._starting:
            if self._running is None:
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=loop.run_forever, name="rasa", daemon=True)
                thread.start()
                self._running = loop, thread
            return self._running[0]
