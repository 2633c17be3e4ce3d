"""A run in a screenful, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.evaluation.table import cut, table

_FAILURES = 12

Json = Mapping[str, Any]


def summary(document: Json) -> list[str]:
    """Accuracy by category and language, the first failures, the comparison, and the figures that count."""
    lines = ["", *_rates(document), ""]
    failures = [each for each in document["questions"] if not each["right"]]
    lines += [_failure(each) for each in failures[:_FAILURES]]
    if len(failures) > _FAILURES:
        lines.append(f"... and {len(failures) - _FAILURES} more failures in the report")
    if "comparison" in document:
        lines += ["", *_comparison(document["comparison"])]
    return [*lines, "", *_figures(document)]


def _rates(document: Json) -> list[str]:
    named = [
        *document["by_category"].items(),
        *((f"in {name}", rate) for name, rate in document["by_language"].items()),
        ("all", document["overall"]),
    ]
    rows = [(name, rate["right"], rate["n"], percent(rate["accuracy"])) for name, rate in named]
    return table(rows, ("questions", "right", "of", "share"))


def _failure(question: Json) -> str:
    return cut(f"wrong: {question['id']} {question['category']}, {_why(question)}: {question['text']}", 120)


def _why(question: Json) -> str:
    wrong, expected = question["wrong"], question["expected"]
    if wrong["error"]:
        return str(wrong["error"])
    if not wrong["flag_right"]:
        return "not answered" if expected["in_scope"] else "not refused"
    if not wrong["language_right"]:
        return "wrong language"
    if wrong["forbidden"]:
        return f"claims {wrong['forbidden'][0]}"
    return f"does not say {wrong['missing'][0][0]}"


def _comparison(compared: Json) -> list[str]:
    changed = [each for each in compared["categories"] if each["before"] != each["after"]]
    rows: Sequence[Json] = [*changed, compared["overall"]]
    cells = [(each["name"], each["before"], each["after"], each["n"], f"{each['points']:+.1f}") for each in rows]
    flips = f"{len(compared['gained'])} gained, {len(compared['lost'])} lost"
    return [
        f"against {compared['before']}",
        *table(cells, ("questions", "before", "now", "of", "points")),
        f"{flips}, exact McNemar p {compared['p']:.4f}",
    ]


def _figures(document: Json) -> list[str]:
    overall, took = document["overall"], document["latency_ms"]
    calibration, answering = document["calibration"], document["answering"]
    return [
        f"accuracy {percent(overall['accuracy'])}, false answers {percent(overall['false_answers'])}, "
        f"missed answers {percent(overall['missed_answers'])}, failed requests {overall['errors']}",
        f"precision of answering {percent(answering['precision'])}, recall {percent(answering['recall'])}, "
        f"calibration error {percent(calibration['ece'])}",
        f"latency ms: p50 {took['p50']}, p95 {took['p95']}, p99 {took['p99']}",
    ]


def percent(share: float | None) -> str:
    """A share as text."""
    return "-" if share is None else f"{100 * share:.1f} %"
