"""`python -m tests.fakes.serve [SECONDS]`: the real service, on real sockets, with the fake assistant.

With SECONDS every answer takes that long, and "asked" is printed when a question arrives.
"""

from __future__ import annotations

import sys
import threading

from bot.assistant.protocol import Reply, Utterance
from bot.logging_setup import configure_logging
from bot.server import serve
from bot.settings import load_settings
from bot.transcripts import database
from bot.workers import board
from tests.fakes.assistant import FakeAssistant


class SlowAssistant(FakeAssistant):
    """Takes its time over every answer."""

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See `bot.assistant.protocol.Assistant.respond`."""
        print("asked", flush=True)
        threading.Event().wait(float(sys.argv[1]))
        return super().respond(utterance, timeout)


if __name__ == "__main__":
    board._PATIENCE = database._PATIENCE = 60  # seconds; a slow disk is none of what is tested
    settings = load_settings()
    configure_logging(settings)
    serve(settings, SlowAssistant if len(sys.argv) > 1 else FakeAssistant)
