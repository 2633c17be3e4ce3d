"""A run as one HTML page that needs nothing else: styles and charts stand in it, every text is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.evaluation import charts

_FOLDER = Path(__file__).resolve().parent
_DASH = "–"


def page_of(document: Mapping[str, Any]) -> str:
    """The report of a run that `document_of` made, with its comparison if it has one."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(percent=percent, number=number, breakable=breakable)
    failures = [question for question in document["questions"] if not question["right"]]
    return environment.get_template("report.html").render(
        **document, failures=failures, charts=_charts(document), compared=document.get("comparison")
    )


def percent(share: float | None) -> str:
    """A share as text."""
    return _DASH if share is None else f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def number(value: float | None, digits: int = 0) -> str:
    """A number as text."""
    return _DASH if value is None else f"{value:.{digits}f}"


def breakable(name: str) -> Markup:
    """A name that may be broken after each underscore."""
    return Markup("_<wbr>").join(name.split("_"))


def _charts(document: Mapping[str, Any]) -> dict[str, Markup]:
    """The charts that there are figures for, by name."""
    drawn: dict[str, str] = {}
    curve = document["answering"]["curve"]
    if curve:
        drawn["thresholds"] = charts.threshold_chart(curve)
        drawn["precision_recall"] = charts.precision_recall_chart(curve)
    if document["calibration"]["n"]:
        drawn["reliability"] = charts.reliability_chart(document["calibration"]["bins"])
    took = [each["milliseconds"] for each in document["questions"] if each["milliseconds"] is not None]
    if took:
        drawn["latency"] = charts.latency_chart(took)
    return {name: Markup(svg) for name, svg in drawn.items()}
