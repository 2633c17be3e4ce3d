"""Nearest passages by inner product, with FAISS.

Search is exact while the corpus is small. A larger one gets an inverted file (IVF), whose number of probed
cells is raised, when it is built, until it finds what exact search finds; its lists stay on disk, mapped.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from index.errors import IndexDamaged

EXACT_UP_TO = 20_000
TARGET_RECALL = 0.98
RECALL_AT = 10
SAMPLE = 256  # queries that recall is measured with
TRAINED_PER_CELL = 64  # vectors that each cell's centre is learnt from

Found = tuple[np.ndarray, np.ndarray]  # cosines and rows


def choose_index(n: int) -> str:
    """FAISS factory string for `n` vectors: exact, or an inverted file with about 4 sqrt(n) cells."""
    if n <= EXACT_UP_TO:
        return "Flat"
    return f"IVF{2 ** round(np.log2(4 * np.sqrt(n)))},Flat"


class VectorIndex:
    """The searchable embeddings of all passages, in passage order."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, embeddings: np.ndarray, description: str | None = None) -> VectorIndex:
        """Index float32 `(n, d)` with L2-normalised rows.

        Args:
            embeddings: the rows, which may be a memory map.
            description: a FAISS factory string; by default chosen from n.
        """
        n, dimension = embeddings.shape
        description = description or choose_index(n)
        index = faiss.index_factory(dimension, description, faiss.METRIC_INNER_PRODUCT)
        if not index.is_trained:
            index.train(_some_rows(embeddings, index.nlist * TRAINED_PER_CELL))
        for start in range(0, n, 65_536):
            index.add(np.ascontiguousarray(embeddings[start : start + 65_536]))
        vectors = cls(index)
        if not vectors.is_exact:
            vectors._raise_probes(embeddings)
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
        scores, rows = self._search(query[None, :], k, allowed)
        found = rows[0] >= 0
        return scores[0][found], rows[0][found]

    def recall(self, embeddings: np.ndarray, queries: np.ndarray, k: int = RECALL_AT) -> float:
        """Share of exact search's k nearest rows of `embeddings` that this index finds too."""
        _, exact = faiss.knn(queries, embeddings, k, metric=faiss.METRIC_INNER_PRODUCT)
        _, found = self._search(queries, k, None)
        shared = [len(set(one) & set(other)) for one, other in zip(exact, found, strict=True)]
        return sum(shared) / exact.size

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read an index; the lists of an inverted file are mapped, not read.

        Raises:
            IndexDamaged: FAISS cannot read the file.
        """
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))
        except RuntimeError as error:
            raise IndexDamaged(f"{path.name}: FAISS cannot read it") from error

    def _search(self, queries: np.ndarray, k: int, allowed: np.ndarray | None) -> Found:
        if allowed is None:
            return self._index.search(queries, k)
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if self.is_exact:
            params = faiss.SearchParameters(sel=selector)
        else:
            params = faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)
        return self._index.search(queries, k, params=params)

    def _raise_probes(self, embeddings: np.ndarray) -> None:
        """Double the probed cells until recall is reached; with all of them probed it is exact."""
        queries = _some_rows(embeddings, SAMPLE)
        self._index.nprobe = 8
        while self._index.nprobe < self._index.nlist and self.recall(embeddings, queries) < TARGET_RECALL:
            self._index.nprobe = min(2 * self._index.nprobe, self._index.nlist)


def _some_rows(embeddings: np.ndarray, count: int) -> np.ndarray:
    """At most `count` rows, the same ones each time."""
    chosen = np.random.default_rng(0).permutation(len(embeddings))[:count]
    return np.ascontiguousarray(embeddings[np.sort(chosen)])
