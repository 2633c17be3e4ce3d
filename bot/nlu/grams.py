"""The lexical view of an utterance: words, word pairs and character n-grams of both scripts, weighted by rarity."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

_RUNS = re.compile(r"[a-z0-9]+(?:['.-][a-z0-9]+)*|[\u3400-\u9fff]+")
_IS_HAN = re.compile(r"[\u3400-\u9fff]")


def grams(text: str) -> list[str]:
    """The n-grams of a normalised text, with repetitions.

    A Latin word gives itself, its 3- and 4-letter pieces (so that a typo still shares most of them) and its
    pair with the next word; a Chinese run gives its characters, pairs and triples.
    """
    found: list[str] = []
    before = ""
    for run in _RUNS.findall(text):
        if _IS_HAN.match(run):
            found += [run[i : i + n] for n in (1, 2, 3) for i in range(len(run) - n + 1)]
            before = ""
        else:
            padded = f"<{run}>"
            found += [padded, *(padded[i : i + n] for n in (3, 4) for i in range(len(padded) - n))]
            if before:
                found.append(f"{before} {run}")
            before = run
    return found


@dataclass(frozen=True)
class GramSpace:
    """The n-grams that training saw at least twice, each with its inverse document frequency."""

    column: dict[str, int]
    rarity: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str]) -> GramSpace:
        """Learn the space from normalised texts."""
        counts = Counter(gram for text in texts for gram in set(grams(text)))
        kept = sorted(gram for gram, count in counts.items() if count > 1)
        rarity = np.array([np.log((1 + len(texts)) / (1 + counts[gram])) + 1 for gram in kept], dtype=np.float32)
        return cls({gram: i for i, gram in enumerate(kept)}, rarity)

    def weigh(self, text: str) -> tuple[list[int], np.ndarray]:
        """The columns of the known n-grams of a normalised text, and their weights: float32, of length 1 together."""
        columns = sorted(map(self.column.__getitem__, self.column.keys() & set(grams(text))))
        weights = self.rarity[columns]
        return columns, weights / (math.sqrt(weights @ weights) or 1.0)

    def rows(self, texts: Iterable[str]) -> sp.csr_matrix:
        """float32 `(n, grams)`, rows L2-normalised (a row without known grams is zero)."""
        weighed = [self.weigh(text) for text in texts]
        data = np.concatenate([np.zeros(0, dtype=np.float32), *(weights for _, weights in weighed)])
        indices = [column for columns, _ in weighed for column in columns]
        starts = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
        return sp.csr_matrix((data, indices, starts), shape=(len(weighed), len(self.column)), dtype=np.float32)
