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
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from bot.nlu.grams import GramSpace
from bot.nlu.solving import solve_positive
from index.half_vectors import halved, inner_products_of_halved

# Chosen by log loss on the calibration half of data/questions.
DENSE_WEIGHT = 0.6
SHARPNESS = 3.0
RIDGE = 0.2
PART = 1024  # examples whose likeness to all others is computed at once
KERNEL_ROWS = 512  # of the kernel, worked out at a time


@dataclass(frozen=True)
class TopicModel:
    """A trained model.

    Attributes:
        labels: the classes, sorted.
        embeddings: float32 `(n, d)` of the examples, rows L2-normalised.
        halves: uint16 `(n, d)`, the embeddings once more, halved, to compare questions with.
        space: the n-grams known.
        dual: float32 `(n, len(labels))`, the weights of the examples.
        gram_dual: float32 `(grams, len(labels))`, what an n-gram adds through all examples that have it.
        temperature: divides scores before the softmax.
    """

    labels: tuple[str, ...]
    embeddings: np.ndarray
    halves: np.ndarray
    space: GramSpace
    dual: np.ndarray
    gram_dual: np.ndarray
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
        embeddings, dual = embeddings.astype(np.float32), dual.astype(np.float32)
        return cls(names, embeddings, halved(embeddings), space, dual, rows.T @ dual, temperature)

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """Read what `save` wrote; the large arrays stay memory-mapped."""
        words = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
        space = GramSpace({gram: i for i, gram in enumerate(words["grams"])}, np.load(folder / "rarity.npy"))
        return cls(
            labels=tuple(words["labels"]),
            embeddings=_mapped(folder / "embeddings.npy"),
            halves=_mapped(folder / "halves.npy"),
            space=space,
            dual=_mapped(folder / "dual.npy"),
            gram_dual=_mapped(folder / "gram_dual.npy"),
            temperature=words["temperature"],
        )

    def save(self, folder: Path) -> None:
        """Write the model's files into an existing folder."""
        words = {"labels": self.labels, "grams": list(self.space.column), "temperature": self.temperature}
        (folder / "topics.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "rarity.npy", self.space.rarity)
        np.save(folder / "embeddings.npy", self.embeddings)
        np.save(folder / "halves.npy", self.halves)
        np.save(folder / "dual.npy", self.dual)
        np.save(folder / "gram_dual.npy", self.gram_dual)

    def probabilities(self, texts: Sequence[str], embeddings: np.ndarray) -> np.ndarray:
        """float32 `(m, len(labels))`, rows sum to 1, for normalised texts and their embeddings `(m, d)`."""
        similar = np.exp(SHARPNESS * (inner_products_of_halved(embeddings, self.halves) - 1))
        scores = [
            DENSE_WEIGHT * (row @ self.dual) + (1 - DENSE_WEIGHT) * self._by_words(text)  # row by row is quicker
            for text, row in zip(texts, similar, strict=True)
        ]
        return softmax(np.array(scores, dtype=np.float32).reshape(-1, len(self.labels)) / self.temperature)

    def _by_words(self, text: str) -> np.ndarray:
        """What the n-grams of a text say for each label: float32 `(len(labels),)`.

        The lexical kernel is linear, so its sum over the examples is known beforehand, n-gram by n-gram.
        """
        columns, weights = self.space.weigh(text)
        return np.asarray(weights @ self.gram_dual[columns])


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
