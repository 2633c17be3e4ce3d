"""The charts of a report: matplotlib draws them as SVG that stands in the page and takes its colours.

Each is drawn in stand-in colours, which become the page's CSS variables, so that one drawing serves the
light and the dark theme.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

# Stand-in -> the CSS variable of the page.
_INK, _MUTED, _ONE, _TWO, _THREE = "#010203", "#020304", "#030405", "#040506", "#050607"
_VARIABLES = {_INK: "--ink", _MUTED: "--muted", _ONE: "--one", _TWO: "--two", _THREE: "--three"}
_SIZE = (4.6, 3.3)  # inches of 72 px
_STYLE = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
}

Json = Mapping[str, Any]


def threshold_chart(curve: Sequence[Json]) -> str:
    """Precision, rightness and recall over the confidence below which answers would be withheld."""

    def draw(axes: Axes) -> None:
        series = (("precision", _ONE, "-"), ("recall", _TWO, "--"), ("correct", _THREE, ":"))
        for name, colour, line in series:
            points = [(each["threshold"], each[name]) for each in curve if each[name] is not None]
            axes.plot(*zip(*points, strict=True), color=colour, linestyle=line, linewidth=2, label=name)
        axes.set_xlabel("answer only from this confidence on")
        _share_axis(axes.yaxis)
        axes.set_ylim(0, 1.02)
        axes.legend(loc="lower left")

    return _svg("thresholds", "Precision, recall and correctness over confidence thresholds", draw)


def precision_recall_chart(curve: Sequence[Json]) -> str:
    """Precision over recall of answering, one point a threshold."""

    def draw(axes: Axes) -> None:
        points = [(each["recall"], each["precision"]) for each in curve if each["precision"] is not None]
        axes.plot(*zip(*points, strict=True), color=_ONE, linewidth=2, marker=".", markersize=5)
        axes.plot(*points[0], color=_TWO, marker="o", markersize=8, linestyle="", label="as it is now")
        axes.set_xlabel("recall")
        axes.set_ylabel("precision")
        _share_axis(axes.xaxis)
        _share_axis(axes.yaxis)
        lowest = min(precision for _, precision in points)
        axes.set_ylim(min(0.9, lowest - 0.05), 1.005)
        axes.margins(x=0.08)
        axes.legend(loc="lower left")

    return _svg("precision-recall", "Precision over recall of answering", draw)


def reliability_chart(bins: Sequence[Json]) -> str:
    """How often replies of a confidence are right; a perfect one lies on the diagonal."""

    def draw(axes: Axes) -> None:
        filled = [each for each in bins if each["n"]]
        most = max(each["n"] for each in filled)
        axes.plot([0, 1], [0, 1], color=_MUTED, linestyle="--", linewidth=1)
        axes.scatter(
            [each["confidence"] for each in filled],
            [each["accuracy"] for each in filled],
            s=[20 + 200 * each["n"] / most for each in filled],
            color=_ONE,
        )
        for each in filled:
            place = (each["confidence"], each["accuracy"])
            axes.annotate(str(each["n"]), place, xytext=(0, -17), textcoords="offset points", ha="center")
        axes.set_xlabel("confidence")
        axes.set_ylabel("share that is right")
        axes.set_xlim(0, 1.04)
        axes.set_ylim(0, 1.06)

    return _svg("reliability", "Share of right replies by confidence, with the number of replies", draw)


def latency_chart(milliseconds: Sequence[float]) -> str:
    """How many replies took how long."""

    def draw(axes: Axes) -> None:
        axes.hist(milliseconds, bins=min(30, max(5, len(milliseconds) // 4)), color=_ONE)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("replies")
        axes.set_xlim(left=0)

    return _svg("latency", "Replies by the milliseconds they took", draw)


def _share_axis(axis: Any) -> None:
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _svg(name: str, label: str, draw: Callable[[Axes], None]) -> str:
    """An `<svg>` element; `name` keeps its ids apart from those of other charts on the page."""
    buffer = io.StringIO()
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=_SIZE, constrained_layout=True)
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return _inline(buffer.getvalue(), name, label)


def _inline(document: str, name: str, label: str) -> str:
    body = document[document.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", body)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body)
    body = body.replace("'sans-serif'", "sans-serif")
    for stand_in, variable in _VARIABLES.items():
        body = body.replace(stand_in, f"var({variable})")
    return body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
