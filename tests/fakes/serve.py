"""`python -m tests.fakes.serve`: the real service, on real sockets, with the fake assistant."""

from __future__ import annotations

from bot.logging_setup import configure_logging
from bot.server import serve
from bot.settings import load_settings
from tests.fakes.assistant import FakeAssistant

if __name__ == "__main__":
    settings = load_settings()
    configure_logging(settings)
    serve(settings, FakeAssistant)
