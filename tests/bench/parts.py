"""The parts of one of our turns, against the floor: one bare embedding and one bare durable commit."""

from __future__ import annotations

import json
import statistics
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tests.bench.floor import Floor
from tests.bench.load import TURNS_EACH
from tests.bench.person import Person
from tests.bench.pool import questions
from tests.bench.section import Bench, Promise, Section
from tests.bench.sides import Running, Side, service

_TURNS, _WARM_UP = 600, 60
_STRETCH = 60  # turns between two measurements of the floor
# In the order of a turn; what is left of the time that the client waits is HTTP.
_PARTS = {
    "HTTP": "HTTP: client, server, request and reply",
    "service": "conversation: order, reply, log",
    "hand-over": "event loop",
    "NLU": "NLU: names, n-grams, decision",
    "embedding": "embedding",
    "search": "search",
    "policy": "policy",
    "action": "action",
    "tracker": "tracker",
    "Rasa": "the rest of Rasa",
    "transcript": "transcript and memory, one commit",
}


def measure(bench: Bench) -> Section:
    """Ask a service with a stopwatch, one user, distinct questions; then one without, in turns with the floor."""
    texts = questions()[-(60 if bench.quick else _TURNS) :]
    timed = _timed(bench.folder / "parts", texts)
    with Floor(bench.folder) as bare_work:
        plain = _plain(bench.folder / "plain", texts, bare_work)
        floor = bare_work.taken
    times = {part: [turn.get(part, 0.0) for turn in timed] for part in _PARTS}
    whole = [sum(turn.values()) for turn in timed]
    embedding, commit, own = (statistics.median(each) for each in floor.values())
    ratio, ratio_to_own = (statistics.median(plain) / (each + commit) for each in (embedding, own))
    return Section(
        title="The parts of a turn",
        rows=(
            ("", "median ms", "mean ms", "share"),
            *(_row(name, times[part], whole) for part, name in _PARTS.items()),
            _row("the whole turn", whole, whole),
            _row("the whole turn without the stopwatch", plain, whole)[:3] + ("",),
            *(_row(f"one bare {name}", each, whole)[:3] + ("",) for name, each in floor.items()),
            ("turn : floor", f"{ratio:.2f}", "", ""),
            ("turn : floor with the service's own embedding", f"{ratio_to_own:.2f}", "", ""),
        ),
        figures={"parts": times, "plain": plain, "floor": floor},
        notes=(
            "Our service with one worker and a stopwatch, and the same questions to one without, which the last lines "
            f"take; after every {_STRETCH} of them the floor is measured: one embedding as the model's package does "
            "it, and one durable commit. One user over one connection, which is a bare socket: a load generator in "
            "Python adds about a millisecond of its own to each turn.",
        ),
        promises=(Promise("turn at one user : floor", ratio, 2.5),),
    )


def _timed(folder: Path, texts: Sequence[str]) -> list[Mapping[str, float]]:
    """The milliseconds of each turn by part."""
    file = folder / "parts.jsonl"
    with _service(folder, [sys.executable, "-m", "tests.bench.timed_service", str(file)]) as running:
        taken = list(_asked(running, texts))
    parts = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()][-len(texts) :]
    turns = [{**each, "HTTP": whole - sum(each.values())} for each, whole in zip(parts, taken, strict=True)]
    return turns[_warm_up(texts) :]


def _plain(folder: Path, texts: Sequence[str], floor: Floor) -> list[float]:
    """The milliseconds of each turn; the floor is measured with the same questions after every few of them.

    A machine that gets slower or faster meanwhile does so for both.
    """
    taken = []
    with _service(folder, [sys.executable, "-m", "bot", "serve"]) as running:
        for start in range(0, len(texts), _STRETCH):
            stretch = texts[start : start + _STRETCH]
            taken += _asked(running, stretch)
            floor.measure(stretch)
    return taken[_warm_up(texts) :]


def _warm_up(texts: Sequence[str]) -> int:
    return min(_WARM_UP, len(texts) // 2)


@contextmanager
def _service(folder: Path, command: Sequence[str]) -> Iterator[Running]:
    running = Side("ours", lambda port, place: [service(port, place, command, WORKERS="1")]).start(folder)
    try:
        yield running
    finally:
        running.servers.stop()


def _asked(running: Running, texts: Sequence[str]) -> Iterator[float]:
    """How long each turn took, in milliseconds."""
    with closing(Person(running)) as person:
        for number, text in enumerate(texts):
            if number % TURNS_EACH == 0:
                sender = str(uuid.uuid4())
            yield person.ask(sender, text)


def _row(name: str, each: Sequence[float], whole: Sequence[float]) -> tuple[str, ...]:
    mean = statistics.mean(each)
    return name, f"{statistics.median(each):.2f}", f"{mean:.2f}", f"{100 * mean / statistics.mean(whole):.0f} %"
