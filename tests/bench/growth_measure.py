"""What opening and searching an index costs a process that does nothing else: `python -m tests.bench.growth_measure`.

Reads a description of what to ask from standard input and writes figures to standard output, both JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import shelf
from index.retriever import LEXICAL_WEIGHT, Retriever

K = 10
ROUNDS = 3  # warm searches of each question
SAME = 1e-6  # scores that differ by no more are equal: passages with the same text are interchangeable
GROUP = 50  # questions compared with all passages at once
BLOCK = 65_536


@dataclass(frozen=True)
class NamedEncoder:
    """Stands for the encoder: every question comes with its embedding."""

    name: str
    revision: str
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Not asked for."""
        raise NotImplementedError

    encode_passages = encode_queries


def main() -> None:
    """Measure."""
    task = json.load(sys.stdin)
    folder = Path(task["folder"])
    embeddings = np.load(task["embeddings"])
    encoder = NamedEncoder(*task["encoder"])
    asked = list(zip(task["texts"], embeddings, task["languages"], strict=True))
    before = _memory()
    _forget(shelf.current(folder))
    opened_cold, retriever = _timed(lambda: Retriever.open(folder, encoder))
    first = [_timed(lambda one=one: retriever.search(one[0], K, embedding=one[1]))[0] for one in asked[:20]]
    for text, embedding, _ in asked:  # everything a search reads is in memory from here on
        retriever.search(text, K, embedding=embedding)
    del retriever
    opened, retriever = _timed(lambda: Retriever.open(folder, encoder))
    just_opened = _memory()
    figures: dict[str, Any] = {
        "open_cold_seconds": opened_cold / 1000,
        "open_seconds": opened / 1000,
        "first_search_cold_ms": first[0],
        "searches_cold_ms": float(np.median(first[1:])),
        "times": _times(retriever, asked),
    }
    searched = _memory()
    figures["memory_mb"] = {"before": before, "opened": just_opened, "searched": searched}
    figures["recall"] = _recall(retriever, asked)
    json.dump(figures, sys.stdout)


def _times(retriever: Retriever, asked: Sequence[tuple[str, np.ndarray, str]]) -> dict[str, dict[str, float]]:
    vectors, lexical = retriever.parts.vectors, retriever.parts.lexical

    def words(text: str) -> None:
        lexical._read.cache_clear()
        lexical.scores_of(text, lexical.best(text, 2 * K))

    def whole(text: str, embedding: np.ndarray, **filters: Any) -> None:
        lexical._read.cache_clear()
        retriever.search(text, K, embedding=embedding, **filters)

    pages = {text: retriever.search(text, 1, embedding=embedding)[0].passage.page for text, embedding, _ in asked}
    kinds = {
        "search": lambda one: whole(one[0], one[1]),
        "vectors": lambda one: vectors.search(one[1], 2 * K),
        "lexical": lambda one: words(one[0]),
        "language": lambda one: whole(one[0], one[1], language=one[2]),
        "kind": lambda one: whole(one[0], one[1], kinds=["answer"]),
        "page": lambda one: whole(one[0], one[1], pages=[pages[one[0]]]),
    }
    return {name: _spread(search, asked) for name, search in kinds.items()}


def _spread(search: Callable[[Any], Any], asked: Sequence[Any]) -> dict[str, float]:
    for one in asked[:20]:
        search(one)
    wall, work = [], []
    for one in list(asked) * ROUNDS:
        started = time.thread_time()
        wall.append(_timed(lambda one=one: search(one))[0])
        work.append(1000 * (time.thread_time() - started))
    return {
        **{f"p{share}": float(np.percentile(wall, share)) for share in (50, 95, 99)},
        "cpu_p50": float(np.median(work)),
    }


def _recall(retriever: Retriever, asked: Sequence[tuple[str, np.ndarray, str]]) -> dict[str, float]:
    """Share of the best ten of all passages that a search finds; equal scores count as the same passage."""
    shares: dict[str, list[float]] = {"vectors": [], "search": [], "language": [], "kind": []}
    for start in range(0, len(asked), GROUP):
        group = asked[start : start + GROUP]
        dense = _dense(retriever, np.stack([embedding for _, embedding, _ in group]))
        for (text, embedding, language), cosines in zip(group, dense, strict=True):
            scores = cosines + LEXICAL_WEIGHT * retriever.parts.lexical.scores(text)
            found = retriever.parts.vectors.search(embedding, K)[0]
            shares["vectors"].append(_share(found, cosines))
            for name, filters in (
                ("search", {}),
                ("language", {"language": language}),
                ("kind", {"kinds": ["answer"]}),
            ):
                hits = retriever.search(text, K, embedding=embedding, **filters)
                among = scores[_kept(retriever, filters)]
                shares[name].append(_share(np.array([h.dense + LEXICAL_WEIGHT * h.lexical for h in hits]), among))
    return {name: float(np.mean(each)) for name, each in shares.items()}


def _kept(retriever: Retriever, filters: dict[str, Any]) -> Any:
    for name, wanted in filters.items():
        column = retriever.column({"kinds": "kind"}.get(name, name))
        return column.rows(column.chosen([wanted] if isinstance(wanted, str) else wanted))
    return slice(None)


def _dense(retriever: Retriever, queries: np.ndarray) -> np.ndarray:
    rows = retriever.parts.embeddings
    blocks = [queries @ rows[start : start + BLOCK].T for start in range(0, len(rows), BLOCK)]
    return np.concatenate(blocks, axis=1)


def _share(found: np.ndarray, scores: np.ndarray) -> float:
    best = np.sort(scores[np.argpartition(-scores, K - 1)[:K]] if len(scores) > K else scores)
    return float(min(np.count_nonzero(found >= best[0] - SAME), len(best)) / len(best))


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = call()
    return 1000 * (time.perf_counter() - started), result


def _forget(folder: Path) -> None:
    """Ask the system to drop its copies of the files, as after a restart of the machine."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _memory() -> dict[str, float]:
    """RSS, the part of it that is mapped files, and PSS, in megabytes."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kilobytes = {name: int(value.split()[0]) for name, value in (line.split(":", 1) for line in lines)}
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    files = next(int(line.split()[1]) for line in status if line.startswith("RssFile"))
    return {"rss": kilobytes["Rss"] / 1024, "pss": kilobytes["Pss"] / 1024, "files": files / 1024}


if __name__ == "__main__":
    main()
