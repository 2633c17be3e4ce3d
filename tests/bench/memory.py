"""Memory of all processes, both sides, after they were asked."""

from __future__ import annotations

import json
import subprocess
import sys

from bot.settings import PROJECT
from tests.bench.load import load
from tests.bench.running import asked, both_sides
from tests.bench.section import Bench, Promise, Section

_MIB = 2**20
_USERS, _SECONDS = 8, 4.0
# What opening the embedding model and using it adds to a process that has numpy.
_ENCODER = """
import json, psutil, numpy
from index.encoder import open_encoder
def share():
    full = psutil.Process().memory_full_info()
    return getattr(full, "pss", full.rss)
import index.engines
before = share()
encoder = open_encoder()
encoder.encode_queries([f"which services are covered, and since when {n}" for n in range(32)])
print(json.dumps(share() - before))
"""


def measure(bench: Bench) -> Section:
    """Ask both sides for a while, then weigh them."""
    sides = both_sides(bench)
    for running in sides:
        load(running, _USERS, _SECONDS, 0.0, asked(bench, running).next(1000))
    by_process = {running.name: running.servers.memory() for running in sides}
    encoder = _encoder()
    ours, stock = (sum(by_process[running.name].values()) for running in sides)
    copies = len(by_process[sides[1].name])  # each of its servers opens the model for itself
    without = stock - copies * encoder
    return Section(
        title="Memory",
        rows=(
            ("", "MiB"),
            ("ours, all processes", _mib(ours)),
            ("stock Rasa, all processes", _mib(stock)),
            *((f"{name} of it", _mib(size)) for name, size in by_process[sides[1].name].items()),
            ("the encoder alone", _mib(encoder)),
            ("stock Rasa's servers without the encoder, and one encoder", _mib(without + encoder)),
        ),
        figures={"processes": by_process, "encoder": encoder},
        notes=(
            "The proportional set size where the system tells (Linux), summed over all processes, after both were "
            "asked. Each of stock Rasa's servers holds the encoder for itself; the promise counts it once.",
        ),
        promises=(Promise("memory, ours : stock's servers and one encoder", ours / (without + encoder), 1.0),),
    )


def _encoder() -> int:
    run = subprocess.run([sys.executable, "-c", _ENCODER], cwd=PROJECT, capture_output=True, text=True, check=True)
    size: int = json.loads(run.stdout.splitlines()[-1])
    return size


def _mib(size: int) -> str:
    return f"{size / _MIB:.0f}"
