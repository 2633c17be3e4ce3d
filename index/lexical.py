"""What the words say: BM25 over jieba's words and character n-grams, which catches names and typos.

bm25s computes the weights when the index is built. Scoring needs only its arrays: summing them with
`numpy.bincount` takes a seventh of the time of bm25s' own sum, and bm25s, which takes a second to import
(it brings in jax where that is installed), stays out of the running service.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from types import ModuleType

import numpy as np

from index.text import normalise

K1, B = 1.5, 0.75
SMALL = 20_000  # passages, up to which scoring all of them is the quickest way to score some
MOST_POSTINGS = 100_000
_WORD = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
Arrays = dict[str, np.ndarray]

_ARRAYS = ("data", "indices", "indptr")


def tokens(text: str) -> list[str]:
    """Words and character n-grams of a text: trigrams of each word, bigrams of each run of Chinese."""
    folded = normalise(text)
    found = []
    for word in _WORD.findall(folded):
        found.append(word)
        found += _grams(f"^{word}$", 3)
    for run in _HAN_RUN.findall(folded):
        found += _jieba().cut(run)
        found += _grams(run, 2)
    return found


class LexicalIndex:
    """BM25 weights of every token in every passage, by token."""

    def __init__(self, vocabulary: dict[str, int], arrays: dict[str, np.ndarray], size: int, mean: float) -> None:
        self._vocabulary = vocabulary
        self._data, self._indices, self._indptr = (arrays[name] for name in _ARRAYS)
        self._size = size
        self._mean_length = mean
        frequency = np.append(np.diff(self._indptr), 0)  # the last one stands for tokens never seen
        self._idf = np.log(1 + (size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index texts, in order."""
        import bm25s

        corpus = [tokens(text) for text in texts]
        model = bm25s.BM25(k1=K1, b=B, method="lucene")
        model.index(corpus, create_empty_token=False, show_progress=False)
        arrays = {name: model.scores[name] for name in _ARRAYS}
        mean = sum(map(len, corpus)) / max(len(corpus), 1)
        return cls(model.vocab_dict, arrays, len(corpus), mean)

    def scores(self, text: str) -> np.ndarray:
        """How much of `text` each passage shares: float32 `(n,)`, 0 for nothing, 1 for the text itself.

        It is the BM25 score over the score that the text would have as a passage of its own, so that scores
        of different questions compare; words that no passage has pull it down.
        """
        asked = self._read(text)
        if not asked.ids:
            return np.zeros(self._size, dtype=np.float32)
        spans = [self._span(token) for token in asked.ids]
        rows = np.concatenate([self._indices[span] for span in spans])
        weights = np.concatenate([self._data[span] for span in spans])
        return (np.bincount(rows, weights, minlength=self._size) / asked.own_score).astype(np.float32)

    def scores_of(self, text: str, rows: np.ndarray) -> np.ndarray:
        """The scores of some passages only, in time that hardly grows with the corpus: float32 `(m,)`."""
        if self._size <= SMALL:
            return self.scores(text)[rows]
        asked = self._read(text)
        scores = np.zeros(len(rows), dtype=np.float32)
        for token in asked.ids:
            span = self._span(token)
            places = np.minimum(np.searchsorted(self._indices[span], rows), span.stop - span.start - 1)
            scores += np.where(self._indices[span][places] == rows, self._data[span][places], 0)
        return scores / asked.own_score if asked.ids else scores

    def best(self, text: str, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """Rows of the k passages that share most of `text`, in any order.

        In a large corpus only the rarest tokens count, as many as have `MOST_POSTINGS` postings together.

        Args:
            text: the question.
            k: how many at most; passages that share nothing are left out.
            allowed: bool `(n,)`; only passages that are True count.
        """
        if self._size <= SMALL:
            return _highest(self.scores(text), k, allowed)
        spans = [self._span(token) for token in self._rarest(self._read(text).ids)]
        if not spans:
            return np.zeros(0, dtype=np.int64)
        sums = np.zeros(self._size, dtype=np.float32)
        for span in spans:
            sums[self._indices[span]] += self._data[span]
        rows = np.concatenate([self._indices[span] for span in spans])
        if allowed is not None:
            rows = rows[allowed[rows]]
        if len(rows) > k * len(spans):  # a row may be there once for each token
            rows = rows[np.argpartition(-sums[rows], k * len(spans) - 1)[: k * len(spans)]]
        rows = np.unique(rows)
        return rows[np.argsort(-sums[rows], kind="stable")[:k]]

    def save(self, folder: Path) -> None:
        """Write the index into a folder, which is created."""
        folder.mkdir(parents=True)
        for name, array in zip(_ARRAYS, (self._data, self._indices, self._indptr), strict=True):
            np.save(folder / f"{name}.npy", array)
        head = {"size": self._size, "mean_length": self._mean_length, "vocabulary": self._vocabulary}
        (folder / "vocabulary.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index; its arrays are memory-mapped.

        Raises:
            OSError, ValueError, KeyError: a file is missing or not what it should be.
        """
        head = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return cls(head["vocabulary"], arrays, head["size"], head["mean_length"])

    def _read(self, text: str) -> _Asked:
        asked = tokens(text)
        length = K1 * (1 - B + B * len(asked) / self._mean_length)
        own_score = sum(
            # the query sums a token once for each time it occurs
            count * float(self._idf[self._vocabulary.get(token, -1)]) * count / (count + length)
            for token, count in Counter(asked).items()
        )
        return _Asked([self._vocabulary[token] for token in asked if token in self._vocabulary], own_score)

    def _span(self, token: int) -> slice:
        return slice(int(self._indptr[token]), int(self._indptr[token + 1]))

    def _rarest(self, ids: Sequence[int]) -> list[int]:
        by_rarity = sorted(ids, key=self._frequency)
        postings = accumulate(map(self._frequency, by_rarity))
        return [token for token, sum_ in zip(by_rarity, postings, strict=True) if sum_ <= MOST_POSTINGS]

    def _frequency(self, token: int) -> int:
        return int(self._indptr[token + 1] - self._indptr[token])


@dataclass(frozen=True)
class _Asked:
    """A question's known tokens, each as often as it occurs, and its score as a passage of its own."""

    ids: list[int]
    own_score: float


def _highest(scores: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
    """Rows of the k highest scores above 0, highest first."""
    scores = scores if allowed is None else np.where(allowed, scores, 0)
    rows = np.argpartition(-scores, k)[:k] if k < len(scores) else np.arange(len(scores))
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    return rows[scores[rows] > 0]


def _grams(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


@lru_cache(maxsize=1)
def _jieba() -> ModuleType:
    """jieba, quiet and with its dictionary loaded."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba
