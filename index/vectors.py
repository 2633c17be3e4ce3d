"""Nearest passages by inner product, with FAISS.

Search is exact while the corpus is small. A larger one gets 4-bit product codes (PQ "fast scan"), a large one an
inverted file of them (IVF); the best candidates are compared again by their full embeddings, which stay on disk,
mapped. How many candidates are compared and how many cells probed is raised, when the index is built, until it finds
what exact search finds.

The sizes were chosen by measurement. The embeddings of 6,771 passages are 14 MB, which a turn, whose other work fills
the processor's cache, reads from memory in 0.9 ms; their codes take 0.2 ms, and on 500 questions found each of the 24
nearest that exact search finds.

A few changed passages do not make a new index: theirs are added to the cells that are there, and `rows` says which
passage each stored vector is now. From `CHANGED` of all on, cells and effort are learnt anew.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.allowed import Allowed
from index.errors import IndexDamaged

EXACT_UP_TO = 2_000
CELLS_FROM = 20_000
FEW = 4_000  # allowed passages, up to which comparing each is the quickest
TARGET_RECALL = 0.99  # somewhat above what is promised (0.98): it is measured on a sample, of made questions
CODES_RECALL = 0.995  # of the codes alone, with every cell probed
RECALL_AT = 10
SAMPLE = 256  # made questions that recall is measured with
ASIDE = np.float32(0.7)  # how much of another passage a made question has
FIRST_PROBES = 8
TRAINED_PER_CELL = 40  # vectors that each cell's centre is learnt from
TRAINED_WITHOUT_CELLS = 100  # as for so many cells
FIRST_COMPARED, MOST_COMPARED = 10, 640  # candidates compared again for each one wanted
# Of the effort that made questions need, in an inverted file: where a million passages lay close together, real ones
# found 0.962 with the effort that found 0.998 for made ones, and 0.988 with twice as much, in the same time.
MARGIN = 2
SAME = 1e-6  # cosines that differ by no more are equal: texts repeat, and any of them will do
CHANGED = 0.02  # share of vectors that may be added or dead before cells and effort are learnt anew
PART = 65_536  # vectors added at a time
DEAD = -1

Found = tuple[np.ndarray, np.ndarray]  # cosines and rows


def choose_index(n: int, dimension: int, cells_from: int | None = None) -> str:
    """FAISS factory string for `n` vectors: exact, all codes, or an inverted file with about 2 sqrt(n) cells.

    Args:
        cells_from: from how many vectors on there are cells, however few that is.
    """
    if n < (CELLS_FROM if cells_from is None else cells_from):
        return "Flat" if n <= EXACT_UP_TO or dimension % 2 else f"PQ{dimension // 2}x4fs"
    codes = f"PQ{dimension // 4}x4fsr" if dimension % 4 == 0 else "SQ8"
    return f"IVF{2 ** round(np.log2(2 * np.sqrt(n)))},{codes}"


@dataclass(frozen=True)
class Effort:
    """How hard an approximate index searches.

    Attributes:
        built: how many vectors its cells were learnt from and its effort measured with.
        compared: candidates compared by their full embeddings for each one wanted.
        probes: cells looked into.
    """

    built: int
    compared: int = FIRST_COMPARED
    probes: int = FIRST_PROBES


class VectorIndex:
    """The searchable embeddings of all passages, in passage order."""

    def __init__(self, index: Any, embeddings: np.ndarray, effort: Effort, rows: np.ndarray | None = None) -> None:
        self._index = index
        self._embeddings = embeddings
        self.effort = effort
        self._rows = rows  # of each stored vector, the passage; None where both are numbered alike
        self._lock = threading.Lock()
        self._cells = getattr(index, "nlist", 1)

    @classmethod
    def build(cls, embeddings: np.ndarray, description: str | None = None) -> VectorIndex:
        """Index float32 `(n, d)` with L2-normalised rows.

        Args:
            embeddings: the rows, which may be a memory map and must outlive the index.
            description: a FAISS factory string; by default chosen from n.
        """
        n, dimension = embeddings.shape
        description = description or choose_index(n, dimension)
        if "IVF" in description:
            return cls._built(embeddings, description)
        with _one_thread():  # threads that wait for each other on a busy machine took ten times as long
            return cls._built(embeddings, description)

    @classmethod
    def _built(cls, embeddings: np.ndarray, description: str) -> VectorIndex:
        n, dimension = embeddings.shape
        index = faiss.index_factory(dimension, description, faiss.METRIC_INNER_PRODUCT)
        if not index.is_trained:
            index.train(_some_rows(embeddings, TRAINED_PER_CELL * getattr(index, "nlist", TRAINED_WITHOUT_CELLS)))
        for start in range(0, n, PART):
            index.add(np.ascontiguousarray(embeddings[start : start + PART]))
        vectors = cls(index, embeddings, Effort(built=n))
        if not vectors.is_exact:
            vectors._raise_effort()
        return vectors

    def changed(self, embeddings: np.ndarray, source: np.ndarray) -> VectorIndex | None:
        """The index of other passages, most of which are in this one; None if it is better built anew.

        Args:
            embeddings: of all of them.
            source: int64 `(n,)`, each passage's row in this index, no row twice, or -1.
        """
        n, new = len(source), np.flatnonzero(source < 0)
        stored = self._index.ntotal + len(new)
        dead, added = stored - n, stored - self.effort.built
        if self.is_exact or n <= EXACT_UP_TO or dead + added > CHANGED * n:
            return None
        now = np.full(len(self._embeddings) + 1, DEAD, dtype=np.int32)  # the last one for what is dead already
        now[source[source >= 0]] = np.flatnonzero(source >= 0)
        before = np.arange(self._index.ntotal) if self._rows is None else self._rows
        index = faiss.deserialize_index(faiss.serialize_index(self._index))  # a copy, to add to
        index.add(np.ascontiguousarray(embeddings[new]))
        rows = np.concatenate([now[before], new.astype(np.int32)])
        return VectorIndex(index, embeddings, self.effort, rows)

    @property
    def is_exact(self) -> bool:
        """Whether every search looks at every passage."""
        return isinstance(self._index, faiss.IndexFlat)

    def search(self, query: np.ndarray, k: int, allowed: Allowed | None = None) -> Found:
        """The nearest passages, best first.

        Args:
            query: one embedding `(d,)`.
            k: how many at most.
            allowed: only these count.

        Returns:
            cosines float32 `(m,)` and rows int64 `(m,)`, m <= k.
        """
        if self.is_exact:
            return self._search_exactly(query, k, allowed)
        if allowed is not None and allowed.most <= FEW:
            return self._best_of(allowed.rows, query, k)
        return self._best_of(self._candidates(query, k, allowed), query, k)

    def recall(self, queries: np.ndarray, k: int = RECALL_AT) -> float:
        """Share of exact search's k nearest passages that this index finds too; equally near ones are as good."""
        return self._shared(queries, self._nearest(queries, k))

    def save(self, path: Path) -> None:
        """Write the index to a file, its effort and its rows beside it; the embeddings are in none."""
        faiss.write_index(self._index, str(path))
        path.with_suffix(".json").write_text(json.dumps(asdict(self.effort)), encoding="utf-8")
        if self._rows is not None:
            np.save(path.with_suffix(".npy"), self._rows)

    @classmethod
    def load(cls, path: Path, embeddings: np.ndarray) -> VectorIndex:
        """Read an index of these embeddings.

        Raises:
            IndexDamaged: FAISS cannot read the file.
        """
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
            effort = Effort(**json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
        except (RuntimeError, OSError, ValueError, TypeError) as error:
            raise IndexDamaged(f"{path.name}: FAISS cannot read it") from error
        rows = path.with_suffix(".npy")
        return cls(index, embeddings, effort, np.load(rows) if rows.exists() else None)

    def _search_exactly(self, query: np.ndarray, k: int, allowed: Allowed | None) -> Found:
        params = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed.mask, bitorder="little"))
            params = faiss.SearchParameters(sel=selector)
        with _one_thread():
            scores, rows = self._index.search(query[None, :], k, params=params)
        found = rows[0] >= 0
        return scores[0][found], rows[0][found]

    def _candidates(self, query: np.ndarray, k: int, allowed: Allowed | None) -> np.ndarray:
        """Rows to compare by their full embeddings; fast-scan codes cannot be filtered while they are scanned.

        The fewer are allowed, the more are scanned, and still more where too few of them turn out to be allowed.
        """
        wanted = self.effort.compared * k
        if allowed is None:
            return self._scan(query, wanted, 1)
        wider = 1 / max(allowed.share, 1 / self._index.ntotal)
        while True:
            rows = self._scan(query, wanted, wider)
            rows = rows[allowed.keeps(rows)]
            if len(rows) >= min(wanted, allowed.most) / 2 or wider >= self._widest:
                return rows[:wanted]
            wider *= 4

    def _scan(self, query: np.ndarray, count: int, wider: float) -> np.ndarray:
        """Rows of the nearest codes, in so many more cells than usual."""
        count = min(round(count * wider), self._index.ntotal)
        if self._cells == 1:
            with _one_thread():
                rows = self._index.search(query[None, :], count)[1][0]
        else:  # fast scan takes the number of probes from the index alone, not from a search's parameters
            with self._lock, _one_thread():
                self._index.nprobe = min(round(self.effort.probes * wider), self._cells)
                rows = self._index.search(query[None, :], count)[1][0]
        rows = rows[rows >= 0]
        if self._rows is not None:
            rows = self._rows[rows]
            rows = rows[rows != DEAD]
        return rows

    @property
    def _widest(self) -> float:
        """How much more than usual is all that can be scanned."""
        return self._index.ntotal if self._cells == 1 else self._cells

    def _best_of(self, rows: np.ndarray, query: np.ndarray, k: int) -> Found:
        scores = _compare(self._embeddings, rows, query)
        order = np.argsort(-scores, kind="stable")[:k]
        return scores[order], rows[order]

    def _raise_effort(self) -> None:
        """Double the candidates, with all cells probed, and then the cells, until recall is reached; then a margin."""
        queries = _questions(self._embeddings, SAMPLE)
        nearest = self._nearest(queries, RECALL_AT)
        compared, probes = FIRST_COMPARED, min(FIRST_PROBES, self._cells)
        self.effort = replace(self.effort, probes=self._cells)
        while compared < MOST_COMPARED and self._shared(queries, nearest) < CODES_RECALL:
            compared *= 2
            self.effort = replace(self.effort, compared=compared)
        self.effort = replace(self.effort, probes=probes)
        while probes < self._cells and self._shared(queries, nearest) < TARGET_RECALL:
            probes = min(2 * probes, self._cells)
            self.effort = replace(self.effort, probes=probes)
        if self._cells > 1:
            self.effort = replace(self.effort, compared=MARGIN * compared, probes=min(MARGIN * probes, self._cells))

    def _nearest(self, queries: np.ndarray, k: int) -> np.ndarray:
        """Cosines of the k nearest passages of each query, best first."""
        nearest: np.ndarray = faiss.knn(queries, self._embeddings, k, metric=faiss.METRIC_INNER_PRODUCT)[0]
        return nearest

    def _shared(self, queries: np.ndarray, nearest: np.ndarray) -> float:
        k = nearest.shape[1]
        found = [
            np.count_nonzero(self.search(query, k)[0] >= cosines[-1] - SAME)
            for query, cosines in zip(queries, nearest, strict=True)
        ]
        return sum(found) / nearest.size


@contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS without helpers: one question is too little to share, and waiting for them takes long on a busy machine."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # of the calling thread alone
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _compare(embeddings: np.ndarray, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Cosines of some rows, which are read at one stretch where they stand close together, as those of a page do."""
    if len(rows) and rows[0] <= rows[-1] and rows[-1] - rows[0] < 2 * len(rows) and np.all(np.diff(rows) > 0):
        return np.asarray(embeddings[rows[0] : rows[-1] + 1] @ query)[rows - rows[0]]
    return np.asarray(embeddings[rows] @ query)


def _questions(embeddings: np.ndarray, count: int) -> np.ndarray:
    """At most `count` made ones, each between two passages.

    Real questions are no passages and harder to find the neighbours of: in a corpus of 50,000, passages found 0.993 of
    them with an effort that found 0.982 for questions and 0.987 for these.
    """
    rows = _some_rows(embeddings, count)
    mixed = rows + ASIDE * np.roll(rows, 1, axis=0)
    return mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)


def _some_rows(embeddings: np.ndarray, count: int) -> np.ndarray:
    """At most `count` rows, the same ones each time."""
    chosen = np.random.default_rng(0).permutation(len(embeddings))[:count]
    return np.ascontiguousarray(embeddings[np.sort(chosen)])
