"""`python -m tests.bench.stock_baseline FILE`: our assistant and stock Rasa on the same questions, side by side.

Stock Rasa 3.6 is trained as its own guide to chitchat and FAQs has it (see `baseline/project.py`), on the same
examples and with the same answers, in the way that suits it best: a model a language, chosen by the language of
the message; fallback thresholds chosen on the calibration half of data/questions. Both assistants are then asked
through the same service, and judged by the same rules, in one run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import yaml

from bot.assistant.protocol import Assistant
from bot.evaluation.asking import throwaway
from bot.evaluation.command import EvaluationFailed, evaluate, questions_of
from bot.evaluation.comparing import compare
from bot.evaluation.document import Document, rounded, write_document
from bot.evaluation.page import page_of
from bot.evaluation.quiet import quiet
from bot.evaluation.running import run_questions
from bot.evaluation.summary import percent
from bot.evaluation.table import table
from bot.settings import PROJECT, Settings, load_settings
from index.questions import QUESTIONS, Question, Split, load_questions, split
from tests.bench.baseline.examples import pool_of
from tests.bench.baseline.project import Epochs, Fallback, write_project
from tests.bench.baseline.training import train_stock, with_fallback
from tests.bench.baseline.tuning import best_fallback, cases_of

OUTPUT = PROJECT / "bench-output"
LANGUAGES = ("en", "zh")
Report = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, tune and score; returns the status of the process."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("USE_TF", "0")  # transformers must not pull in TensorFlow
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    options = _parser().parse_args(arguments)
    questions = questions_of(options.file, options.split)
    settings = load_settings()
    with quiet():
        models, fallbacks = prepare_stock(settings, Epochs(), _say)
        stock = _score(settings, _stock(models), questions, options, "stock Rasa")
        ours = _score(settings, _ours(settings), questions, options, "this project's assistant")
    ours["comparison"] = rounded(asdict(compare(stock, ours, "stock Rasa")))
    _write(options.out, ours, stock, fallbacks)
    print("\n".join(["", *side_by_side(ours, stock), "", f"reports: {options.out}"]))
    return 0


def prepare_stock(settings: Settings, epochs: Epochs, report: Report) -> tuple[dict[str, Path], dict[str, Fallback]]:
    """Train both languages' models and choose their fallback.

    Returns:
        Language -> model file, and language -> when it refuses.
    """
    without = {language: _train(language, epochs, report) for language in LANGUAGES}
    questions = [question for question in load_questions(QUESTIONS) if split(question) == "calibration"]
    report(f"stock: choosing thresholds on {len(questions)} calibration questions")
    with throwaway(settings, _stock(without)) as asker:
        results = run_questions(questions, asker, report)
    fallbacks = {
        language: best_fallback(
            cases_of(each for each in results if each.received and each.received.language == language)
        )
        for language in LANGUAGES
    }
    report(f"stock: {fallbacks}")
    return {language: with_fallback(without[language], fallbacks[language]) for language in LANGUAGES}, fallbacks


def side_by_side(ours: Document, stock: Document) -> list[str]:
    """Both runs' figures as one table."""
    rows = [_row("accuracy", ours["overall"]["accuracy"], stock["overall"]["accuracy"])]
    rows += [_row(name.replace("_", " "), ours["overall"][name], stock["overall"][name]) for name in _WRONG]
    for kind in ("by_language", "by_category"):
        rows += [_row(name, each["accuracy"], stock[kind][name]["accuracy"]) for name, each in ours[kind].items()]
    compared = ours["comparison"]
    flips = f"right only here {len(compared['gained'])}, right only in stock Rasa {len(compared['lost'])}"
    return [
        *table(rows, (f"{ours['overall']['n']} questions", "ours", "stock Rasa", "points")),
        f"{flips}, exact McNemar p {compared['p']:.2g}",
    ]


_WRONG = ("false_answers", "missed_answers")


def _row(name: str, ours: float | None, stock: float | None) -> tuple[str, str, str, str]:
    known = ours is not None and stock is not None
    return name, percent(ours), percent(stock), f"{100 * (ours - stock):+.1f}" if known else "-"  # type: ignore[operator]


def _train(language: str, epochs: Epochs, report: Report) -> Path:
    folder = OUTPUT / "stock" / language
    house = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    write_project(folder, pool_of(PROJECT, language), house, language, epochs)
    return train_stock(folder, report)


def _stock(models: Mapping[str, Path]) -> Assistant:
    # Imported late: it brings Rasa, which reads the environment.
    from tests.bench.baseline.assistant import StockAssistant

    return StockAssistant(models)


def _ours(settings: Settings) -> Assistant:
    from bot.assistant.factory import make_assistant

    return make_assistant(settings)


def _score(
    settings: Settings, assistant: Assistant, questions: Sequence[Question], options: argparse.Namespace, name: str
) -> Document:
    _say(f"asking {name}")
    with throwaway(settings, assistant) as asker:
        return evaluate(questions, asker, options.file, options.split, name, _say)


def _write(folder: Path, ours: Document, stock: Document, fallbacks: Mapping[str, Fallback]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_document(ours, folder / "ours.json")
    write_document(stock, folder / "stock.json")
    (folder / "ours.html").write_text(page_of(ours), encoding="utf-8")
    (folder / "stock.html").write_text(page_of(stock), encoding="utf-8")
    figures = {
        "run": ours["run"],
        "fallback": {language: asdict(each) for language, each in fallbacks.items()},
        "ours": _figures(ours),
        "stock": _figures(stock),
        "difference": round(ours["overall"]["accuracy"] - stock["overall"]["accuracy"], 4),
        "mcnemar_p": ours["comparison"]["p"],
    }
    (folder / "quality.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _figures(document: Document) -> dict[str, Any]:
    return {name: document[name] for name in ("overall", "by_language", "by_category", "latency_ms")}


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stock_baseline", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", nargs="?", default=QUESTIONS)
    parser.add_argument("--split", choices=get_args(Split), help="ask only this half")
    parser.add_argument("--out", type=Path, metavar="FOLDER", default=OUTPUT / "quality")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EvaluationFailed as error:
        sys.exit(f"stock_baseline: {error}")
