"""A load on a server: so many users for so long, and what became of it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.settings import PROJECT
from tests.bench.sides import Running

TURNS_EACH = 5  # turns of a conversation before a user begins another


class LoadFailed(Exception):
    """The load generator failed, or the server gave no answers."""


@dataclass(frozen=True)
class Job:
    """What the load generator is to do; times in seconds."""

    url: str
    users: int
    seconds: float
    warm_up: float
    texts: Sequence[str]
    turns_each: int = TURNS_EACH


@dataclass(frozen=True)
class Answered:
    """One request: from when to when, which turn of its conversation, and whether it was answered."""

    start: float
    end: float
    turn: int
    right: bool


@dataclass(frozen=True)
class Load:
    """What a load led to.

    Attributes:
        milliseconds: of each answered request that ended in the measured time.
        failed: requests without an answer.
        cpu_ms: processor time of the server a turn.
        own_cpu_ms: processor time of the load generator a turn.
    """

    users: int
    seconds: float
    milliseconds: tuple[float, ...]
    failed: int
    cpu_ms: float
    own_cpu_ms: float

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: int) -> float:
        """The time, in milliseconds, within which `share` percent were answered."""
        return percentile(self.milliseconds, share)


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` percent of `values` do not exceed."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def load(running: Running, users: int, seconds: float, warm_up: float, texts: Sequence[str]) -> Load:
    """Put a load on a server.

    Raises:
        LoadFailed: see there.
    """
    job = Job(running.url, users, seconds, warm_up, texts)
    cpu = running.servers.cpu_seconds()
    done = _generate(job)
    cpu = running.servers.cpu_seconds() - cpu
    answered = [Answered(**each) for each in done["answered"]]
    begin, end = done["window"]
    inside = [each for each in answered if begin <= each.end < end]
    right = tuple(1000 * (each.end - each.start) for each in inside if each.right)
    if not right:
        raise LoadFailed(f"{running.name} answered nothing in {seconds:g} s")
    return Load(
        users=users,
        seconds=seconds,
        milliseconds=right,
        failed=sum(not each.right for each in inside),
        cpu_ms=1000 * cpu / len(answered),
        own_cpu_ms=1000 * done["cpu_seconds"] / len(inside),
    )


def _generate(job: Job) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.generator"]
    run = subprocess.run(command, cwd=PROJECT, input=json.dumps(asdict(job)), capture_output=True, text=True)
    try:
        done: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        raise LoadFailed(f"the load generator failed: {run.stderr.strip()[-500:]}") from None
    return done
