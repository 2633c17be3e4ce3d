"""The real assistant, loaded once for all tests that need it; trained first where its inputs have changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assistant.protocol import Assistant
from bot.settings import load_settings


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained Rasa model of the present knowledge."""
    from bot.assistant.training import build_index, train

    settings = load_settings({})
    build_index(settings)
    return train(settings)


@pytest.fixture(scope="session")
def assistant(model: Path) -> Iterator[Assistant]:
    """Rasa in this process, ready."""
    from bot.assistant.embedded import EmbeddedAssistant

    assistant = EmbeddedAssistant(model)
    assistant.warm_up()
    yield assistant
    assistant.close()
