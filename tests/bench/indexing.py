"""Building the index of what ships with the project, from nothing and again with nothing new."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from bot.settings import PROJECT
from index.examples import load_examples
from index.knowledge import load_pages
from index.passages import passages_of
from tests.bench.environment import with_settings
from tests.bench.section import Bench, Section

_RUNS = 3


def measure(bench: Bench) -> Section:
    """Run `python -m bot index` in an empty folder, and then again."""
    count = len(passages_of(load_pages(PROJECT / "data" / "knowledge"), load_examples(PROJECT / "data" / "nlu")))
    built, again = [], []
    for number in range(1 if bench.quick else _RUNS):
        folder = bench.folder / f"index-{number}"
        built.append(_build(folder))
        again.append(_build(folder))
        bench.report(f"index: built in {built[-1]:.1f} s")
    whole = statistics.median(built)
    return Section(
        title="Building the index",
        rows=(
            ("", "seconds"),
            (f"{count} passages, from nothing", f"{whole:.1f}"),
            ("a passage", f"{1000 * whole / count:.2f} ms"),
            ("again, nothing has changed", f"{statistics.median(again):.1f}"),
        ),
        figures={"passages": count, "built": built, "again": again},
        notes=("`python -m bot index` as a whole, with the start of the process and of the embedding model.",),
    )


def _build(folder: Path) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "bot", "index"]
    subprocess.run(command, cwd=PROJECT, env=with_settings({"VAR_DIR": str(folder)}), check=True, capture_output=True)
    return time.perf_counter() - start
