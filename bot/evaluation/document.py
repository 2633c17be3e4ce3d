"""A run as JSON: everything that was asked, answered and judged, and every figure, under keys that stay."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.evaluation import figures
from bot.evaluation.figures import Rate
from bot.evaluation.running import Result
from bot.transcripts.records import storable_evidence

FORMAT = 1
_DIGITS = 4
_COMPARED = {"id", "text", "context", "expected", "answer_lang", "category", "right", "reply", "wrong"}

Document = dict[str, Any]


class UnusableRun(Exception):
    """A file that was to be compared with is not a run; the message is one line."""


@dataclass(frozen=True)
class About:
    """What was run.

    Attributes:
        file: name of the question file.
        sha256: of its bytes.
        split: the half that was asked, or None for all of it.
        target: what was asked: the assistant in this process, or an address.
        started: ISO time.
    """

    file: str
    sha256: str
    split: str | None
    target: str
    started: str
    seconds: float


def document_of(about: About, results: Sequence[Result]) -> Document:
    """The run as one JSON object."""
    overall: dict[str, Any] = _summary(results)
    return rounded(
        {
            "format": FORMAT,
            "run": asdict(about),
            "overall": overall,
            "by_category": _groups(figures.by_category(results)),
            "by_language": _groups(figures.by_language(results)),
            "by_tag": _groups(figures.by_tag(results)),
            "answering": _answering(results),
            "calibration": asdict(figures.calibration(results)),
            "confusion": asdict(figures.confusion(results)),
            "latency_ms": figures.latency(results),
            "questions": [_question(result) for result in results],
        }
    )


def write_document(document: Mapping[str, Any], path: Path) -> None:
    """Write a run."""
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_document(path: Path) -> Document:
    """Read a run that was written earlier.

    Raises:
        UnusableRun: it is not one.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableRun(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise UnusableRun(f"{path} is not JSON: {error}") from error
    if not _is_run(document):
        raise UnusableRun(f"{path} is not a run that can be compared with (format {FORMAT})")
    run: Document = document
    return run


def _is_run(document: Any) -> bool:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return False
    questions = document.get("questions")
    return isinstance(questions, list) and all(
        isinstance(each, dict) and each.keys() >= _COMPARED for each in questions
    )


def _summary(results: Sequence[Result]) -> dict[str, Any]:
    decided = figures.decisions(results)
    errors = sum(result.verdict.error is not None for result in results)
    return {
        **_rate(figures.accuracy(results)),
        "false_answers": decided.false_answers,
        "missed_answers": decided.missed_answers,
        "errors": errors,
    }


def _answering(results: Sequence[Result]) -> dict[str, Any]:
    decided = figures.decisions(results)
    return {
        **asdict(decided),
        "precision": decided.precision,
        "recall": decided.recall,
        "curve": [asdict(each) for each in figures.curve(results)],
    }


def _groups(groups: Mapping[str, Sequence[Result]]) -> dict[str, Any]:
    return {name: _rate(rate) for name, rate in figures.accuracy_by(groups).items()}


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval or (None, None)
    return {"right": rate.right, "n": rate.n, "accuracy": rate.share, "low": low, "high": high}


def _question(result: Result) -> dict[str, Any]:
    verdict = result.verdict
    return {
        **asdict(result.question),
        "right": verdict.right,
        "wrong": {name: value for name, value in asdict(verdict).items()},
        "reply": asdict(result.received) if result.received else None,
        "milliseconds": result.milliseconds,
        "evidence": storable_evidence(result.evidence),
    }


def rounded(value: Any) -> Any:
    """Every fraction to four digits; tuples become lists, as they do in JSON."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(each) for each in value]
    return value
