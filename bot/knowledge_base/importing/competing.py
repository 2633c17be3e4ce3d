"""Questions of an import that would compete with what is there: near another entry's, or answered by one today.

Both are worth a look, not wrong: such a question may be better off in the other entry, or tells that the new one says
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.assistant.protocol import AssistantUnavailable, Reply
from bot.knowledge_base.importing.planning import Planned
from index.knowledge import LANGUAGES, Entry

# Of the pairs of the shipped page's questions that are as near as this, 85 of 100 are of one entry, and 2 of 100
# questions are as near to another entry's; `python -m tests.bench.competing` prints both.
NEAR = 0.85
MOST_ASKED = 400

Ask = Callable[[str, str], Reply]


class Encoder(Protocol):
    """What turns questions into embeddings; see `index.encoder`."""

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of questions: float32 `(n, d)`, rows L2-normalised."""


@dataclass(frozen=True)
class Competing:
    """A question of a row that another entry has a claim to.

    Attributes:
        other: label of that entry.
        theirs: its question that is near; "" where the assistant answers from it today.
        cosine: how near, in [-1, 1]; 0 where it is answered.
    """

    row: int
    label: str
    text: str
    other: str
    theirs: str = ""
    cosine: float = 0.0


@dataclass(frozen=True)
class Asked:
    """What came of asking the assistant. Attributes: left: questions that were too many to ask."""

    competing: tuple[Competing, ...]
    left: int = 0


def near_others(planned: Sequence[Planned], entries: Sequence[Entry], encoder: Encoder) -> tuple[Competing, ...]:
    """Questions as near as NEAR to one of another entry, of those that are there or of the import itself."""
    own = [(each.label, each.row, text) for each in planned for _, text in _questions(each)]
    new = {each.label for each in planned}
    theirs = [
        (entry.id, text)
        for entry in entries
        if entry.id not in new
        for texts in entry.questions.values()
        for text in texts
    ]
    if not own:
        return ()
    known = [*theirs, *((label, text) for label, _, text in own)]
    embeddings = encoder.encode_queries([text for _, text in known])
    labels = np.array([label for label, _ in known])
    found = []
    for place, (label, row, text) in enumerate(own, len(theirs)):
        cosines = np.where(labels == label, -1.0, embeddings @ embeddings[place])
        nearest = int(np.argmax(cosines))
        if cosines[nearest] >= NEAR:
            other, near = known[nearest]
            found.append(Competing(row, label, text, other, near, round(float(cosines[nearest]), 2)))
    return tuple(found)


def answered_by_others(planned: Sequence[Planned], labels: frozenset[str], ask: Ask) -> Asked:
    """Questions that the assistant answers from another entry today.

    Args:
        labels: of the entries that are there.
        ask: gives the reply to a question in a language; nothing is stored.

    Raises:
        AssistantUnavailable: it cannot be asked.
    """
    questions = [(each, language, text) for each in planned for language, text in _questions(each)]
    found = []
    for each, language, text in questions[:MOST_ASKED]:
        reply = ask(text, language)
        if reply.outcome == "failed":
            raise AssistantUnavailable("it did not answer")
        label = str(reply.evidence.get("label", ""))
        if reply.answered and label in labels and label != each.label:
            found.append(Competing(each.row, each.label, text, label))
    return Asked(tuple(found), max(0, len(questions) - MOST_ASKED))


def _questions(planned: Planned) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for text in planned.content.questions[language]:
            yield language, text
