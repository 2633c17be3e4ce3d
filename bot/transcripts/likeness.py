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
_ROOM = 1024  # groups, to begin with


def ordinary_nearness(embeddings: np.ndarray) -> float:
    """The cosine that two texts have on average. Args: embeddings: `(n, d)` of texts of all kinds."""
    some = embeddings[:: max(1, len(embeddings) // _SAMPLE)][:_SAMPLE]
    if len(some) < 2:
        return 0.0
    total = float(np.square(np.linalg.norm(some.sum(axis=0))))
    return (total - len(some)) / (len(some) * (len(some) - 1))


class Grouper:
    """Finds the group of one question after another; the first of a group speaks for it."""

    def __init__(self, encoder: Encoder, ordinary: float) -> None:
        """Args: ordinary: what `ordinary_nearness` says."""
        self._encoder = encoder
        self._ordinary = ordinary
        self._groups: list[int] = []
        self._texts: list[str] = []  # of the leaders, in the same order
        self._by_text: dict[str, int] = {}
        self._room = np.zeros((_ROOM, encoder.dimension), dtype=np.float32)  # as many rows as there are groups count

    def add(self, leaders: Sequence[Leader]) -> None:
        """Learn of groups."""
        for leader in leaders:
            place = len(self._groups)
            if place == len(self._room):
                self._room = np.concatenate([self._room, np.zeros_like(self._room)])
            self._room[place] = leader.embedding
            self._groups.append(leader.group)
            self._texts.append(leader.text)
            if leader.text:
                self._by_text.setdefault(leader.text, place)

    def keep(self, groups: AbstractSet[int]) -> None:
        """Forget every group but these: the turns of others were deleted, and their words have to go from here too."""
        kept = [place for place, group in enumerate(self._groups) if group in groups]
        if len(kept) < len(self._groups):
            self._room[: len(kept)] = self._room[kept]
            self._groups = [self._groups[place] for place in kept]
            self._texts = [self._texts[place] for place in kept]
            self._by_text = {text: place for place, text in enumerate(self._texts) if text}

    @property
    def newest(self) -> int:
        """The highest id of a group that it knows."""
        return max(self._groups, default=0)

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of the groups' first questions, as far as they are still stored."""
        return tuple(filter(None, self._texts))

    def group(self, questions: Sequence[Question]) -> tuple[Grouped, ...]:
        """Where questions belong; among themselves too. What it makes up is not learnt: `add` it once it is stored."""
        embeddings = self._encoder.encode_queries([question.text for question in questions])
        # All at once: to read the embeddings of many groups takes longer than to multiply them.
        cosines = embeddings @ self._room[: len(self._groups)].T
        found: list[Grouped] = []
        fresh: list[tuple[Question, np.ndarray]] = []
        for question, embedding, its in zip(questions, embeddings, cosines, strict=True):
            group = self._find(question.text, its)
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

    def _find(self, text: str, cosines: np.ndarray) -> int | None:
        """The group of a text. Args: cosines: with the leader of each group."""
        if (place := self._by_text.get(text)) is not None:
            return self._groups[place]
        near = np.flatnonzero(cosines >= self._nearest_unlike)
        if len(near) > _COMPARED:
            near = near[np.argpartition(-cosines[near], _COMPARED)[:_COMPARED]]
        likeness = {int(place): self._likeness(float(cosines[place]), self._texts[place], text) for place in near}
        best = max(likeness, key=lambda place: likeness[place], default=None)
        return self._groups[best] if best is not None and likeness[best] >= LIKE else None

    @property
    def _nearest_unlike(self) -> float:
        """The cosine below which no two questions are alike, even if all of their letters are."""
        return self._ordinary + (1 - self._ordinary) * (LIKE - LETTERS) / (1 - LETTERS)

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


def _shared(one: str, other: str) -> float:
    """Dice's coefficient of the pairs of letters of two texts, in [0, 1]."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


def _pairs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[start : start + 2] for start in range(len(padded) - 1)}
