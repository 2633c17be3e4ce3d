"""Decides what a message asks: the readings of its parts, corrected by the names in it, against thresholds.

Each part that asks something and is sure enough counts; where none is, the whole message is taken as one.
Anything on the page goes before a person, a person before a refusal, a refusal before small talk.
The thresholds were chosen on the calibration half of data/questions (`make calibrate` prints the choice).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.labels import ELLIPSIS, HANDOFF, HOUSE, INJECTION, OUT_OF_SCOPE, topic_of
from bot.nlu.units import Sentence


@dataclass(frozen=True)
class Thresholds:
    """From which probability on something counts.

    Attributes:
        answer: a topic of the page, read from the whole message.
        sentence: a sentence among several: it lacks the others' context, so it must be surer.
        clause: a clause of a sentence, surer still.
        hostile: an attack in any part decides the whole message.
    """

    answer: float = 0.40
    sentence: float = 0.50
    clause: float = 0.70
    hostile: float = 0.75


@dataclass(frozen=True)
class Reading:
    """A text and the probability of each label for it.

    Attributes:
        labels: all labels of the model, sorted.
        chances: `(len(labels),)`, sums to 1.
    """

    text: str
    labels: tuple[str, ...]
    chances: np.ndarray

    @property
    def best(self) -> str:
        """The likeliest label."""
        return self.labels[int(self.chances.argmax())]

    @property
    def topic(self) -> str:
        """The topic of the likeliest label."""
        return topic_of(self.best)

    @property
    def sureness(self) -> float:
        """The probability of the likeliest label's whole topic."""
        return self.chance_of(lambda label: topic_of(label) == self.topic)

    def chance_of(self, wanted: Callable[[str], bool]) -> float:
        """The probability of all wanted labels together."""
        return float(sum(p for p, label in zip(self.chances, self.labels, strict=True) if wanted(label)))

    def without(self, label: str) -> Reading:
        """The same reading if `label` were impossible."""
        chances = np.where([each == label for each in self.labels], 0.0, self.chances)
        return Reading(self.text, self.labels, chances / max(float(chances.sum()), 1e-9))


class Decider:
    """Chooses the labels to answer."""

    def __init__(self, page_topics: frozenset[str], thresholds: Thresholds) -> None:
        """Decide for pages with entries of those topics."""
        self._page_topics = page_topics
        self._at = thresholds

    def choose(self, whole: Reading, sentences: Sequence[Sentence], read: Callable[[str], Reading]) -> tuple[str, ...]:
        """Labels to answer, in the order asked; empty when nothing is sure enough.

        Args:
            whole: the message as one.
            sentences: its sentences.
            read: the reading of a sentence or clause.
        """
        parts = [part for sentence in sentences for part in (sentence.text, *sentence.clauses)]
        if any(read(part).chance_of(lambda label: label == INJECTION) >= self._at.hostile for part in parts):
            return (INJECTION,)
        asked = self._asked(sentences, read)
        on_page = [label for label in asked if topic_of(label) in self._page_topics]
        if on_page:
            return tuple(label for label in asked if label in on_page or topic_of(label) == OUT_OF_SCOPE)
        if HANDOFF in asked:
            return (HANDOFF,)
        return self._from_whole(whole, asked)

    def _asked(self, sentences: Sequence[Sentence], read: Callable[[str], Reading]) -> list[str]:
        """Labels of the sentences and clauses that are sure on their own, where there are several."""
        several = len(sentences) > 1
        asking = [each for each in sentences if each.asks] or list(sentences)
        found: list[str] = []
        for sentence in asking:
            inner = self._of_clauses(sentence, read)
            reading = read(sentence.text)
            if inner:
                found += inner
            elif several and reading.sureness >= self._at.sentence:
                found.append(reading.best)
        return list(dict.fromkeys(found))

    def _of_clauses(self, sentence: Sentence, read: Callable[[str], Reading]) -> list[str]:
        """Labels of the clauses where they ask for different things of which the page answers one at least."""
        readings = [read(clause) for clause in sentence.clauses]
        sure = [reading for reading in readings if reading.sureness >= self._at.clause]
        labels = [each.best for each in sure if each.topic not in HOUSE and each.best != ELLIPSIS]
        on_page = {label for label in labels if topic_of(label) in self._page_topics}
        return labels if on_page and len(set(labels)) > 1 else []

    def _from_whole(self, whole: Reading, asked: Sequence[str]) -> tuple[str, ...]:
        refused = [label for label in asked if topic_of(label) == OUT_OF_SCOPE]
        if refused and whole.topic in HOUSE:
            return (refused[0],)
        return (whole.best,) if whole.sureness >= self._at.answer else ()
