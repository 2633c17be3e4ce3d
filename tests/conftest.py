"""The environment in which every test runs, set before anything heavy is imported."""

import os

os.environ.setdefault("USE_TF", "0")  # transformers must not pull in TensorFlow
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test waits for a model hub

from tests.services.servers import postgres_server, postgres_url, redis_server  # noqa: E402, F401
