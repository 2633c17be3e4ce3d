"""The arrays behind the lexical index: who has which token, by passage and by token, with BM25's weights.

The weights are those that bm25s gives (its "lucene" method), to the bit; a test compares. They are made here since
bm25s wants every token of every passage in memory as a Python string, gigabytes for a million passages, and cannot
take over what an earlier index counted. An array of counts by passage can: only texts that are new are read again,
and since one text changes the weights of all, the weights are computed anew from the counts.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

K1, B = 1.5, 0.75
PART = 1 << 22  # postings weighed at a time


@dataclass(frozen=True)
class Counts:
    """Which tokens each passage has, and how often.

    Attributes:
        keys: uint64 `(tokens,)` ascending, `token_key` of each token; a token's place is its number.
        starts: int64 `(n + 1,)`, where each passage's tokens begin in the two below.
        tokens: int32, numbers of tokens, each once for a passage.
        times: uint16, how often the passage has the token.
        lengths: int32 `(n,)`, tokens of each passage, repetitions counted.
    """

    keys: np.ndarray
    starts: np.ndarray
    tokens: np.ndarray
    times: np.ndarray
    lengths: np.ndarray

    @property
    def mean_length(self) -> float:
        """Of all passages; 0 for none."""
        return int(self.lengths.sum(dtype=np.int64)) / max(len(self.lengths), 1)

    def save(self, folder: Path) -> None:
        """Write the arrays, each into a file of its name."""
        for name, values in vars(self).items():
            np.save(folder / f"{name}.npy", values)

    @classmethod
    def load(cls, folder: Path) -> Counts:
        """Map the arrays that `save` wrote."""
        return cls(**{name: mapped(folder / f"{name}.npy") for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Postings:
    """Which passages each token is in, and with what weight.

    Attributes:
        starts: int64 `(tokens + 1,)`, where each token's postings begin in the two below.
        rows: int32, passages, ascending within a token.
        weights: float32, what the token adds to the passage's score.
    """

    starts: np.ndarray
    rows: np.ndarray
    weights: np.ndarray


def token_key(token: str) -> int:
    """64 bits that stand for a token: of a million tokens, two have the same once in 40 million corpora."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little")


def count(texts: Iterable[str], tokens: Callable[[str], list[str]]) -> Counts:
    """Read texts."""
    numbers: dict[str, int] = {}
    found, times, sizes, lengths = array("i"), array("H"), array("q", [0]), array("i")
    for text in texts:
        asked = tokens(text)
        each = Counter(asked)
        found.extend([numbers.setdefault(token, len(numbers)) for token in each])
        times.extend([min(repeated, 0xFFFF) for repeated in each.values()])
        sizes.append(len(each))
        lengths.append(len(asked))
    keys = np.fromiter(map(token_key, numbers), dtype=np.uint64, count=len(numbers))
    order = np.argsort(keys)
    places = np.empty(len(keys), dtype=np.int32)
    places[order] = np.arange(len(keys), dtype=np.int32)
    return Counts(keys[order], np.cumsum(sizes), places[found], np.asarray(times), np.asarray(lengths))


def merge(old: Counts, source: np.ndarray, new: Counts) -> Counts:
    """Counts of passages of which some are counted already.

    Args:
        old: of an earlier index.
        source: int64 `(n,)`, for each passage its row in `old`, or -1 for the next one of `new`.
        new: of the others, in their order.
    """
    keys = np.union1d(old.keys, new.keys)
    rows = source.copy()
    rows[source < 0] = len(old.lengths) + np.arange(len(new.lengths))
    starts = np.concatenate([old.starts, old.starts[-1] + new.starts[1:]])
    tokens = np.concatenate([_renumbered(each, keys) for each in (old, new)])
    times, lengths = np.concatenate([old.times, new.times]), np.concatenate([old.lengths, new.lengths])
    places, sizes = _places(starts, rows)
    return Counts(keys, np.concatenate([[0], np.cumsum(sizes)]), tokens[places], times[places], lengths[rows])


def invert(counts: Counts) -> Postings:
    """Postings of every token, by token."""
    import scipy.sparse as sp  # here, since only building needs it

    n, vocabulary = len(counts.lengths), len(counts.keys)
    by_row = sp.csr_matrix((counts.times, counts.tokens, counts.starts), shape=(n, vocabulary))
    by_token = by_row.tocsc()
    starts = by_token.indptr.astype(np.int64)
    penalty = penalties(counts.lengths, counts.mean_length)
    rarity = np.repeat(rarities(np.diff(starts), n), np.diff(starts))
    weights = np.empty(len(by_token.data), dtype=np.float32)
    for begin in range(0, len(weights), PART):
        part = slice(begin, begin + PART)
        weights[part] = weigh(rarity[part], by_token.data[part], penalty[by_token.indices[part]])
    return Postings(starts, by_token.indices, weights)


def rarities(frequencies: np.ndarray, n: int) -> np.ndarray:
    """Inverse document frequency of tokens that so many of `n` passages have: float32."""
    return np.log(1 + (n - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)


def penalties(lengths: np.ndarray, mean: float) -> np.ndarray:
    """What a passage's length makes of its counts: float32."""
    return (K1 * ((1 - B) + B * lengths / (mean or 1))).astype(np.float32)


def weigh(rarity: np.ndarray, times: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """BM25 weights of postings: float32."""
    often = times.astype(np.float32)
    return rarity * (often / (penalty + often))


def mapped(path: Path) -> np.ndarray:
    """A file's array, read when it is used; a plain array, since every operation on a `memmap` costs extra."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _renumbered(counts: Counts, keys: np.ndarray) -> np.ndarray:
    """Its tokens by their places among `keys`, which have them all."""
    return np.searchsorted(keys, counts.keys).astype(np.int32)[counts.tokens]


def _places(starts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of all tokens of these rows, row after row, and how many each row has."""
    sizes = (starts[rows + 1] - starts[rows]).astype(np.int64)
    shifts = np.repeat(starts[rows] - (np.cumsum(sizes) - sizes), sizes)
    return np.arange(len(shifts), dtype=np.int64) + shifts, sizes


def rows_of(counts: Counts, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places in `counts.tokens` of all tokens of these passages, and for each which of `rows` it belongs to."""
    places, sizes = _places(counts.starts, rows)
    return places, np.repeat(np.arange(len(rows)), sizes)
