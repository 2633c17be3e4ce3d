"""The environment in which every test runs, set before anything heavy is imported."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("USE_TF", "0")  # transformers must not pull in TensorFlow
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test waits for a model hub

# An example may take its time, and an app may see many; hypothesis itself makes them the same each time in CI.
_UNCHECKED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("patient", settings.default, deadline=None, suppress_health_check=_UNCHECKED)
settings.load_profile("patient")

from tests.services.databases import (  # noqa: E402
    database,  # noqa: F401
    migrated,  # noqa: F401
    migrated_on_postgres,  # noqa: F401
    migrated_postgres_url,  # noqa: F401
    no_hurry_to_write,  # noqa: F401
)
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
