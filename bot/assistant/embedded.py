"""Rasa inside this process, on the thread of whoever asks, one turn at a time.

No second server and no HTTP hop; Rasa's own network stack listens nowhere. A turn is work for the processor from its
beginning to its end, so a thread of its own would add two hand-overs to it and nothing else. The event loop is made
with the first utterance, so that a process can load and warm up an assistant and then be forked.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from bot.assistant.eager import run_eagerly
from bot.assistant.lean import put_off_imports
from bot.assistant.protocol import FIRST_QUESTION, AssistantUnavailable, Reply, Utterance
from index.library import open_library


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
        self._running = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See Assistant; `timeout` is how long other turns are waited for, since this one cannot be interrupted."""
        if not self._running.acquire(timeout=timeout):
            raise AssistantUnavailable(f"no answer within {timeout:g} s")
        try:
            self._loop = self._loop or asyncio.new_event_loop()
            reply = run_eagerly(self._turns.answer(utterance), self._loop)
        finally:
            self._running.release()
        self._ready = True
        return reply

    def ready(self) -> bool:
        """See Assistant."""
        return self._ready

    def warm_up(self) -> None:
        """Answer one real question, so that the first asker does not wait for anything to load.

        Workers that are forked afterwards share what the encoder has got ready.
        """
        open_library().get_ready()
        asyncio.run(self._turns.answer(FIRST_QUESTION))
        self._ready = True

    def close(self) -> None:
        """See Assistant."""
        with self._running:
            if self._loop is not None:
                self._loop.close()
                self._loop = None
