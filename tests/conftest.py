"""The environment in which every test runs, set before anything heavy is imported."""

import logging
import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("USE_TF", "0")  # transformers must not pull in TensorFlow
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test waits for a model hub

from tests.services.servers import postgres_server, postgres_url, redis_server  # noqa: E402, F401


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A command that sets up logging does so for its own test, whose streams are closed after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
