"""What /metrics counts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import prometheus_client.values
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from bot.transcripts.records import Turn

_TURNS = Counter("faq_turns", "Stored turns.", ["channel", "outcome"])
_SECONDS = Histogram(
    "faq_turn_seconds",
    "From receiving a message to having its reply, in seconds.",
    ["channel"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15),
)
_RESPONSES = Counter("faq_http_responses", "HTTP responses.", ["status"])


_SHARED = "PROMETHEUS_MULTIPROC_DIR"  # what prometheus_client itself reads


def share_counts(folder: Path) -> None:
    """Count for all processes that will be forked from this one, in files of `folder`, which is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[_SHARED] = str(folder)
    prometheus_client.values.ValueClass = prometheus_client.values.MultiProcessValue()


def exposition() -> bytes:
    """The counters in Prometheus' format: of all processes where they share them, else of this one."""
    if _SHARED not in os.environ:
        return generate_latest(REGISTRY)
    everywhere = CollectorRegistry()
    MultiProcessCollector(everywhere)
    return generate_latest(everywhere)


def count_turn(turn: Turn) -> None:
    """Count a stored turn."""
    _TURNS.labels(turn.channel, turn.reply.outcome).inc()
    _SECONDS.labels(turn.channel).observe(turn.latency_ms / 1000)


def count_response(status: int) -> None:
    """Count an HTTP response."""
    _RESPONSES.labels(str(status)).inc()
