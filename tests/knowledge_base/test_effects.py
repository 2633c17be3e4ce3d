"""What approving a proposal would change: worked out by one process, stale when anything changes, and right."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.assistant.protocol import Reply, Utterance
from bot.knowledge_base.activation import Activation
from bot.knowledge_base.effects import Ask, EffectsWorker, NoLongerWanted, TryOut, newest_questions, work_out
from bot.knowledge_base.effects_board import EffectsBoard
from bot.knowledge_base.in_force import Knowledge
from bot.knowledge_base.records import Revision
from bot.knowledge_base.replicas import ReplicaBoard
from bot.knowledge_base.store import KnowledgeStore
from bot.transcripts.database import Database
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore
from tests.knowledge_base.conftest import NEW, content
from tests.knowledge_base.test_store import proposed

BADGE = "What colour is the guard's badge?"
LABELLED = {
    "id": "q-0001",
    "lang": "en",
    "answer_lang": "en",
    "text": BADGE,
    "category": "resources",
    "tags": [],
    "expected": {"in_scope": True, "must_contain": ["Blue"], "must_not_contain": []},
    "notes": "",
}


def answering(knowledge: Knowledge | None) -> Ask:
    """An assistant that knows the entries' questions word for word and refuses all others."""
    entries = [entry for page in knowledge.pages for entry in page.entries] if knowledge else []

    def ask(utterance: Utterance) -> Reply:
        found = next((each for each in entries if utterance.text in each.questions["en"]), None)
        if found is None:
            return Reply("No.", "en", False, "out_of_scope", 0.1, outcome="refused", evidence={"entries": []})
        shown = {"entry": found.id, "page": found.page, "revision": found.history.revision, "digest": found.digest}
        return Reply(found.answer["en"], "en", True, found.topic, 0.9, evidence={"entries": [shown]})

    return ask


class FakeTryOut(TryOut):
    """Tries knowledge out without a model."""

    def __init__(self) -> None:
        self.times = 0

    def both(self, knowledge: Knowledge) -> tuple[Ask, Ask] | None:
        """See TryOut."""
        self.times += 1
        return answering(None), answering(knowledge)


@pytest.fixture
def stored(database: Database) -> TranscriptStore:
    """Four stored turns with three questions."""
    store = TranscriptStore(database)
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    reply = answering(None)(Utterance("?", "c"))
    for number, text in enumerate(["weather?", BADGE, "Weather", "other"]):
        store.record(Turn(f"t{number}", "c", text, reply, "web", 1.0, moment))
    return store


@pytest.fixture
def try_out() -> FakeTryOut:
    return FakeTryOut()


@pytest.fixture
def activation(store: KnowledgeStore, database: Database) -> Activation:
    activation = Activation(store, ReplicaBoard(database), lambda knowledge: True)
    activation.catch_up()
    return activation


@pytest.fixture
def board(database: Database) -> EffectsBoard:
    return EffectsBoard(database)


@pytest.fixture
def worker(
    store: KnowledgeStore,
    board: EffectsBoard,
    activation: Activation,
    database: Database,
    try_out: FakeTryOut,
    tmp_path: Path,
    stored: TranscriptStore,
) -> EffectsWorker:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps(LABELLED) + "\n", encoding="utf-8")
    return EffectsWorker(store, board, activation, database, try_out, questions)


def result(board: EffectsBoard, proposal: Revision, version: int = 0) -> dict[str, Any]:
    found = board.find(proposal, version)
    assert found is not None and found.state == "done"
    return dict(found.result)


def test_stored_questions_and_the_evaluation_set_are_asked_both_ways(
    worker: EffectsWorker, store: KnowledgeStore, board: EffectsBoard
) -> None:
    proposal = proposed(store)
    assert worker.work()
    found = result(board, proposal)
    assert (found["asked"], found["changed"]) == (3, 1)
    (example,) = found["examples"]
    assert example["turn"] == "t1", "the question itself is not kept a second time"
    assert example["now"]["outcome"] == "refused"
    assert example["then"] == {"outcome": "answered", "entry": NEW, "text": "Blue."}
    assert found["evaluation"] == {"n": 1, "before": 0, "after": 1, "broken": [], "mended": [BADGE]}


def test_it_is_worked_out_once(worker: EffectsWorker, store: KnowledgeStore, try_out: FakeTryOut) -> None:
    assert not worker.work()
    proposed(store)
    assert [worker.work(), worker.work(), try_out.times] == [True, False, 1]


def test_other_words_or_other_knowledge_make_it_stale(
    worker: EffectsWorker, store: KnowledgeStore, board: EffectsBoard, activation: Activation
) -> None:
    proposal = proposed(store)
    worker.work()
    edited = store.edit("ann", proposal.id, content(answer={"zh": "红。", "en": "Red."}), proposal.content.digest)
    edited = store.propose("ann", edited.id, edited.content.digest)
    assert board.find(edited, 0) is None
    assert worker.work()

    other = proposed(store, "faq/other", content(questions={"zh": ("别的？",), "en": ("Other?",)}))
    store.approve("bob", other.id, other.content.digest)
    assert board.find(edited, 1) is None
    assert not worker.work(), "this process does not answer from it yet"
    activation.catch_up()
    assert worker.work()
    assert board.find(edited, 1) is not None


def test_of_two_processes_one_takes_it_on_and_the_other_only_when_that_is_gone(
    board: EffectsBoard, store: KnowledgeStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = proposed(store)
    other = EffectsBoard(database)
    assert board.claim(proposal, 0)
    assert not other.claim(proposal, 0)
    later = clock.utc_now() + datetime.timedelta(minutes=2)
    monkeypatch.setattr(clock, "utc_now", lambda: later)
    assert other.claim(proposal, 0)
    assert other.finish(proposal, 0, {})
    assert not other.claim(proposal, 0)


def test_what_nobody_waits_for_any_more_is_given_up(store: KnowledgeStore, board: EffectsBoard) -> None:
    proposal = proposed(store)
    board.claim(proposal, 0)
    assert board.progress(proposal, 0, 1, 2)
    store.discard("ann", proposal.id)
    assert not board.progress(proposal, 0, 2, 2)
    assert not board.finish(proposal, 0, {})


def test_a_failure_is_kept_with_its_reason(
    worker: EffectsWorker, store: KnowledgeStore, board: EffectsBoard, try_out: FakeTryOut
) -> None:
    def broken(knowledge: Knowledge) -> None:
        raise OSError("the disk is full")

    try_out.both = broken  # type: ignore[method-assign]
    proposal = proposed(store)
    assert worker.work()
    found = board.find(proposal, 0)
    assert found is not None and (found.state, found.result["reason"]) == ("failed", "the disk is full")


def test_a_proposal_for_later_is_tried_as_of_its_first_day(
    worker: EffectsWorker, store: KnowledgeStore, board: EffectsBoard
) -> None:
    proposal = proposed(store, what=content(valid_from=datetime.date(2999, 1, 1)))
    worker.work()
    assert result(board, proposal)["changed"] == 1


def test_each_question_is_asked_once_newest_first(database: Database, stored: TranscriptStore) -> None:
    assert [each.turn for each in newest_questions(database, 10)] == ["t3", "t2", "t1"]
    assert [each.turn for each in newest_questions(database, 1)] == ["t3"]


def test_telling_may_stop_it() -> None:
    def stop(done: int) -> None:
        raise NoLongerWanted

    with pytest.raises(NoLongerWanted):
        work_out([], [_question()], answering(None), answering(None), stop)


def test_small_talk_that_varies_its_words_is_no_change(database: Database, stored: TranscriptStore) -> None:
    words = iter(["Hello!", "Hi!", "Good day!", "Welcome!", "Hey!", "Yes?"])

    def ask(utterance: Utterance) -> Reply:
        return Reply(next(words), "en", True, "greeting", 0.9, evidence={"entries": []})

    assert work_out(newest_questions(database, 3), [], ask, ask, lambda done: None)["changed"] == 0


def _question() -> Any:
    from index.questions import Expected, Question

    return Question("q-1", "en", "en", BADGE, "faq", (), (), Expected(True, (), ()), "")
