"""Which questions are alike: near in meaning, by the embeddings of the open library, and in their letters.

How near unlike questions are depends on the model, so nearness is counted from there: 0 is as near as any two
questions are, 1 is the same. LIKE was set by the labelled examples of data/nlu: of two refused questions that are
nearer than that, 9 of 10 pairs ask for the same kind of thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from bot.transcripts.question_groups import Grouped, Leader, Question
from index.encoder import Encoder

LIKE = 0.62
LETTERS = 0.15  # their share; the rest is meaning

_COMPARED = 8  # leaders whose letters are looked at, for each question
_SAMPLE = 400


def ordinary_nearness(encoder: Encoder, texts: Sequence[str]) -> float:
    """The cosine that two questions have on average. Args: texts: questions of all kinds."""
    some = list(texts)[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE]
    if len(some) < 2:
        return 0.0
    embeddings = encoder.encode_queries(some)
    total = float(np.square(np.linalg.norm(embeddings.sum(axis=0))))
    return (total - len(some)) / (len(some) * (len(some) - 1))


class Grouper:
    """Finds the group of one question after another; the first of a group speaks for it."""

    def __init__(self, encoder: Encoder, ordinary: float) -> None:
        """Args: ordinary: what `ordinary_nearness` says."""
        self._encoder = encoder
        self._ordinary = ordinary
        self._leaders: list[Leader] = []
        self._by_text: dict[str, int] = {}
        self._embeddings = np.zeros((0, encoder.dimension), dtype=np.float32)

    def add(self, leaders: Sequence[Leader]) -> None:
        """Learn of groups."""
        if not leaders:
            return
        first = len(self._leaders)
        self._leaders += leaders
        self._embeddings = np.vstack([self._embeddings, *(each.embedding[None] for each in leaders)])
        for place, leader in enumerate(leaders, first):
            if leader.text:
                self._by_text.setdefault(leader.text, place)

    def keep(self, groups: AbstractSet[int]) -> None:
        """Forget every group but these: the turns of others were deleted, and their words have to go from here too."""
        kept = [place for place, leader in enumerate(self._leaders) if leader.group in groups]
        if len(kept) < len(self._leaders):
            self._leaders = [self._leaders[place] for place in kept]
            self._embeddings = self._embeddings[kept]
            self._by_text = {leader.text: place for place, leader in enumerate(self._leaders) if leader.text}

    @property
    def newest(self) -> int:
        """The highest id of a group that it knows."""
        return max((leader.group for leader in self._leaders), default=0)

    def group(self, questions: Sequence[Question]) -> tuple[Grouped, ...]:
        """Where questions belong; among themselves too. What it makes up is not learnt: `add` it once it is stored."""
        embeddings = self._encoder.encode_queries([question.text for question in questions])
        found: list[Grouped] = []
        fresh: list[tuple[Question, np.ndarray]] = []
        for question, embedding in zip(questions, embeddings, strict=True):
            group = self._find(question.text, embedding)
            if group is not None:
                found.append(Grouped(question.number, group))
                continue
            leader = self._find_fresh(fresh, question.text, embedding)
            if leader is not None:
                found.append(Grouped(question.number, None, leader))
                continue
            fresh.append((question, embedding))
            found.append(Grouped(question.number, None, None, embedding))
        return tuple(found)

    def _find(self, text: str, embedding: np.ndarray) -> int | None:
        if (place := self._by_text.get(text)) is not None:
            return self._leaders[place].group
        if not self._leaders:
            return None
        cosines = self._embeddings @ embedding
        nearest = np.argsort(-cosines)[:_COMPARED] if len(cosines) <= _COMPARED else _top(cosines)
        near = {int(place): self._likeness(float(cosines[place]), self._leaders[place].text, text) for place in nearest}
        best = max(near, key=lambda place: near[place])
        return self._leaders[best].group if near[best] >= LIKE else None

    def _find_fresh(self, fresh: Sequence[tuple[Question, np.ndarray]], text: str, embedding: np.ndarray) -> int | None:
        near = {
            question.number: 1.0
            if question.text == text
            else self._likeness(float(row @ embedding), question.text, text)
            for question, row in fresh
        }
        best = max(near, key=lambda number: near[number], default=None)
        return best if best is not None and near[best] >= LIKE else None

    def _likeness(self, cosine: float, one: str, other: str) -> float:
        meaning = (cosine - self._ordinary) / (1 - self._ordinary)
        return (1 - LETTERS) * meaning + LETTERS * _shared(one, other) if one else meaning


def _top(cosines: np.ndarray) -> np.ndarray:
    return np.argpartition(-cosines, _COMPARED)[:_COMPARED]


def _shared(one: str, other: str) -> float:
    """Dice's coefficient of the pairs of letters of two texts, in [0, 1]."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


def _pairs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[start : start + 2] for start in range(len(padded) - 1)}
