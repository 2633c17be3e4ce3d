"""Old turns are deleted by the service itself."""

from __future__ import annotations

import dataclasses
import datetime
import threading

import pytest
from flask.testing import FlaskClient

from bot import clock
from bot.errors import StorageUnavailable
from bot.ids import new_id
from bot.services import Services
from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.records import Turn
from bot.transcripts.retention import Retention
from bot.transcripts.store import TranscriptStore


@pytest.fixture
def aged(client: FlaskClient, parts: Services) -> list[Turn]:
    """Turns of one conversation, 40 and 10 days old."""
    token = client.post("/api/messages", json={"text": "Intune?"}).json["conversation"]
    [turn] = parts.store.turns(parts.tokens.read(token))
    now = clock.utc_now()
    turns = [
        dataclasses.replace(turn, id=new_id(), conversation="aged", created=now - datetime.timedelta(days=days))
        for days in (40, 10)
    ]
    for each in turns:
        parts.store.record(each)
    return turns


def test_turns_older_than_the_limit_go(parts: Services, aged: list[Turn]) -> None:
    assert Retention(parts.store, DailyFigures(parts.database), days=30).delete_old() == 1
    assert parts.store.turns("aged") == (aged[1],)


class Watched(TranscriptStore):
    """Tells when it is asked to delete; fails if it is told to."""

    def __init__(self, parts: Services, error: Exception | None = None) -> None:
        super().__init__(parts.database)
        self.asked = threading.Event()
        self.error = error

    def delete_before(self, moment: datetime.datetime, at_most: int = 500) -> int:
        self.asked.set()
        if self.error:
            raise self.error
        return super().delete_before(moment, at_most)


def test_it_looks_at_once_and_does_not_keep_the_service_from_ending(parts: Services, aged: list[Turn]) -> None:
    store = Watched(parts)
    retention = Retention(store, DailyFigures(parts.database), days=30)
    retention.start()
    assert store.asked.wait(60)
    retention.close()

    assert parts.store.turns("aged") == (aged[1],)


def test_zero_keeps_everything(parts: Services, aged: list[Turn]) -> None:
    store = Watched(parts)
    retention = Retention(store, DailyFigures(parts.database), days=0)
    retention.start()
    retention.close()

    assert not store.asked.is_set()
    assert parts.store.turns("aged") == tuple(aged)


def test_a_database_that_does_not_answer_is_tried_again_later(
    parts: Services, caplog: pytest.LogCaptureFixture
) -> None:
    store = Watched(parts, StorageUnavailable("gone"))
    retention = Retention(store, DailyFigures(parts.database), days=30)
    retention.start()
    assert store.asked.wait(60)
    retention.close()

    assert "old turns stay for now" in caplog.text
