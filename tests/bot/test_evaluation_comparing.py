"""Two runs side by side."""

from __future__ import annotations

from typing import Any

import pytest

from bot.evaluation.comparing import compare, mcnemar


def asked(name: str, right: bool, category: str = "thanks", text: str = "?") -> dict[str, Any]:
    return {
        "id": name,
        "category": category,
        "text": text,
        "context": [],
        "expected": {},
        "answer_lang": "en",
        "right": right,
        "reply": {"text": "said when right" if right else "said when wrong"},
        "wrong": {"error": None},
    }


def run(*questions: dict[str, Any]) -> dict[str, Any]:
    return {"questions": list(questions)}


def test_flips_are_listed_with_both_replies() -> None:
    before = run(asked("q-1", False), asked("q-2", True), asked("q-3", True))
    after = run(asked("q-1", True), asked("q-2", False), asked("q-3", True))
    compared = compare(before, after, "earlier")

    assert [(flip.id, flip.before, flip.after) for flip in compared.gained] == [
        ("q-1", "said when wrong", "said when right")
    ]
    assert [flip.id for flip in compared.lost] == ["q-2"]
    assert compared.overall.points == 0


def test_a_request_that_failed_shows_why() -> None:
    broken = {**asked("q-1", False), "reply": None, "wrong": {"error": "status 500"}}
    assert compare(run(broken), run(asked("q-1", True)), "earlier").gained[0].before == "status 500"


def test_only_the_same_questions_are_compared() -> None:
    before = run(asked("q-1", False), asked("q-2", False, text="Other words?"), asked("q-4", True))
    after = run(asked("q-1", True), asked("q-2", True), asked("q-3", True))
    compared = compare(before, after, "earlier")

    assert compared.overall.n == 1
    assert compared.left_out == 4


def test_differences_are_given_by_category() -> None:
    before = run(asked("q-1", False, "thanks"), asked("q-2", True, "thanks"), asked("q-3", True, "goodbye"))
    after = run(asked("q-1", True, "thanks"), asked("q-2", True, "thanks"), asked("q-3", True, "goodbye"))
    compared = compare(before, after, "earlier")

    assert [(each.name, each.points) for each in compared.categories] == [("goodbye", 0.0), ("thanks", 50.0)]


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 2 / 32), (8, 1, 20 / 512)],
)
def test_mcnemar_is_the_exact_binomial(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)
    assert mcnemar(lost, gained) == pytest.approx(p)
