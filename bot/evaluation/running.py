"""Asks every question of a set, each in a conversation of its own, and judges what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.evaluation.asking import Asker, AskFailed
from bot.evaluation.judging import Received, Verdict, judge, unanswered
from index.questions import Question

_STEPS = 10  # lines of progress in a run


@dataclass(frozen=True)
class Result:
    """One question, what came back and how it was judged.

    Attributes:
        received: None when the request, or one of the earlier turns, failed.
        milliseconds: from asking the last turn to having its reply; None when it failed.
        evidence: the scores behind the reply, where they can be had.
    """

    question: Question
    verdict: Verdict
    received: Received | None = None
    milliseconds: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Whether the question passes."""
        return self.verdict.right

    @property
    def answered(self) -> bool:
        """Whether the asker got an answer rather than a refusal."""
        return self.received is not None and self.received.answered


def run_questions(questions: Sequence[Question], asker: Asker, report: Callable[[str], None]) -> tuple[Result, ...]:
    """Ask and judge every question, in order; `report` gets a line now and then."""
    return tuple(_with_progress((ask_question(question, asker) for question in questions), len(questions), report))


def ask_question(question: Question, asker: Asker) -> Result:
    """Ask one question after its earlier turns."""
    try:
        conversation = _led_up_to(question, asker)
        start = time.perf_counter()
        received, conversation = asker.ask(question.text, conversation)
        took = (time.perf_counter() - start) * 1000
    except AskFailed as error:
        return Result(question, unanswered(str(error)))
    evidence = asker.evidence(conversation) if conversation else {}
    return Result(question, judge(question, received), received, round(took, 2), evidence)


def _led_up_to(question: Question, asker: Asker) -> str | None:
    """The conversation after the question's earlier turns."""
    conversation: str | None = None
    for earlier in question.context:
        _, conversation = asker.ask(earlier, conversation)
        if conversation is None:
            raise AskFailed(f"the earlier turn {earlier[:40]!r} was refused")
    return conversation


def _with_progress(results: Iterator[Result], total: int, report: Callable[[str], None]) -> Iterator[Result]:
    right = 0
    for done, result in enumerate(results, 1):
        right += result.right
        if done == total or done * _STEPS // total > (done - 1) * _STEPS // total:
            report(f"evaluate: {done} of {total} asked, {right} right")
        yield result
