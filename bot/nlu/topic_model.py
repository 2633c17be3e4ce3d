"""From an utterance to the probability of every label: kernel regression over the labelled examples.

The kernel of two utterances adds how near their embeddings are and how many rare n-grams they share, so the
model is retrieval and classification in one: an example close to the question pulls towards its own label.
Training solves one linear system, whose inverse also gives each example's leave-one-out score in closed form
(Rasmussen and Williams, Gaussian Processes for Machine Learning, eq. 5.12); the temperature that turns scores
into probabilities is fitted on those, so no example vouches for itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from bot.nlu.grams import GramSpace
from bot.nlu.solving import solve_positive
from index.products import inner_products

# Chosen by log loss on the calibration half of data/questions.
DENSE_WEIGHT = 0.6
SHARPNESS = 3.0
RIDGE = 0.2
_BLOCK = 256  # examples
PART = 1024  # examples whose likeness to all others is computed at once
KERNEL_ROWS = 512  # of the kernel, worked out at a time


@dataclass(frozen=True)
class TopicModel:
    """A trained model.

    Attributes:
        labels: the classes, sorted.
        embeddings: float32 `(n, d)` of the examples, rows L2-normalised.
        space: the n-grams known.
        gram_rows: float32 sparse `(n, grams)` of the examples.
        dual: float32 `(n, len(labels))`, the weights of the examples.
        temperature: divides scores before the softmax.
    """

    labels: tuple[str, ...]
    embeddings: np.ndarray
    space: GramSpace
    gram_rows: sp.csr_matrix
    dual: np.ndarray
    temperature: float

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        embeddings: np.ndarray,
        temperature: float | None = None,
    ) -> TopicModel:
        """Train on normalised texts, their labels and their embeddings `(n, d)`.

        Args:
            temperature: of a model of nearly the same examples; spares fitting it, most of the time of training.
        """
        from scipy.linalg import cho_factor, cho_solve  # here, since only training needs it

        space = GramSpace.of(texts)
        rows = space.rows(texts)
        names = tuple(sorted(set(labels)))
        targets = np.zeros((len(texts), len(names)), dtype=np.float64)
        targets[np.arange(len(texts)), [names.index(label) for label in labels]] = 1.0
        # Leave-one-out scores need double precision; the weights themselves do not, at half the time.
        if temperature is not None:
            dual = solve_positive(_ridged(embeddings, rows, np.float32), targets.astype(np.float32))
        else:
            factor = cho_factor(_ridged(embeddings, rows, np.float64), lower=True, overwrite_a=True, check_finite=False)
            dual = cho_solve(factor, targets, check_finite=False)
            temperature = _fit_temperature(targets - dual / _diagonal_of_inverse(factor[0])[:, None], targets)
        return cls(names, embeddings.astype(np.float32), space, rows, dual.astype(np.float32), temperature)

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """Read what `save` wrote; the large arrays stay memory-mapped."""
        words = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
        space = GramSpace({gram: i for i, gram in enumerate(words["grams"])}, np.load(folder / "rarity.npy"))
        return cls(
            labels=tuple(words["labels"]),
            embeddings=_mapped(folder / "embeddings.npy"),
            space=space,
            gram_rows=sp.load_npz(folder / "grams.npz"),
            dual=_mapped(folder / "dual.npy"),
            temperature=words["temperature"],
        )

    def save(self, folder: Path) -> None:
        """Write the model's files into an existing folder."""
        words = {"labels": self.labels, "grams": list(self.space.column), "temperature": self.temperature}
        (folder / "topics.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "rarity.npy", self.space.rarity)
        np.save(folder / "embeddings.npy", self.embeddings)
        np.save(folder / "dual.npy", self.dual)
        sp.save_npz(folder / "grams.npz", self.gram_rows)

    def probabilities(self, texts: Sequence[str], embeddings: np.ndarray) -> np.ndarray:
        """float32 `(m, len(labels))`, rows sum to 1, for normalised texts and their embeddings `(m, d)`."""
        cosines = self._cosines(embeddings)
        scores = [self._scores(text, row) for text, row in zip(texts, cosines, strict=True)]
        return softmax(np.array(scores, dtype=np.float32).reshape(-1, len(self.labels)))

    def _cosines(self, embeddings: np.ndarray) -> list[np.ndarray]:
        """The likeness of each embedding of `(m, d)` to every example: m arrays float32 `(n,)`.

        All of these wait for memory. For a few texts, products with one vector each are several times faster than
        those of matrices, if a block of examples that is small enough for the cache is compared with all texts.
        """
        if len(embeddings) == 1:
            return [inner_products(self.embeddings, embeddings[0])]
        blocks = [self.embeddings[start : start + _BLOCK] for start in range(0, len(self.embeddings), _BLOCK)]
        products = [[inner_products(block, embedding) for embedding in embeddings] for block in blocks]
        return [np.concatenate(of_text) for of_text in zip(*products, strict=True)]

    def _scores(self, text: str, cosines: np.ndarray) -> np.ndarray:
        """The row of `kernel(...) @ dual / temperature` of one text.

        Adding up the columns of the n-grams that the text has is faster than a sparse product.
        """
        similar = np.exp(SHARPNESS * (cosines - 1))
        similar *= DENSE_WEIGHT
        similar += (1 - DENSE_WEIGHT) * self._shared_grams(text)
        return similar @ self.dual / self.temperature

    def _shared_grams(self, text: str) -> np.ndarray:
        """The lexical kernel of one text with every example: float32 `(n,)`."""
        columns, weights = self.space.weigh(text)
        by_gram, starts = self._by_gram, self._gram_starts
        spans = [slice(starts[column], starts[column + 1]) for column in columns]
        if not spans:
            return np.zeros(len(self.embeddings), dtype=np.float32)
        rows = np.concatenate([by_gram.indices[span] for span in spans])
        shared = np.concatenate([by_gram.data[span] for span in spans])
        shared *= np.repeat(weights, [span.stop - span.start for span in spans])
        return np.bincount(rows, shared, minlength=len(self.embeddings)).astype(np.float32)

    @cached_property
    def _gram_starts(self) -> list[int]:
        """Where each n-gram's examples begin in `_by_gram`; a list, which gives single numbers faster than an array."""
        starts: list[int] = self._by_gram.indptr.tolist()
        return starts

    @cached_property
    def _by_gram(self) -> sp.csc_matrix:
        """`gram_rows` with the examples of each n-gram side by side."""
        return self.gram_rows.tocsc()


def _mapped(path: Path) -> np.ndarray:
    """A file's array, read when it is used; a plain array, since every operation on a `memmap` costs extra."""
    return np.asarray(np.load(path, mmap_mode="r"))


def kernel(a: np.ndarray, a_rows: sp.csr_matrix, b: np.ndarray, b_rows: sp.csr_matrix) -> np.ndarray:
    """Similarity of every utterance of `a` to every one of `b`, `(len(a), len(b))`, 1 for the same utterance.

    Worked out in place, since a running service does it as well: copies of it would be most of the service's memory.
    """
    similar = a @ b.T
    similar -= 1
    similar *= SHARPNESS
    np.exp(similar, out=similar)
    similar *= DENSE_WEIGHT
    for start in range(0, len(similar), KERNEL_ROWS):
        rows = slice(start, start + KERNEL_ROWS)
        similar[rows] += (1 - DENSE_WEIGHT) * (a_rows[rows] @ b_rows.T).toarray()
    return similar


def _ridged(embeddings: np.ndarray, rows: sp.csr_matrix, precision: type) -> np.ndarray:
    """The kernel of the examples, RIDGE added to its diagonal; filled in parts, as the only matrix of its size."""
    n = len(embeddings)
    matrix: np.ndarray = np.empty((n, n), dtype=precision, order="F")  # LAPACK's order, so that it need not copy
    for start in range(0, n, PART):
        part = slice(start, start + PART)
        matrix[:, part] = kernel(embeddings, rows, embeddings[part], rows[part])
    matrix[np.diag_indices(n)] += RIDGE
    return matrix


def _diagonal_of_inverse(factor: np.ndarray) -> np.ndarray:
    """Of the matrix whose lower Cholesky factor this is (overwritten): a third of the work of solving for all of it."""
    from scipy.linalg.lapack import dpotri

    inverse, _ = dpotri(factor, lower=1, overwrite_c=1)
    return np.diag(inverse).copy()


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of `scores` as probabilities."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _fit_temperature(scores: np.ndarray, targets: np.ndarray) -> float:
    """The temperature under which the left-out examples' own labels are likeliest."""
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        chances = softmax(scores / np.exp(log_temperature))
        return float(-np.log((chances * targets).sum(axis=1) + 1e-9).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 1.0), method="bounded").x))
