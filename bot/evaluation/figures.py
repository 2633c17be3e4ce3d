"""The figures of a run, each a plain function of its results; every rate of nothing is None."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evaluation.running import Result

_Z = 1.959964  # of a 95 % interval
_STEPS = 100  # thresholds of a curve, beside 0
_BINS = 10

# What the topic of a reply is called where it differs from the category of the question.
TOPIC_OF_CATEGORY = {
    "cert_reuse": "certification_reuse",
    "overview_standard": "standard",
    "microsoft_and_standard": "provider_and_standard",
    "handoff": "human_handoff",
}
FAILED = "(failed)"


@dataclass(frozen=True)
class Rate:
    """A share, with the 95 % interval of Wilson, "Probable inference" (1927)."""

    right: int
    n: int

    @property
    def share(self) -> float | None:
        """`right` of `n`."""
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share probably lies."""
        if not self.n:
            return None
        share, width = self.right / self.n, _Z * _Z / self.n
        middle = share + width / 2
        spread = _Z * math.sqrt((share * (1 - share) + width / 4) / self.n)
        return max(0.0, (middle - spread) / (1 + width)), min(1.0, (middle + spread) / (1 + width))


@dataclass(frozen=True)
class Decisions:
    """How often it answered and refused, by what it should have done; answering is the positive class."""

    answered_in: int
    answered_out: int
    refused_in: int
    refused_out: int

    @property
    def precision(self) -> float | None:
        """Share of the answered questions that were to be answered."""
        return Rate(self.answered_in, self.answered_in + self.answered_out).share

    @property
    def recall(self) -> float | None:
        """Share of the questions to be answered that were."""
        return Rate(self.answered_in, self.answered_in + self.refused_in).share

    @property
    def false_answers(self) -> float | None:
        """Share of the questions to be refused that were answered."""
        return Rate(self.answered_out, self.answered_out + self.refused_out).share

    @property
    def missed_answers(self) -> float | None:
        """Share of the questions to be answered that were refused."""
        return Rate(self.refused_in, self.answered_in + self.refused_in).share


@dataclass(frozen=True)
class Threshold:
    """What would be if every answer less sure than `threshold` were withheld.

    Attributes:
        precision: share of the answers given that were due.
        correct: share of the answers given that are right in every respect.
        recall: share of the questions to be answered that get an answer.
    """

    threshold: float
    precision: float | None
    correct: float | None
    recall: float | None
    answered: int


@dataclass(frozen=True)
class Bin:
    """Replies whose confidence lies in [low, high): how sure they were, and how often right."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Calibration:
    """How well confidence says how often a reply is right.

    Attributes:
        ece: expected calibration error over `bins` of equal width (Guo et al. 2017, eq. 3).
        brier: mean squared difference of confidence and being right.
        n: replies that came with a confidence.
    """

    bins: tuple[Bin, ...]
    ece: float | None
    brier: float | None
    n: int


@dataclass(frozen=True)
class Confusion:
    """`counts[i][j]`: questions of category `rows[i]` whose reply was on topic `columns[j]`."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def accuracy(results: Iterable[Result]) -> Rate:
    """The share that is right."""
    outcomes = [result.right for result in results]
    return Rate(sum(outcomes), len(outcomes))


def accuracy_by(groups: Mapping[str, Sequence[Result]]) -> dict[str, Rate]:
    """The share that is right in each group."""
    return {name: accuracy(group) for name, group in groups.items()}


def by_category(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by category, in alphabetical order."""
    return _grouped((result.question.category, result) for result in results)


def by_language(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by language of the question."""
    return _grouped((result.question.lang, result) for result in results)


def by_tag(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by tag; one with several tags is in each of their groups."""
    return _grouped((tag, result) for result in results for tag in result.question.tags)


def decisions(results: Iterable[Result]) -> Decisions:
    """How often it answered and refused; a failed request counts as refused."""
    seen = Counter((result.answered, result.question.expected.in_scope) for result in results)
    return Decisions(seen[True, True], seen[True, False], seen[False, True], seen[False, False])


def curve(results: Sequence[Result]) -> tuple[Threshold, ...]:
    """`Threshold`s from 0 to 1 in steps of a hundredth; empty where no answer came with a confidence."""
    due = sum(result.question.expected.in_scope for result in results)
    given = [(_confidence(result), result) for result in results if result.answered]
    known = [(sure, result) for sure, result in given if sure is not None]
    if not known:
        return ()
    return tuple(_at(step / _STEPS, known, due) for step in range(_STEPS + 1))


def _at(threshold: float, given: Sequence[tuple[float, Result]], due: int) -> Threshold:
    kept = [result for sure, result in given if sure >= threshold]
    fitting = sum(result.question.expected.in_scope for result in kept)
    return Threshold(
        threshold=threshold,
        precision=Rate(fitting, len(kept)).share,
        correct=accuracy(kept).share,
        recall=Rate(fitting, due).share,
        answered=len(kept),
    )


def calibration(results: Iterable[Result]) -> Calibration:
    """Compare the confidence of replies, refusals included, with how often they are right."""
    pairs = [(sure, result.right) for result in results if (sure := _confidence(result)) is not None]
    binned: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for sure, right in pairs:
        binned[min(int(sure * _BINS), _BINS - 1)].append((sure, right))
    bins = tuple(_bin(index, binned[index]) for index in range(_BINS))
    if not pairs:
        return Calibration(bins, None, None, 0)
    return Calibration(
        bins=bins,
        ece=sum(_gap(group) for group in binned.values()) / len(pairs),
        brier=sum((sure - right) ** 2 for sure, right in pairs) / len(pairs),
        n=len(pairs),
    )


def confusion(results: Iterable[Result]) -> Confusion:
    """Expected categories, by the names of topics, against the topics of the replies."""
    counts = Counter((_expected_topic(result), _topic(result)) for result in results)
    rows = tuple(sorted({row for row, _ in counts}))
    others = sorted({column for _, column in counts} - set(rows))
    columns = (*rows, *others)
    return Confusion(rows, columns, tuple(tuple(counts[row, column] for column in columns) for row in rows))


def latency(results: Iterable[Result]) -> dict[str, float | None]:
    """Percentiles (linear interpolation) of the milliseconds that replies took."""
    took = [result.milliseconds for result in results if result.milliseconds is not None]
    names = {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    return {name: round(float(np.percentile(took, at)), 1) if took else None for name, at in names.items()}


def _gap(pairs: Sequence[tuple[float, bool]]) -> float:
    """The difference of mean confidence and share right, weighted by the number of replies."""
    return abs(sum(sure - right for sure, right in pairs))


def _bin(index: int, pairs: Sequence[tuple[float, bool]]) -> Bin:
    n = len(pairs)
    return Bin(
        low=index / _BINS,
        high=(index + 1) / _BINS,
        n=n,
        confidence=sum(sure for sure, _ in pairs) / n if n else None,
        accuracy=sum(right for _, right in pairs) / n if n else None,
    )


def _confidence(result: Result) -> float | None:
    return result.received.confidence if result.received else None


def _expected_topic(result: Result) -> str:
    return TOPIC_OF_CATEGORY.get(result.question.category, result.question.category)


def _topic(result: Result) -> str:
    return (result.received.topic if result.received else None) or FAILED


def _grouped(pairs: Iterable[tuple[str, Result]]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for name, result in pairs:
        groups[name].append(result)
    return dict(sorted(groups.items()))
