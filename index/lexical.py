"""What the words say: BM25 over jieba's words and character n-grams, which catches names and typos.

A small corpus is scored whole. In a large one the passages that have the question's rarest tokens are candidates,
as many as a fixed number of postings allows, and only those that come out best are scored by all tokens: the time
of a search does not grow with the corpus.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from types import ModuleType

import numpy as np

from index.allowed import Allowed
from index.postings import (
    K1,
    B,
    Counts,
    Postings,
    count,
    invert,
    mapped,
    merge,
    penalties,
    rarities,
    rows_of,
    token_key,
    weigh,
)
from index.text import normalise

SMALL = 20_000  # passages, up to which scoring all of them is the quickest way to score some
MOST_POSTINGS = 20_000
READ = 64  # questions kept as they were read
KEPT_TOKENS = 32_768
FEW = 4_000  # allowed passages, up to which each is scored
_WORD = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_POSTINGS = {"starts": "postings.npy", "rows": "rows.npy", "weights": "weights.npy"}


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
    """BM25 weights of every token in every passage, by token; and what each passage has of each."""

    def __init__(self, counts: Counts, postings: Postings) -> None:
        self.counts = counts
        self._starts, self._rows, self._weights = postings.starts, postings.rows, postings.weights
        self._size = len(counts.lengths)
        self._mean_length = counts.mean_length
        self._scratch = threading.local()
        self._read = lru_cache(maxsize=READ)(self._read_anew)  # a search reads its question several times
        self._token = lru_cache(maxsize=KEPT_TOKENS)(self._look_up)  # and questions share most of their tokens
        self._scores_of_all = lru_cache(maxsize=1)(self.scores)  # and asks twice for all scores of a small corpus

    @classmethod
    def build(
        cls, texts: Iterable[str], like: LexicalIndex | None = None, source: np.ndarray | None = None
    ) -> LexicalIndex:
        """Index passages, in order.

        Args:
            texts: of the passages that `source` marks with -1, which is all if there is none.
            like: an index that has the other passages.
            source: int64 `(n,)`, each passage's row in `like`, or -1.
        """
        counts = count(texts, tokens)
        if like is not None and source is not None:
            counts = merge(like.counts, source, counts)
        return cls(counts, invert(counts))

    def scores(self, text: str) -> np.ndarray:
        """How much of `text` each passage shares: float32 `(n,)`, 0 for nothing, 1 for the text itself.

        It is the BM25 score over the score that the text would have as a passage of its own, so that scores
        of different questions compare; words that no passage has pull it down.
        """
        asked = self._read(text)
        if not asked.known:
            return np.zeros(self._size, dtype=np.float32)
        spans = [each.span for each in asked.known]
        rows = np.concatenate([self._rows[span] for span in spans])
        weights = np.concatenate([self._weights[span] for span in spans])
        return (np.bincount(rows, weights, minlength=self._size) / asked.own_score).astype(np.float32)

    def scores_of(self, text: str, rows: np.ndarray) -> np.ndarray:
        """The scores of some passages only, in time that does not grow with the corpus: float32 `(m,)`."""
        if self._size <= SMALL:
            return self._scores_of_all(text)[rows]
        return self._scores_of(self._read(text), rows)

    def best(self, text: str, k: int, allowed: Allowed | None = None) -> np.ndarray:
        """Rows of the k passages that share most of `text`, in any order.

        In a large corpus only the rarest tokens find any, as many as have `MOST_POSTINGS` postings together.

        Args:
            text: the question.
            k: how many at most; passages that share nothing are left out.
            allowed: only these count.
        """
        if self._size <= SMALL:
            return _highest(self._scores_of_all(text), k, None if allowed is None else allowed.mask)
        asked = self._read(text)
        if allowed is not None and allowed.most <= FEW:
            return allowed.rows[_highest(self._scores_of(asked, allowed.rows), k, None)]
        rows = self._by_rarest(asked, 2 * k, allowed)
        return rows[_highest(self._scores_of(asked, rows), k, None)]

    def save(self, folder: Path) -> None:
        """Write the index into a folder, which is created."""
        folder.mkdir(parents=True)
        self.counts.save(folder)
        for name, values in zip(_POSTINGS.values(), (self._starts, self._rows, self._weights), strict=True):
            np.save(folder / name, values)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index; its arrays are memory-mapped.

        Raises:
            OSError, ValueError: a file is missing or not what it should be.
        """
        postings = Postings(**{name: mapped(folder / file) for name, file in _POSTINGS.items()})
        return cls(Counts.load(folder), postings)

    def _read_anew(self, text: str) -> _Asked:
        asked = tokens(text)
        length = K1 * (1 - B + B * len(asked) / (self._mean_length or 1))
        known: list[_Token] = []
        own_score = 0.0
        for text_of_token, often in Counter(asked).items():
            token = self._token(text_of_token)
            own_score += often * token.rarity * (often / (often + length))
            if token.number is not None:
                known += often * [token]  # the query sums a token once for each time it occurs
        return _Asked(known, own_score)

    def _look_up(self, token: str) -> _Token:
        keys, key = self.counts.keys, np.uint64(token_key(token))
        number = int(keys.searchsorted(key))
        if number == len(keys) or keys[number] != key:
            return _Token(None, slice(0, 0), self._rarity_of_unknown)
        span = slice(int(self._starts[number]), int(self._starts[number + 1]))
        return _Token(number, span, float(self._rarities[number]))

    @cached_property
    def _rarities(self) -> np.ndarray:
        """Of each token."""
        return rarities(np.diff(self._starts), self._size)

    @cached_property
    def _rarity_of_unknown(self) -> float:
        return float(rarities(np.zeros(1), self._size)[0])

    def _scores_of(self, asked: _Asked, rows: np.ndarray) -> np.ndarray:
        """By what each of the passages has, without a look at the others."""
        if not asked.known or not len(rows):
            return np.zeros(len(rows), dtype=np.float32)
        ids, times = np.unique([each.number for each in asked.known], return_counts=True)
        places, owners = rows_of(self.counts, rows)
        at = np.searchsorted(ids, self.counts.tokens[places])
        shared = np.flatnonzero(ids[np.minimum(at, len(ids) - 1)] == self.counts.tokens[places])
        at, places, owners = at[shared], places[shared], owners[shared]
        rarity = rarities(self._starts[ids + 1] - self._starts[ids], self._size)[at]
        penalty = penalties(self.counts.lengths[rows], self._mean_length)[owners]
        weights = times[at] * weigh(rarity, self.counts.times[places], penalty)
        return (np.bincount(owners, weights, minlength=len(rows)) / asked.own_score).astype(np.float32)

    def _by_rarest(self, asked: _Asked, k: int, allowed: Allowed | None) -> np.ndarray:
        """Rows of the k passages to which the rarest tokens add most."""
        spans = _rarest(asked)
        if not spans:
            return np.zeros(0, dtype=np.int64)
        found = np.concatenate([self._rows[span] for span in spans])
        sums = self._sums()
        for span in spans:
            sums[self._rows[span]] += self._weights[span]
        rows = found if allowed is None else found[allowed.keeps(found)]
        if len(rows) > k * len(spans):  # a row may be there once for each token
            rows = rows[np.argpartition(-sums[rows], k * len(spans) - 1)[: k * len(spans)]]
        rows = np.unique(rows)
        best = rows[np.argsort(-sums[rows], kind="stable")[:k]]
        sums[found] = 0
        return best

    def _sums(self) -> np.ndarray:
        """Zeros `(n,)` of this thread, which must be zeros again when they are given back."""
        if not hasattr(self._scratch, "sums"):
            self._scratch.sums = np.zeros(self._size, dtype=np.float32)
        return self._scratch.sums


@dataclass(frozen=True)
class _Token:
    """What is known of a token: its number (None if no passage has it), its postings and its rarity."""

    number: int | None
    span: slice
    rarity: float

    @property
    def frequency(self) -> int:
        return self.span.stop - self.span.start


@dataclass(frozen=True)
class _Asked:
    """A question's known tokens, each as often as it occurs, and its score as a passage of its own."""

    known: list[_Token]
    own_score: float


def _rarest(asked: _Asked) -> list[slice]:
    """Postings of the rarest tokens, each as often as it was asked."""
    by_rarity = sorted(asked.known, key=lambda token: token.frequency)
    postings = accumulate(token.frequency for token in by_rarity)
    return [token.span for token, sum_ in zip(by_rarity, postings, strict=True) if sum_ <= MOST_POSTINGS]


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
