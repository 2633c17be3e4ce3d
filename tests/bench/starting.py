"""Time from start to first answer, both sides in turn."""

from __future__ import annotations

import statistics

from tests.bench.section import Bench, Promise, Section
from tests.bench.sides import SIDES

_RUNS = 5


def measure(bench: Bench) -> Section:
    """Start each side several times; the first round only fills the system's file cache."""
    seconds: dict[str, list[float]] = {side.name: [] for side in SIDES}
    for number in range(1 if bench.quick else _RUNS + 1):
        for side in SIDES:
            running = side.start(bench.folder / f"start-{number}" / side.name)
            running.servers.stop()
            bench.report(f"start: {side.name} answered after {running.start_seconds:.1f} s")
            if number or bench.quick:
                seconds[side.name].append(running.start_seconds)
    ours, stock = (statistics.median(seconds[side.name]) for side in SIDES)
    return Section(
        title="From start to first answer",
        rows=(
            ("seconds", "ours", "stock Rasa", "ratio"),
            ("median", f"{ours:.1f}", f"{stock:.1f}", f"{ours / stock:.2f}"),
            ("fastest", *(f"{min(seconds[side.name]):.1f}" for side in SIDES), ""),
            ("slowest", *(f"{max(seconds[side.name]):.1f}" for side in SIDES), ""),
        ),
        figures={side.name: seconds[side.name] for side in SIDES},
        notes=(
            f"{len(seconds[SIDES[0].name])} starts each, in turn, after one that does not count; from starting the "
            "processes to the first answer over HTTP. Stock Rasa starts its two servers at the same time.",
        ),
        promises=(Promise("start to first answer, ours : stock", ours / stock, 1.0),),
    )
