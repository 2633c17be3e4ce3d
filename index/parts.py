"""The parts of an index that a search reads, and a later build takes over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.lexical import LexicalIndex
from index.postings import mapped
from index.vectors import VectorIndex

TEXTS, EMBEDDINGS, VECTORS, LEXICAL = "texts.npy", "embeddings.npy", "vectors.faiss", "lexical"


@dataclass(frozen=True)
class Parts:
    """Row i of each is passage i.

    Attributes:
        texts: `text_key` of the passages' texts: `(n,)` of 16 bytes.
        embeddings: float32 `(n, d)`, memory-mapped.
    """

    texts: np.ndarray
    embeddings: np.ndarray
    vectors: VectorIndex
    lexical: LexicalIndex

    @classmethod
    def load(cls, folder: Path) -> Parts:
        """Map the files of a folder.

        Raises:
            IndexDamaged, OSError, ValueError: a file is missing or not what it should be.
        """
        embeddings = mapped(folder / EMBEDDINGS)
        vectors = VectorIndex.load(folder / VECTORS, embeddings)
        return cls(mapped(folder / TEXTS), embeddings, vectors, LexicalIndex.load(folder / LEXICAL))


@dataclass(frozen=True)
class Match:
    """Where an earlier index has the texts of new passages.

    Attributes:
        rows: int64 `(n,)`, the row that becomes passage i, no row twice, or -1.
        same: int64 `(n,)`, any row with the text of passage i, or -1.
    """

    rows: np.ndarray
    same: np.ndarray


def match(earlier: np.ndarray, texts: np.ndarray) -> Match:
    """Find the keys `texts` among those of an earlier index; of equal ones, the first becomes the first."""
    old, new = np.argsort(earlier, kind="stable"), np.argsort(texts, kind="stable")
    there, wanted = earlier[old], texts[new]
    first = np.searchsorted(there, wanted)
    nth = np.arange(len(wanted)) - np.searchsorted(wanted, wanted)
    rows, same = np.full((2, len(texts)), -1, dtype=np.int64)
    rows[new], same[new] = (_where_equal(there, old, places, wanted) for places in (first + nth, first))
    return Match(rows, same)


def _where_equal(there: np.ndarray, old: np.ndarray, places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    inside = np.minimum(places, len(there) - 1)
    return np.where((places == inside) & (there[inside] == wanted), old[inside], -1)
