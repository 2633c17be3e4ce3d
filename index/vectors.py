"""Nearest passages by inner product, with FAISS.

Search is exact while the corpus is small. A larger one gets an inverted file of 4-bit product codes (IVF, PQ
"fast scan"), whose best candidates are compared again by their full embeddings, which stay on disk, mapped. How
many candidates are compared and how many cells probed is raised, when the index is built, until it finds what
exact search finds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.errors import IndexDamaged

EXACT_UP_TO = 20_000
TARGET_RECALL = 0.985  # somewhat above what is promised (0.98): it is measured on a sample
CODES_RECALL = 0.995  # of the codes alone, with every cell probed
RECALL_AT = 10
SAMPLE = 256  # queries that recall is measured with
FIRST_PROBES = 8
TRAINED_PER_CELL = 64  # vectors that each cell's centre is learnt from
FIRST_COMPARED = 10  # candidates compared again for each one wanted

Found = tuple[np.ndarray, np.ndarray]  # cosines and rows


def choose_index(n: int, dimension: int) -> str:
    """FAISS factory string for `n` vectors: exact, or an inverted file with about 4 sqrt(n) cells."""
    if n <= EXACT_UP_TO:
        return "Flat"
    codes = f"PQ{dimension // 4}x4fsr" if dimension % 4 == 0 else "SQ8"
    return f"IVF{2 ** round(np.log2(4 * np.sqrt(n)))},{codes}"


class VectorIndex:
    """The searchable embeddings of all passages, in passage order."""

    def __init__(self, index: Any, embeddings: np.ndarray, compared: int = FIRST_COMPARED) -> None:
        self._index = index
        self._embeddings = embeddings
        self._compared = compared

    @classmethod
    def build(cls, embeddings: np.ndarray, description: str | None = None) -> VectorIndex:
        """Index float32 `(n, d)` with L2-normalised rows.

        Args:
            embeddings: the rows, which may be a memory map and must outlive the index.
            description: a FAISS factory string; by default chosen from n.
        """
        n, dimension = embeddings.shape
        description = description or choose_index(n, dimension)
        index = faiss.index_factory(dimension, description, faiss.METRIC_INNER_PRODUCT)
        if not index.is_trained:
            index.train(_some_rows(embeddings, index.nlist * TRAINED_PER_CELL))
        for start in range(0, n, 65_536):
            index.add(np.ascontiguousarray(embeddings[start : start + 65_536]))
        vectors = cls(index, embeddings)
        if not vectors.is_exact:
            vectors._raise_effort()
        return vectors

    @property
    def is_exact(self) -> bool:
        """Whether every search looks at every passage."""
        return isinstance(self._index, faiss.IndexFlat)

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Found:
        """The nearest passages, best first.

        Args:
            query: one embedding `(d,)`.
            k: how many at most.
            allowed: bool `(n,)`; only passages that are True count.

        Returns:
            cosines float32 `(m,)` and rows int64 `(m,)`, m <= k.
        """
        if self.is_exact:
            return self._search_exactly(query, k, allowed)
        return self._best_of(self._candidates(query, k, allowed), query, k)

    def recall(self, queries: np.ndarray, k: int = RECALL_AT) -> float:
        """Share of exact search's k nearest passages that this index finds too."""
        return self._shared(queries, self._nearest(queries, k))

    def save(self, path: Path) -> None:
        """Write the index to a file and its effort beside it; the embeddings are in neither."""
        faiss.write_index(self._index, str(path))
        path.with_suffix(".json").write_text(json.dumps({"compared": self._compared}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path, embeddings: np.ndarray) -> VectorIndex:
        """Read an index of these embeddings.

        Raises:
            IndexDamaged: FAISS cannot read the file.
        """
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
            effort = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        except (RuntimeError, OSError, ValueError) as error:
            raise IndexDamaged(f"{path.name}: FAISS cannot read it") from error
        return cls(index, embeddings, effort["compared"])

    def _search_exactly(self, query: np.ndarray, k: int, allowed: np.ndarray | None) -> Found:
        params = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            params = faiss.SearchParameters(sel=selector)
        scores, rows = self._index.search(query[None, :], k, params=params)
        found = rows[0] >= 0
        return scores[0][found], rows[0][found]

    def _candidates(self, query: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
        """Rows to compare by their full embeddings; fast-scan codes cannot be filtered while they are scanned."""
        count = self._compared * k
        if allowed is None:
            return self._scan(query, count)
        share = np.count_nonzero(allowed)
        if share <= EXACT_UP_TO:
            return np.flatnonzero(allowed)
        rows = self._scan(query, count * len(allowed) // share)
        return rows[allowed[rows]]

    def _scan(self, query: np.ndarray, count: int) -> np.ndarray:
        rows = self._index.search(query[None, :], count)[1][0]
        return rows[rows >= 0]

    def _best_of(self, rows: np.ndarray, query: np.ndarray, k: int) -> Found:
        scores = np.asarray(self._embeddings[rows] @ query)
        order = np.argsort(-scores, kind="stable")[:k]
        return scores[order], rows[order]

    def _raise_effort(self) -> None:
        """Double the candidates, with all cells probed, and then the cells, until recall is reached."""
        queries = _some_rows(self._embeddings, SAMPLE)
        nearest = self._nearest(queries, RECALL_AT)
        self._index.nprobe = self._index.nlist
        while self._compared * RECALL_AT < len(self._embeddings) and self._shared(queries, nearest) < CODES_RECALL:
            self._compared *= 2
        self._index.nprobe = min(FIRST_PROBES, self._index.nlist)
        while self._index.nprobe < self._index.nlist and self._shared(queries, nearest) < TARGET_RECALL:
            self._index.nprobe = min(2 * self._index.nprobe, self._index.nlist)

    def _nearest(self, queries: np.ndarray, k: int) -> np.ndarray:
        return faiss.knn(queries, self._embeddings, k, metric=faiss.METRIC_INNER_PRODUCT)[1]

    def _shared(self, queries: np.ndarray, nearest: np.ndarray) -> float:
        k = nearest.shape[1]
        found = [set(self.search(query, k)[1]) for query in queries]
        return sum(len(one & set(exact)) for one, exact in zip(found, nearest, strict=True)) / nearest.size


def _some_rows(embeddings: np.ndarray, count: int) -> np.ndarray:
    """At most `count` rows, the same ones each time."""
    chosen = np.random.default_rng(0).permutation(len(embeddings))[:count]
    return np.ascontiguousarray(embeddings[np.sort(chosen)])
