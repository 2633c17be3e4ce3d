"""The figures of `tests.bench.growth` as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np


def markdown(result: dict[str, Any]) -> str:
    """All tables, with what they mean."""
    sizes = result["sizes"]
    encoder = result["encoder"]
    lines = [
        f"{encoder['name']} embeds {encoder['passages_per_second']:.0f} passages/s, a question in "
        f"{encoder['query_ms']:.1f} ms. The first {result['real']:,} passages have its embeddings, "
        "those beyond mixtures of two of them.",
        "",
        *_table(
            (
                "passages",
                "build s",
                "corpus",
                "vectors",
                "words",
                "on disk MB",
                "open s",
                "opened cold s",
                "RSS MB",
                "PSS MB",
            ),
            map(_build_row, sizes),
        ),
        "",
        *_table(
            ("passages", "p50 ms", "p95", "p99", "CPU ms", "vectors", "words", "language", "kind", "page", "cold"),
            map(_search_row, sizes),
        ),
        "",
        *_table(
            ("passages", "vectors", "whole search", "with language", "with kind", "probes", "compared"),
            map(_recall_row, sizes),
        ),
        "",
        *_table(("passages", "changed entry s", "texts embedded"), map(_change_row, sizes)),
        "",
        *_table(("passages", "exact ms", "approximate ms", "recall"), map(_crossing_row, result["crossing"])),
        "",
        f"From {sizes[0]['passages']:,} to {sizes[-1]['passages']:,} passages, the time of a search grows with their "
        f"number to the power of {exponent(sizes):.2f}. All of it took {result['minutes']} minutes.",
        "",
    ]
    return "\n".join(lines)


def exponent(sizes: Sequence[dict[str, Any]]) -> float:
    """Of the power law nearest to the median times of a search: 1 would be a look at every passage."""
    if len(sizes) < 2:
        return float("nan")
    n, times = zip(*((each["passages"], each["times"]["search"]["p50"]) for each in sizes), strict=True)
    return float(np.polyfit(np.log(n), np.log(times), 1)[0])


def _build_row(at: dict[str, Any]) -> list[str]:
    parts, memory = at["parts_seconds"], at["memory_mb"]["searched"]
    return [
        f"{at['passages']:,}",
        f"{at['build_seconds']:.1f}",
        *(f"{parts[name]:.1f}" for name in ("corpus", "vectors", "lexical")),
        f"{at['disk_mb']:.0f}",
        f"{at['open_seconds']:.2f}",
        f"{at['open_cold_seconds']:.2f}",
        f"{memory['rss']:.0f}",
        f"{memory['pss']:.0f}",
    ]


def _search_row(at: dict[str, Any]) -> list[str]:
    times = at["times"]
    return [
        f"{at['passages']:,}",
        *(f"{times['search'][name]:.2f}" for name in ("p50", "p95", "p99", "cpu_p50")),
        *(f"{times[name]['p50']:.2f}" for name in ("vectors", "lexical", "language", "kind", "page")),
        f"{at['searches_cold_ms']:.1f}",
    ]


def _recall_row(at: dict[str, Any]) -> list[str]:
    recall, effort = at["recall"], at["effort"]
    shares = [f"{recall[name]:.4f}" for name in ("vectors", "search", "language", "kind")]
    return [f"{at['passages']:,}", *shares, str(effort["probes"]), str(effort["compared"])]


def _change_row(at: dict[str, Any]) -> list[str]:
    return [f"{at['passages']:,}", f"{at['change']['seconds']:.1f}", str(at["change"]["embedded"])]


def _crossing_row(at: dict[str, Any]) -> list[str]:
    return [f"{at['passages']:,}", f"{at['exact_ms']:.2f}", f"{at['approximate_ms']:.2f}", f"{at['recall']:.4f}"]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
