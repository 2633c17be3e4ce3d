"""Measures the recogniser of names on the sentences of name_cases: `python -m tests.index.measure_names`.

Precision and recall count names; times are processor milliseconds of one look-up, the best of several rounds, with
the cache of slips emptied before each look-up ("cold") and without.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from index.knowledge import load_pages
from index.names import NameCatalog
from tests.index.name_cases import NAMED, NAMELESS, UNKNOWN

KNOWLEDGE = Path(__file__).resolve().parents[2] / "data" / "knowledge"
TEXTS = (
    "Are Intune and Teams covered by the ISO 20000-1 certificate?",
    "请问世纪互联运营的 Office 365 和 Power BI 在不在这张证书的认证范围内？",
    "is intuen or powr bi or azure goverment in scope of the certifcate",
    "the story of a long year, with many flows of work and reports. " * 64,
)


def milliseconds(call: Callable[[], object], rounds: int = 5, calls: int = 50) -> float:
    """Processor time of one call, the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.thread_time()
        for _ in range(calls):
            call()
        best = min(best, (time.thread_time() - start) / calls)
    return best * 1000


def cold(catalog: NameCatalog, text: str) -> None:
    """One look-up with nothing remembered about slips."""
    catalog._finder._typos.readings.cache_clear()  # type: ignore[attr-defined]
    catalog.find(text)


def main() -> None:
    """Print precision and recall, then times."""
    catalog = NameCatalog.from_files(KNOWLEDGE / "names", load_pages(KNOWLEDGE))
    right = found = wanted = 0
    for text, expected in [*NAMED, *((text, []) for text in NAMELESS)]:
        got = Counter(mention.name.id for mention in catalog.find(text))
        right += (got & Counter(expected)).total()
        found += got.total()
        wanted += len(expected)
    print(f"{len(NAMED)} sentences with names, {len(NAMELESS)} without, {len(catalog.names)} names known")
    print(f"precision {right / found:.4f} ({right}/{found})   recall {right / wanted:.4f} ({right}/{wanted})")
    known = sum(catalog.unknown_name(text) == expected for text, expected in UNKNOWN)
    print(f"unknown names: {known}/{len(UNKNOWN)} as expected")
    for text in TEXTS:
        times = milliseconds(lambda: catalog.find(text)), milliseconds(lambda: cold(catalog, text))  # noqa: B023
        print(f"{len(text):5d} characters: find {times[0]:.3f} ms, cold {times[1]:.3f} ms   {text[:40]}")


if __name__ == "__main__":
    main()
