"""The figures of a run, checked by hand on a few results."""

from __future__ import annotations

import pytest

from bot.evaluation import figures
from bot.evaluation.figures import Rate
from bot.evaluation.judging import Received, Verdict, unanswered
from bot.evaluation.running import Result
from index.questions import Expected, Question


def result(
    right: bool = True,
    *,
    in_scope: bool = True,
    answered: bool = True,
    confidence: float | None = 0.9,
    category: str = "cert_reuse",
    topic: str = "certification_reuse",
    tags: tuple[str, ...] = (),
    milliseconds: float = 10.0,
) -> Result:
    question = Question("q-0001", "en", "en", "?", category, tags, (), Expected(in_scope, (), ()), "")
    verdict = Verdict() if right else Verdict(missing=(("x",),))
    return Result(question, verdict, Received("Well.", answered, "en", topic, confidence), milliseconds)


def failed() -> Result:
    return Result(result().question, unanswered("status 500"))


def test_a_rate_has_the_interval_of_wilson() -> None:
    low, high = Rate(8, 10).interval or (0, 0)
    assert (low, high) == pytest.approx((0.490, 0.943), abs=0.001)  # the textbook's 8 of 10


def test_a_rate_of_nothing_is_none() -> None:
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None


def test_accuracy_is_grouped_by_category_and_tag() -> None:
    results = [result(tags=("typo", "short")), result(False, tags=("short",)), result(category="thanks")]

    assert figures.accuracy(results) == Rate(2, 3)
    assert figures.accuracy_by(figures.by_category(results)) == {"cert_reuse": Rate(1, 2), "thanks": Rate(1, 1)}
    assert figures.accuracy_by(figures.by_tag(results)) == {"short": Rate(1, 2), "typo": Rate(1, 1)}


def test_answering_is_held_against_refusing() -> None:
    decided = figures.decisions(
        [
            result(),
            result(),
            result(False, answered=False),  # missed
            result(False, in_scope=False),  # false
            result(in_scope=False, answered=False),
            result(in_scope=False, answered=False),
            result(in_scope=False, answered=False),
        ]
    )

    assert decided.precision == pytest.approx(2 / 3)
    assert decided.recall == pytest.approx(2 / 3)
    assert decided.false_answers == pytest.approx(1 / 4)
    assert decided.missed_answers == pytest.approx(1 / 3)


def test_a_failed_request_is_a_missed_answer() -> None:
    assert figures.decisions([failed()]).missed_answers == 1.0


def test_the_curve_withholds_answers_below_each_threshold() -> None:
    results = [result(confidence=0.9), result(False, in_scope=False, confidence=0.5), result(False, confidence=0.2)]
    curve = {each.threshold: each for each in figures.curve(results)}

    assert (curve[0.0].precision, curve[0.0].correct, curve[0.0].recall) == pytest.approx((2 / 3, 1 / 3, 1.0))
    assert (curve[0.5].precision, curve[0.5].correct, curve[0.5].recall) == pytest.approx((1 / 2, 1 / 2, 1 / 2))
    assert (curve[0.51].precision, curve[0.51].recall, curve[0.51].answered) == (1.0, 0.5, 1)
    assert curve[1.0].precision is None
    assert curve[1.0].recall == 0.0


def test_without_confidence_there_is_no_curve_and_no_calibration() -> None:
    assert figures.curve([result(confidence=None)]) == ()
    assert figures.calibration([result(confidence=None)]).ece is None


def test_calibration_compares_confidence_and_rightness() -> None:
    results = [result(confidence=0.95), result(confidence=0.85), result(False, confidence=0.85), result(confidence=1.0)]
    calibration = figures.calibration(results)

    assert calibration.n == 4
    assert calibration.bins[8].accuracy == 0.5
    assert calibration.bins[9].n == 2  # 1.0 belongs to the last bin
    # bins: |0.95 + 1.0 - 2| and |0.85 + 0.85 - 1|, over four replies
    assert calibration.ece == pytest.approx((0.05 + 0.70) / 4)
    assert calibration.brier == pytest.approx((0.05**2 + 0.15**2 + 0.85**2 + 0) / 4)


def test_categories_are_named_like_topics_before_they_are_held_against_them() -> None:
    results = [result(), result(topic="standard"), result(category="handoff", topic="human_handoff"), failed()]
    confusion = figures.confusion(results)

    assert confusion.rows == ("certification_reuse", "human_handoff")
    assert confusion.columns == ("certification_reuse", "human_handoff", "(failed)", "standard")
    assert confusion.counts == ((1, 0, 1, 1), (0, 1, 0, 0))


def test_latency_leaves_failed_requests_out() -> None:
    took = figures.latency([result(milliseconds=10.0), result(milliseconds=20.0), failed()])
    assert took == {"p50": 15.0, "p95": 19.5, "p99": 19.9, "max": 20.0}
    assert figures.latency([failed()])["p50"] is None
