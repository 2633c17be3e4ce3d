"""Latency and turns a second, at several numbers of users, both sides in turn."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.load import Load, load
from tests.bench.pool import REPEATED, questions
from tests.bench.running import asked, both_sides
from tests.bench.section import Bench, Promise, Section
from tests.bench.sides import Running

USERS = (1, 8, 32)
_RUNS = 3
_SECONDS, _WARM_UP = 8.0, 3.0
_QUICK_SECONDS, _QUICK_WARM_UP = 2.0, 1.0
_FASTEST = 500  # turns a second that the questions of a load have to last for


@dataclass(frozen=True)
class Figures:
    """The medians of several runs; times in milliseconds."""

    p50: float
    p95: float
    p99: float
    rate: float
    cpu: float
    own_cpu: float
    turns: int
    failed: int

    @classmethod
    def of(cls, loads: Sequence[Load]) -> Figures:
        """Sum up several runs of the same load."""
        return cls(
            *(statistics.median(each.percentile(share) for each in loads) for share in (50, 95, 99)),
            rate=statistics.median(each.rate for each in loads),
            cpu=statistics.median(each.cpu_ms for each in loads),
            own_cpu=statistics.median(each.own_cpu_ms for each in loads),
            turns=sum(len(each.milliseconds) for each in loads),
            failed=sum(each.failed for each in loads),
        )


def measure(bench: Bench) -> Section:
    """Put the same loads on both sides, in turn."""
    sides = both_sides(bench)
    loads: dict[tuple[str, str], list[Load]] = {}
    for number in range(1 if bench.quick else _RUNS):
        for state in ("fresh", "repeated"):
            for users in USERS if state == "fresh" else USERS[:1]:
                for running in sides:
                    done = _load(bench, running, users, state)
                    loads.setdefault((f"{users} {state}", running.name), []).append(done)
                    bench.report(
                        f"turns: run {number + 1}, {users} users, {state} questions, {running.name}: "
                        f"{done.percentile(50):.1f} ms, {done.rate:.1f} turns/s"
                    )
    figures = {key: Figures.of(each) for key, each in loads.items()}
    return _section(figures, [each.name for each in sides])


def _load(bench: Bench, running: Running, users: int, state: str) -> Load:
    seconds, warm_up = (_QUICK_SECONDS, _QUICK_WARM_UP) if bench.quick else (_SECONDS, _WARM_UP)
    if state == "repeated":
        return load(running, users, seconds, warm_up, questions()[:REPEATED])
    return load(running, users, seconds, warm_up, asked(bench, running).next(int(_FASTEST * (seconds + warm_up))))


def _section(figures: dict[tuple[str, str], Figures], names: Sequence[str]) -> Section:
    rows = [("users", "", "p50 ms", "p95 ms", "p99 ms", "turns/s", "CPU ms a turn", "failed")]
    for load_name in dict.fromkeys(key for key, _ in figures):
        users, state = load_name.split()
        shown = users if state == "fresh" else f"{users}, the same {REPEATED} questions"
        rows += [_row(shown, name, figures[load_name, name]) for name in names]
    ours, stock = names
    slow, fast = figures["1 fresh", ours], figures["1 fresh", stock]
    at_32 = figures["32 fresh", ours].rate / figures["32 fresh", stock].rate
    return Section(
        title="Turns over HTTP",
        rows=tuple(rows),
        figures=_for_programs(figures),
        notes=(
            "Medians of several runs, the sides in turn, after a warm-up. Users are locust's (FastHttpUser, one "
            f"process on the same machine, {slow.own_cpu:.1f} ms of processor time a turn), ask without a pause and "
            "begin another conversation after five turns. Questions are distinct, so that no embedding is remembered, "
            "except where it says so.",
        ),
        promises=(
            Promise("p50 of a turn at one user, ours : stock", slow.p50 / fast.p50, 0.25),
            Promise("turns/s at 32 users, ours : stock", at_32, 5.0, at_least=True),
        ),
    )


def _row(users: str, name: str, of: Figures) -> tuple[str, ...]:
    times = (f"{each:.1f}" for each in (of.p50, of.p95, of.p99, of.rate, of.cpu))
    return users, name, *times, f"{of.failed} of {of.turns + of.failed}"


def _for_programs(figures: dict[tuple[str, str], Figures]) -> dict[str, Any]:
    return {f"{load_name}, {name}": vars(of) for (load_name, name), of in figures.items()}
