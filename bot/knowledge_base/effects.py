"""What approving a proposal would change: stored questions and the evaluation set are asked both ways.

A thread of one replica does it, a question at a time between people's own, with an understanding of its own; nothing
of it is stored but the outcome. A question counts as answered differently when another entry, other words or another
outcome would be shown.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.assistant.protocol import Assistant, AssistantUnavailable, Reply, Utterance
from bot.errors import StorageUnavailable
from bot.knowledge_base.activation import Activation
from bot.knowledge_base.effects_board import EffectsBoard
from bot.knowledge_base.in_force import Knowledge, knowledge_on
from bot.knowledge_base.records import APPROVED, Revision
from bot.knowledge_base.store import KnowledgeStore
from bot.transcripts.database import Database
from bot.transcripts.tables import turns
from index.errors import RetrievalError
from index.knowledge_checks import question_key
from index.questions import QUESTIONS, Question, load_questions

NEWEST = 1000  # distinct stored questions that are asked
SHOWN = 50  # of those that change
LOOK_EVERY = 2.0  # seconds
_EXCERPT = 240
_TOLD_EVERY = 1.0  # seconds between two words on how far it is
_log = logging.getLogger(__name__)

Ask = Callable[[Utterance], Reply]


class NoLongerWanted(Exception):
    """The draft was changed or decided on, or the knowledge has changed."""


@dataclass(frozen=True)
class Asked:
    """A stored question."""

    turn: str
    text: str
    language: str


class TryOut:
    """Asks an assistant in this process, as it is now and as it would be."""

    def __init__(self, assistant: Assistant, timeout: float, folder: Path) -> None:
        """Args: folder: where the index of what is tried is kept."""
        self._assistant = assistant
        self._timeout = timeout
        self._folder = folder

    def both(self, knowledge: Knowledge) -> tuple[Ask, Ask] | None:
        """Asks by the present knowledge, and by `knowledge`; None while no model is loaded here."""
        from bot.knowledge_base.answering import understanding_of
        from bot.nlu import in_use

        present = in_use.present()
        if present is None:
            return None
        proposed = understanding_of(knowledge, self._folder)

        def asking(understanding: Any) -> Ask:
            def ask(utterance: Utterance) -> Reply:
                with in_use.trying(understanding):
                    return self._assistant.respond(utterance, self._timeout)

            return ask

        return asking(present), asking(proposed)


class EffectsWorker:
    """A thread that works out the effects of proposals, one after the other."""

    def __init__(
        self,
        store: KnowledgeStore,
        board: EffectsBoard,
        activation: Activation,
        database: Database,
        try_out: TryOut,
        questions: Path = QUESTIONS,
    ) -> None:
        """Args: questions: the evaluation set; one that is missing is left out."""
        self._store = store
        self._activation = activation
        self._database = database
        self._try_out = try_out
        self._questions = questions
        self.board = board
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="effects", daemon=True)

    def start(self) -> None:
        """Begin, unless the assistant is elsewhere."""
        if not self._activation.is_elsewhere:
            self._thread.start()

    def close(self) -> None:
        """Stop, after the question in hand."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def work(self) -> bool:
        """Work out the effects of one proposal that lacks them; whether there was one.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        version = self._activation.answered_version
        if version is None:
            return False
        for proposal in self._store.proposals():
            if self.board.claim(proposal, version):
                self._work_out(proposal, version)
                return True
        return False

    def _work_out(self, proposal: Revision, version: int) -> None:
        start = time.monotonic()
        try:
            asks = self._try_out.both(self._with(proposal))
            if asks is None:
                raise AssistantUnavailable("no model is loaded here")
            stored, labelled = newest_questions(self._database, NEWEST), self._evaluation_set()
            tell = self._teller(proposal, version, len(stored) + len(labelled))
            result = work_out(stored, labelled, *asks, tell)
            self.board.finish(proposal, version, result)
            _log.info("worked out effects draft=%d seconds=%.1f", proposal.id, time.monotonic() - start)
        except NoLongerWanted:
            _log.info("effects of draft=%d are no longer wanted", proposal.id)
        except (RetrievalError, AssistantUnavailable, ValueError, KeyError, OSError) as error:
            _log.error("effects of draft=%d cannot be worked out: %s", proposal.id, error)
            self.board.fail(proposal, version, str(error))

    def _with(self, proposal: Revision) -> Knowledge:
        """What would hold, were it approved; as of its first day, if that is to come."""
        _, approved = self._store.approved()
        numbers = [each.revision or 0 for each in approved if each.label == proposal.label]
        filed = self._store.files.entry(proposal.page, proposal.label)
        number = max([*numbers, filed.history.revision if filed else 0]) + 1
        content = replace(proposal.content, valid_from=None)
        wanted = replace(proposal, state=APPROVED, revision=number, content=content)
        return knowledge_on(clock.utc_now().date(), self._store.files.pages, (*approved, wanted))

    def _evaluation_set(self) -> tuple[Question, ...]:
        return load_questions(self._questions) if self._questions.is_file() else ()

    def _teller(self, proposal: Revision, version: int, total: int) -> Callable[[int], None]:
        last = 0.0

        def tell(done: int) -> None:
            nonlocal last
            if self._closing.is_set() or self._activation.answered_version != version:
                raise NoLongerWanted
            if time.monotonic() - last >= _TOLD_EVERY:
                last = time.monotonic()
                if not self.board.progress(proposal, version, done, total):
                    raise NoLongerWanted

        return tell

    def _run(self) -> None:
        while not self._closing.wait(LOOK_EVERY):
            try:
                self.work()
            except StorageUnavailable as error:
                _log.warning("effects wait: %s", error.__cause__)
            except Exception:  # a thread that ends would leave every later proposal without
                _log.exception("working out effects failed")


def newest_questions(database: Database, at_most: int) -> tuple[Asked, ...]:
    """The newest stored questions, each once."""
    query = sa.select(turns.c.id, turns.c.text, turns.c.language).order_by(turns.c.number.desc()).limit(5 * at_most)
    found: dict[str, Asked] = {}
    with database.reading() as connection:
        for row in connection.execute(query):
            if key := question_key(row.text):
                found.setdefault(key, Asked(row.id, row.text, row.language))
    return tuple(found.values())[:at_most]


def work_out(
    stored: Sequence[Asked], labelled: Sequence[Question], now: Ask, then: Ask, tell: Callable[[int], None]
) -> dict[str, Any]:
    """Ask everything both ways.

    Args:
        now, then: ask by the present knowledge, and by what is proposed.
        tell: told, before each question, how many have been asked; may raise to stop.
    """
    changed = list(_changed(stored, now, then, tell))
    return {
        "asked": len(stored),
        "changed": len(changed),
        "examples": changed[:SHOWN],
        "evaluation": _evaluated(labelled, now, then, lambda done: tell(len(stored) + done)) if labelled else None,
    }


def _changed(stored: Sequence[Asked], now: Ask, then: Ask, tell: Callable[[int], None]) -> Iterator[dict[str, Any]]:
    for done, asked in enumerate(stored):
        tell(done)
        utterance = Utterance(asked.text, "effects", channel="cli", language=asked.language)
        before, after = now(utterance), then(utterance)
        if _shown(before) != _shown(after):
            yield {"turn": asked.turn, "now": _told(before), "then": _told(after)}


def _evaluated(labelled: Sequence[Question], now: Ask, then: Ask, tell: Callable[[int], None]) -> dict[str, Any]:
    from bot.evaluation.running import ask_question

    before, after = Straight(now), Straight(then)
    verdicts = []
    for done, question in enumerate(labelled):
        tell(done)
        verdicts.append((question, ask_question(question, before).right, ask_question(question, after).right))
    return {
        "n": len(verdicts),
        "before": sum(right for _, right, _ in verdicts),
        "after": sum(right for _, _, right in verdicts),
        "broken": [question.text for question, was, is_now in verdicts if was and not is_now][:SHOWN],
        "mended": [question.text for question, was, is_now in verdicts if is_now and not was][:SHOWN],
    }


class Straight:
    """Asks evaluation questions of an assistant itself, and remembers its conversations; see `evaluation.Asker`."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._memories: dict[str, Any] = {}

    def ask(self, text: str, conversation: str | None) -> tuple[Any, str | None]:
        """See Asker; what the service would refuse to read is refused here."""
        from bot.channels.fields import LONGEST_TEXT
        from bot.channels.text import clean_text, is_blank
        from bot.evaluation.judging import Received

        cleaned = clean_text(text)
        if is_blank(cleaned) or len(cleaned) > LONGEST_TEXT:
            return Received("", answered=False, topic="bad_request"), None
        name = conversation or str(len(self._memories))
        reply = self._ask(Utterance(cleaned, name, channel="cli", memory=self._memories.get(name)))
        self._memories[name] = reply.memory
        received = Received(
            reply.text, reply.answered, reply.language, reply.topic, reply.confidence, reply.as_of, reply.sources
        )
        return received, name

    def evidence(self, conversation: str) -> dict[str, Any]:
        """See Asker."""
        return {}


def _shown(reply: Reply) -> tuple[Any, ...]:
    """What makes two replies the same: small talk varies its words, and suggestions are not the answer."""
    entries = tuple(tuple(sorted(each.items())) for each in reply.evidence.get("entries", ()))
    without_revision = tuple(tuple(pair for pair in each if pair[0] != "revision") for each in entries)
    return reply.outcome, reply.topic, without_revision, reply.text if entries else ""


def _told(reply: Reply) -> dict[str, Any]:
    entries = reply.evidence.get("entries") or [{}]
    return {"outcome": reply.outcome, "entry": entries[0].get("entry", ""), "text": reply.text[:_EXCERPT]}
