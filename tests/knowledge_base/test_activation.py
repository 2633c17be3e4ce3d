"""A process follows what was approved: another version, another day, and what becomes of a failure."""

from __future__ import annotations

import datetime
import logging
import time

import pytest

from bot import clock
from bot.knowledge_base import activation as module
from bot.knowledge_base.activation import Activation
from bot.knowledge_base.in_force import Knowledge
from bot.knowledge_base.replicas import ReplicaBoard
from bot.knowledge_base.store import KnowledgeStore
from bot.transcripts.database import Database
from index.errors import IndexNotBuilt
from tests.knowledge_base.conftest import NEW, PAGE, content
from tests.knowledge_base.test_store import approved

MORNING = datetime.datetime(2026, 6, 15, 8, tzinfo=datetime.timezone.utc)


class Answering:
    """Stands for the building of an understanding; keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Knowledge] = []
        self.error: Exception | None = None
        self.is_loaded = True

    def __call__(self, knowledge: Knowledge) -> bool:
        if self.error:
            raise self.error
        if self.is_loaded:
            self.given.append(knowledge)
        return self.is_loaded

    def says(self) -> str | None:
        entry = self.given[-1].entry(PAGE, NEW) if self.given else None
        return entry.answer["en"] if entry else None


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def board(database: Database) -> ReplicaBoard:
    return ReplicaBoard(database)


@pytest.fixture
def activation(store: KnowledgeStore, board: ReplicaBoard, answering: Answering) -> Activation:
    return Activation(store, board, answering)


def test_an_approval_and_an_undo_are_followed_and_nothing_is_built_twice(
    activation: Activation, store: KnowledgeStore, answering: Answering, board: ReplicaBoard
) -> None:
    activation.catch_up()
    approved(store)
    activation.catch_up()
    assert answering.says() == "Blue."
    activation.catch_up()
    assert [replica.version for replica in board.all()] == [1]

    store.undo("bob", PAGE, NEW, 1)
    activation.catch_up()
    assert answering.says() is None
    assert len(answering.given) == 3


def test_at_midnight_what_ended_is_withheld(
    activation: Activation, store: KnowledgeStore, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: MORNING)
    approved(store, what=content(valid_until=MORNING.date()))
    activation.catch_up()
    assert answering.says() == "Blue."

    monkeypatch.setattr(clock, "utc_now", lambda: MORNING + datetime.timedelta(hours=16))
    activation.catch_up()
    assert answering.says() is None
    assert [entry.id for entry in answering.given[-1].withheld] == [NEW]


def test_a_failure_is_logged_shown_and_tried_again_later(
    activation: Activation,
    store: KnowledgeStore,
    answering: Answering,
    board: ReplicaBoard,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activation.catch_up()
    approved(store)
    answering.error = IndexNotBuilt("the disk is full")
    with caplog.at_level(logging.ERROR):
        assert not activation.catch_up()
    assert "the disk is full" in caplog.text
    assert [(replica.version, replica.problem) for replica in board.all()] == [(0, "the disk is full")]

    answering.error = None
    assert not activation.catch_up(), "not at once again"
    monkeypatch.setattr(module, "TRY_AGAIN", 0.0)
    assert activation.catch_up()
    assert answering.says() == "Blue."
    assert [replica.problem for replica in board.all()] == [""]


def test_another_approval_is_tried_at_once_after_a_failure(
    activation: Activation, store: KnowledgeStore, answering: Answering
) -> None:
    answering.error = IndexNotBuilt("the disk is full")
    activation.catch_up()
    answering.error = None
    approved(store)
    assert activation.catch_up()


def test_while_the_model_loads_it_waits(activation: Activation, answering: Answering, store: KnowledgeStore) -> None:
    approved(store)
    answering.is_loaded = False
    assert not activation.catch_up()
    assert activation.knowledge.entry(PAGE, NEW) is not None
    answering.is_loaded = True
    assert activation.catch_up()


def test_an_assistant_elsewhere_answers_from_the_files(store: KnowledgeStore, board: ReplicaBoard) -> None:
    approved(store)
    elsewhere = Activation(store, board, None)
    assert elsewhere.catch_up()
    assert elsewhere.knowledge.pages == store.files.pages
    assert board.all() == ()


def test_the_thread_follows_when_it_is_poked(
    activation: Activation, store: KnowledgeStore, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 60.0)
    activation.start()
    try:
        _until(lambda: len(answering.given) == 1)
        approved(store)
        activation.poke()
        _until(lambda: answering.says() == "Blue.")
    finally:
        activation.close()
    assert activation.board.all() == ()


def test_a_process_that_was_not_seen_for_a_while_is_gone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: MORNING)
    ReplicaBoard(database).say(1)
    monkeypatch.setattr(clock, "utc_now", lambda: MORNING + datetime.timedelta(minutes=5))
    other = ReplicaBoard(database)
    assert other.all() == ()
    other.say(2)
    assert [replica.version for replica in other.all()] == [2]


def _until(done: object, patience: float = 120.0) -> None:
    end = time.monotonic() + patience
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
