"""Both sides running beside each other, started once for all sections that ask them."""

from __future__ import annotations

from tests.bench.pool import Asked
from tests.bench.section import Bench
from tests.bench.sides import OURS, STOCK, Running

Both = tuple[Running, Running]


def both_sides(bench: Bench) -> Both:
    """Ours and stock Rasa; whoever is not asked waits, and takes no processor time meanwhile."""
    if "sides" not in bench.shared:
        bench.report("starting both sides")
        running = []
        for side in (OURS, STOCK):
            running.append(side.start(bench.folder / side.name))
            bench.closing.callback(running[-1].servers.stop)
        bench.shared["sides"] = tuple(running)
    both: Both = bench.shared["sides"]
    return both


def asked(bench: Bench, running: Running) -> Asked:
    """The questions that this side has still to be asked; both sides get the same ones in the same order."""
    questions: dict[str, Asked] = bench.shared.setdefault("asked", {})
    return questions.setdefault(running.name, Asked())
