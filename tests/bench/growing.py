"""How retrieval grows, as a section of `make bench`; `python -m tests.bench.growth` prints more of the same."""

from __future__ import annotations

from typing import Any

from tests.bench.growth import OUTPUT, SIZES, Plan, measure_growth
from tests.bench.growth_report import exponent
from tests.bench.section import Bench, Promise, Section

HEAD = (
    "passages",
    "built, s",
    "on disk, MiB",
    "opened, s",
    "memory, MiB",
    "p50, ms",
    "p95, ms",
    "p99, ms",
    "recall of vectors",
    "of the whole",
    "one entry changed, s",
    "texts embedded",
)


def measure(bench: Bench) -> Section:
    """Grow a corpus; its embeddings are kept in `bench-output/`, since they take longest."""
    plan = Plan(sizes=(100, 1_000), queries=20, out=bench.folder) if bench.quick else Plan(sizes=SIZES, out=OUTPUT)
    result = measure_growth(plan, bench.report)
    sizes = result["sizes"]
    largest = sizes[-1]
    return Section(
        title="Retrieval as the corpus grows",
        rows=(HEAD, *map(_row, sizes)),
        figures=result,
        notes=(
            f"Generated compliance texts, searched for {plan.queries} questions worded otherwise, by a process "
            "that does nothing else; a search has vectors, words and ranking, without the embedding of the question.",
            f"The first {result['real']:,} passages have the encoder's embeddings, those beyond mixtures of two. "
            "Memory is the resident set with everything that is mapped and was read.",
            f"The time of a search grows with the number of passages to the power of {exponent(sizes):.2f}.",
        ),
        promises=(
            Promise(f"a search among {largest['passages']:,} passages, ms", largest["times"]["search"]["p50"], 10.0),
            Promise("recall at 10 against exact search", largest["recall"]["vectors"], 0.98, at_least=True),
            Promise("texts embedded after one changed entry", largest["change"]["embedded"], 10.0),
        ),
    )


def _row(at: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{at['passages']:,}",
        f"{at['build_seconds']:.1f}",
        f"{at['disk_mb']:.0f}",
        f"{at['open_seconds']:.2f}",
        f"{at['memory_mb']['searched']['rss']:.0f}",
        *(f"{at['times']['search'][share]:.2f}" for share in ("p50", "p95", "p99")),
        f"{at['recall']['vectors']:.4f}",
        f"{at['recall']['search']:.4f}",
        f"{at['change']['seconds']:.1f}",
        str(at["change"]["embedded"]),
    )
