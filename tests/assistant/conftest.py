"""The real assistant, loaded once for all tests that need it; trained first where its inputs have changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assistant.protocol import Assistant
from bot.settings import PROJECT


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained Rasa model of the present knowledge; trained as an operator does, by the command."""
    from bot.assistant.training import trained_model

    for command in ("index", "train"):
        subprocess.run([sys.executable, "-m", "bot", command], cwd=PROJECT, check=True, timeout=600)
    trained = trained_model()
    assert trained is not None
    return trained


@pytest.fixture(scope="session")
def assistant(model: Path) -> Iterator[Assistant]:
    """Rasa in this process, ready."""
    from bot.assistant.embedded import EmbeddedAssistant

    assistant = EmbeddedAssistant(model)
    assistant.warm_up()
    yield assistant
    assistant.close()
