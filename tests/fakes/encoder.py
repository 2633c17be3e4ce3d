"""An encoder without a model: texts that share characters are near, and the same text is always the same."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np


class HashEncoder:
    """Counts character bigrams in `dimension` buckets; `passages` and `queries` keep what it was asked."""

    def __init__(self, dimension: int = 64, name: str = "hash", revision: str = "1") -> None:
        self.name = name
        self.revision = revision
        self.dimension = dimension
        self.queries: list[str] = []
        self.passages: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors float32 `(n, dimension)`."""
        self.queries += texts
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors float32 `(n, dimension)`."""
        self.passages += texts
        return self._encode(texts)

    def expect(self, texts: Iterable[str]) -> None:
        """Nothing to get ready."""

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f" {text} "
            for start in range(len(padded) - 1):
                row[zlib.crc32(padded[start : start + 2].encode()) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
