"""What /metrics counts."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from bot.transcripts.records import Turn

_TURNS = Counter("faq_turns", "Stored turns.", ["channel", "outcome"])
_SECONDS = Histogram(
    "faq_turn_seconds",
    "From receiving a message to having its reply, in seconds.",
    ["channel"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15),
)
_RESPONSES = Counter("faq_http_responses", "HTTP responses.", ["status"])


def count_turn(turn: Turn) -> None:
    """Count a stored turn."""
    _TURNS.labels(turn.channel, turn.reply.outcome).inc()
    _SECONDS.labels(turn.channel).observe(turn.latency_ms / 1000)


def count_response(status: int) -> None:
    """Count an HTTP response."""
    _RESPONSES.labels(str(status)).inc()
