"""The sections of the benchmark, in the order in which they run."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from tests.bench.section import Bench, Section


@dataclass(frozen=True)
class Row:
    """One section: its name on the command line, its module, and what it measures."""

    name: str
    module: str
    help: str

    def measure(self, bench: Bench) -> Section:
        """Import the module and let it measure."""
        section: Section = importlib.import_module(f"tests.bench.{self.module}").measure(bench)
        return section


SECTIONS = (
    Row("start", "starting", "time from start to first answer"),
    Row("turns", "speed", "latency and turns a second at 1, 8 and 32 users"),
    Row("hundredth", "hundredth", "the hundredth turn of a conversation against the first"),
    Row("memory", "memory", "memory of all processes, after they were asked"),
    Row("parts", "parts", "where a turn's time goes, against the floor"),
    Row("index", "indexing", "building the index"),
    Row("staff", "staff", "the staff pages over a million turns, on SQLite and PostgreSQL"),
    Row("growth", "growing", "retrieval from a hundred passages to a million; minutes, and gigabytes of bench-output/"),
)
