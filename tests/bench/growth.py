"""`python -m tests.bench.growth`: what retrieval costs as the corpus grows, from a hundred passages to a million.

    python -m tests.bench.growth --sizes 100,1000,10000,100000,1000000

At each size an index is built and one entry of it changed; a process that does nothing else opens and searches it, and
its finds are compared with those of a look at every passage. Writes growth.json and growth.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.settings import PROJECT
from index import shelf
from index.encoder import Encoder, open_encoder
from index.retriever import build, ensure
from index.text import normalise
from index.vectors import VectorIndex, choose_index
from tests.bench.grown import ENTRY, GrownCorpus, queries
from tests.bench.growth_corpus import KeptEncoder, Report, kept_embeddings
from tests.bench.growth_report import markdown

OUTPUT = PROJECT / "bench-output"
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
REAL = 200_000  # passages whose embeddings are the encoder's
QUERIES = 200
CROSSING = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)  # sizes at which both kinds of index are tried
RATE_OF = 2_000  # passages that the encoder's rate is measured with


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    sizes: tuple[int, ...] = SIZES
    real: int = REAL
    queries: int = QUERIES
    out: Path = OUTPUT


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns the status of the process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of passages, separated by commas")
    parser.add_argument("--real", type=int, default=REAL, help="passages embedded by the encoder; the rest is mixed")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--out", type=Path, default=OUTPUT)
    options = parser.parse_args(arguments)
    sizes = tuple(sorted(int(size) for size in options.sizes.split(",")))
    result = measure_growth(Plan(sizes, options.real, options.queries, options.out), _say)
    print(markdown(result))
    return 0


def measure_growth(plan: Plan, report: Report) -> dict[str, Any]:
    """Figures at every size; also written to `growth.json` and `growth.md` in the plan's folder."""
    started = time.monotonic()
    encoder = open_encoder()
    work = plan.out / "growth"
    rows = kept_embeddings(work, max(plan.sizes), plan.real, encoder, report)
    passages = list(GrownCorpus(max(plan.sizes)))
    kept = KeptEncoder(encoder, [passage.text for passage in passages], rows)
    report("measuring the encoder")
    result: dict[str, Any] = {"encoder": _encoder_figures(encoder), "real": min(plan.real, max(plan.sizes))}
    result["crossing"] = [_both_kinds(rows[:n], plan, encoder) for n in CROSSING if n <= len(rows)]
    result["sizes"] = []
    for size in plan.sizes:
        result["sizes"].append(_at(size, passages[:size], kept, encoder, plan, report))
    result["minutes"] = round((time.monotonic() - started) / 60, 1)
    shutil.rmtree(work / "indexes", ignore_errors=True)
    (plan.out / "growth.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (plan.out / "growth.md").write_text(markdown(result), encoding="utf-8")
    return result


def _at(
    size: int, passages: Sequence[Any], kept: KeptEncoder, encoder: Encoder, plan: Plan, report: Report
) -> dict[str, Any]:
    folder = plan.out / "growth" / "indexes" / str(size)
    shutil.rmtree(folder, ignore_errors=True)
    report(f"{size} passages: building")
    seconds, built = _seconds(lambda: build(folder, passages, kept))
    figures = {
        "passages": size,
        "build_seconds": seconds,
        "parts_seconds": built.manifest.seconds,
        "index": choose_index(size, encoder.dimension),
        "effort": vars(built.parts.vectors.effort),
        "disk_mb": sum(path.stat().st_size for path in shelf.current(folder).rglob("*") if path.is_file()) / 2**20,
    }
    del built
    report(f"{size} passages: searching")
    asked = queries(min(size, plan.real), plan.queries)
    figures |= _measured(folder, asked, encoder, plan.out / "growth")
    report(f"{size} passages: changing one entry")
    entry = size // ENTRY // 2
    changed = GrownCorpus(size, frozenset([entry]))[entry * ENTRY : (entry + 1) * ENTRY]
    kept.new = 0
    now = [*passages[: entry * ENTRY], *changed, *passages[(entry + 1) * ENTRY :]]
    seconds, again = _seconds(lambda: ensure(folder, now, kept))
    figures["change"] = {"seconds": seconds, "parts_seconds": again.manifest.seconds, "embedded": kept.new}
    del again
    shutil.rmtree(folder)
    return figures


def _measured(folder: Path, asked: Sequence[tuple[str, str]], encoder: Encoder, work: Path) -> dict[str, Any]:
    texts, languages = [text for text, _ in asked], [language for _, language in asked]
    embeddings = work / "queries.npy"
    np.save(embeddings, encoder.encode_queries([normalise(text) for text in texts]))
    task = {
        "folder": str(folder),
        "embeddings": str(embeddings),
        "encoder": [encoder.name, encoder.revision, encoder.dimension],
        "texts": texts,
        "languages": languages,
    }
    command = [sys.executable, "-m", "tests.bench.growth_measure"]
    ended = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, cwd=PROJECT)
    if ended.returncode:
        raise SystemExit(f"measuring failed:\n{ended.stderr}")
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures


def _encoder_figures(encoder: Encoder) -> dict[str, float | str]:
    texts = [normalise(text) for text, _ in queries(RATE_OF * ENTRY, RATE_OF)]
    encoder.encode_passages(texts[:64])
    seconds, _ = _seconds(lambda: encoder.encode_passages(texts))
    times = [_seconds(lambda text=text: encoder.encode_queries([text]))[0] for text in texts[:200]]
    return {
        "name": encoder.name,
        "passages_per_second": len(texts) / seconds,
        "query_ms": 1000 * float(np.median(times)),
    }


def _both_kinds(rows: np.ndarray, plan: Plan, encoder: Encoder) -> dict[str, float]:
    """Milliseconds of an exact and of an approximate search, and the recall of the latter."""
    asked = encoder.encode_queries([normalise(text) for text, _ in queries(len(rows), plan.queries)])
    rows = np.ascontiguousarray(rows)
    exact, close = VectorIndex.build(rows, "Flat"), VectorIndex.build(rows, choose_index(len(rows), rows.shape[1], 0))
    times = {name: _median_ms(index, asked) for name, index in (("exact_ms", exact), ("approximate_ms", close))}
    return {"passages": len(rows), **times, "recall": close.recall(asked)}


def _median_ms(index: VectorIndex, asked: np.ndarray) -> float:
    return 1000 * float(np.median([_seconds(lambda one=one: index.search(one, 20))[0] for one in asked]))


def _seconds(call: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
