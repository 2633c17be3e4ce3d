"""An assistant that is still loading: the service listens at once, and messages wait until it can answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from bot.assistant.protocol import Assistant, AssistantUnavailable, Reply, Utterance

_log = logging.getLogger(__name__)

_FIRST_QUESTION = Utterance("Which services are covered?", conversation="warm-up", channel="cli")
_PATIENCE = 120  # seconds; the first answer may load models
_LEAVE = 5  # seconds to wait for a load in progress when closing


def log_not_started(error: Exception) -> None:
    """One line that says why there is no assistant; more where debugging is on."""
    _log.error("the assistant could not be started: %s", error, exc_info=_log.isEnabledFor(logging.DEBUG))


class StartingAssistant:
    """Loads the real assistant on a thread of its own and asks it a first question, then stands aside.

    `ready()` is true once that question has been answered.
    """

    def __init__(
        self, make: Callable[[], Assistant], on_end: Callable[[Exception | None], None] = lambda error: None
    ) -> None:
        """Start loading.

        Args:
            make: makes the real assistant; may take its time.
            on_end: called, on the loading thread, when the first question has been answered, or with the
                reason for which there will be no assistant.
        """
        self._make = make
        self._on_end = on_end
        self._assistant: Assistant | None = None
        self._loaded = threading.Event()
        self._thread = threading.Thread(target=self._load, name="assistant-start", daemon=True)
        self._thread.start()

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """Wait for the assistant if need be, then ask it; see `Assistant.respond`."""
        start = time.monotonic()
        self._loaded.wait(timeout)
        if self._assistant is None:
            raise AssistantUnavailable("the assistant is still starting, or could not be started")
        return self._assistant.respond(utterance, max(0.001, timeout - (time.monotonic() - start)))

    def ready(self) -> bool:
        """Whether the first question has been answered."""
        return self._assistant is not None and self._assistant.ready()

    def close(self) -> None:
        """Close the real assistant; one that is still loading ends with the process."""
        self._thread.join(_LEAVE)
        if self._assistant is not None:
            self._assistant.close()

    def _load(self) -> None:
        start = time.monotonic()
        try:
            assistant = self._make()
            self._assistant = assistant
            self._loaded.set()
            if not assistant.ready():
                assistant.respond(_FIRST_QUESTION, _PATIENCE)
        except Exception as error:
            log_not_started(error)
            self._on_end(error)
        else:
            _log.info("ready seconds=%.1f", time.monotonic() - start)
            self._on_end(None)
        finally:
            self._loaded.set()
