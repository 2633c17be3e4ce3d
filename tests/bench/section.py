"""What a part of the benchmark hands over: a table, its figures for a program, and the limits promised for them.

A section is a module of this folder with a function `measure(bench: Bench) -> Section`, named in `sections.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Report = Callable[[str], None]


@dataclass(frozen=True)
class Promise:
    """A limit that a figure of this run was promised to keep.

    Attributes:
        what: the figure, in words, with its limit.
        measured: its value in this run.
        limit: the largest value that keeps the promise, or the smallest where `at_least`.
    """

    what: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the figure is within its limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


@dataclass(frozen=True)
class Section:
    """A table of the report.

    Attributes:
        rows: the first one names the columns.
        figures: what the table shows, for a program; JSON-serialisable.
        notes: how it was measured, a sentence each.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    figures: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()


@dataclass
class Bench:
    """One run of the benchmark, as its sections see it.

    Attributes:
        folder: for what the run writes; it is gone afterwards.
        quick: whether a look at whether everything works will do, in place of figures.
        report: takes a line of progress.
        shared: what a section has measured or started and another one can use, by name.
        closing: ends, with the run, what a section has started.
    """

    folder: Path
    quick: bool
    report: Report
    shared: dict[str, Any] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)


class Measure(Protocol):
    """The function `measure` of a section's module."""

    def __call__(self, bench: Bench) -> Section:
        """Measure and report."""
        ...
