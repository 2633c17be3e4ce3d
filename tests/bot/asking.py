"""Questions put straight into the store, whose answers say what a test needs, and grouped without a model."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

from bot.assistant.protocol import Reply
from bot.ids import new_id
from bot.transcripts.database import Database
from bot.transcripts.grouping import Grouping
from bot.transcripts.leases import Lease
from bot.transcripts.question_groups import QuestionGroups
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore
from tests.fakes.encoder import HashEncoder

START = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def ask(store: TranscriptStore, text: str, days: int = 0, conversation: str = "c1", **reply: object) -> Turn:
    """Store a question and its answer."""
    known = {"text": "…", "language": "en", "answered": True, "topic": "standard", "confidence": 0.9}
    channel = str(reply.pop("channel", "web"))
    turn = Turn(new_id(), conversation, text, Reply(**{**known, **reply}), channel, 5.0, START + days * DAY)  # type: ignore[arg-type]
    store.record(turn)
    return turn


def make_grouping(database: Database, encoder: HashEncoder | None = None) -> Grouping:
    """Grouping by letters, with some questions of a library to tell what is ordinary."""
    ordinary = ("what is a standard", "有哪些服务", "how are you", "yearly tests", "谢谢", "certificate download")
    encoder = encoder or HashEncoder()
    parts = SimpleNamespace(embeddings=encoder.encode_queries(ordinary))
    library = SimpleNamespace(encoder=encoder, retriever=SimpleNamespace(parts=parts))
    return Grouping(QuestionGroups(database), Lease(database, "grouping"), lambda: library)  # type: ignore[arg-type, return-value]
