"""Chooses when the baseline's FallbackClassifier refuses: what gets most calibration questions right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from bot.evaluation.running import Result
from tests.bench.baseline.project import Fallback

_THRESHOLDS = tuple(step / 50 for step in range(50))
_AMBIGUITIES = (0.0, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Case:
    """One question asked with the fallback switched off.

    Attributes:
        best: confidence of the likeliest intent.
        lead: how far it is ahead of the next.
        right: whether its answer is right.
        right_refused: whether a refusal would be.
    """

    best: float
    lead: float
    right: bool
    right_refused: bool


def cases_of(results: Iterable[Result]) -> list[Case]:
    """The cases of a run without fallback; requests that failed tell nothing."""
    return [_case(result) for result in results if result.evidence.get("ranking")]


def best_fallback(cases: Sequence[Case]) -> Fallback:
    """The settings with most right; among equals the ones that refuse least."""
    return max((Fallback(*pair) for pair in product(_THRESHOLDS, _AMBIGUITIES)), key=lambda each: _merit(each, cases))


def _merit(fallback: Fallback, cases: Sequence[Case]) -> tuple[int, float, float]:
    right = sum(case.right_refused if refuses(fallback, case) else case.right for case in cases)
    return right, -fallback.threshold, -fallback.ambiguity


def refuses(fallback: Fallback, case: Case) -> bool:
    """Rasa's own rule (rasa.nlu.classifiers.fallback_classifier)."""
    return case.best < fallback.threshold or case.lead < fallback.ambiguity


def _case(result: Result) -> Case:
    chances = [each["probability"] for each in result.evidence["ranking"]]
    expected = result.question.expected
    return Case(
        best=chances[0],
        lead=chances[0] - chances[1] if len(chances) > 1 else 1.0,
        right=result.right,
        right_refused=not expected.in_scope and not expected.must_contain,
    )
