"""Questions put straight into the store, whose answers say what a test needs."""

from __future__ import annotations

import datetime

from bot.assistant.protocol import Reply
from bot.ids import new_id
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore

START = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def ask(store: TranscriptStore, text: str, days: int = 0, conversation: str = "c1", **reply: object) -> Turn:
    """Store a question and its answer."""
    known = {"text": "…", "language": "en", "answered": True, "topic": "standard", "confidence": 0.9}
    channel = str(reply.pop("channel", "web"))
    turn = Turn(new_id(), conversation, text, Reply(**{**known, **reply}), channel, 5.0, START + days * DAY)  # type: ignore[arg-type]
    store.record(turn)
    return turn
