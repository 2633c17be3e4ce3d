"""Question in, passages out: an index that is built whole, opened only when sound, and searched.

Dense similarity finds what means the same, the lexical score what is spelt alike; a hit carries both.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import shelf
from index.allowed import Allowed, Condition
from index.building import Progress, write_index
from index.corpus import Column, Corpus
from index.encoder import Encoder
from index.errors import IndexDamaged, IndexMismatch, RetrievalError
from index.manifest import (
    REMEDY,
    Manifest,
    check_files,
    check_model,
    content_hash,
    read_manifest,
    verify,
)
from index.parts import Parts
from index.passages import Kind, Passage
from index.text import normalise

logger = logging.getLogger(__name__)

# Of the lexical score beside the cosine, in the order of hits: no more than a tie-break. On 700 held-out questions
# MRR@10 by label was 0.840 for the cosine alone, 0.831 with a weight of 0.1 and 0.820 with 0.3.
LEXICAL_WEIGHT = 0.05


@dataclass(frozen=True)
class Hit:
    """A passage that was found.

    Attributes:
        dense: cosine with the question, in [-1, 1].
        lexical: share of the question's words, 0 to about 1 (`LexicalIndex.scores`).
    """

    passage: Passage
    dense: float
    lexical: float


class Retriever:
    """An open index. It never changes, so threads may share it."""

    def __init__(self, folder: Path, manifest: Manifest, encoder: Encoder) -> None:
        self.manifest = manifest
        self.encoder = encoder
        self._corpus = Corpus(folder)
        self.parts = Parts.load(folder)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder, expected_hash: str | None = None, whole: bool = False) -> Retriever:
        """Open the current index, if it is sound and the one that is meant.

        Args:
            folder: where indexes stand (`var/index`).
            encoder: the model that will embed the questions.
            expected_hash: `content_hash` of the passages that it should hold; None takes any.
            whole: read every file whole, to see that it is as it was written.

        Raises:
            IndexNotBuilt: there is none.
            IndexMismatch: it is of another model, format or corpus.
            IndexDamaged: a file is missing or altered.
        """
        while True:
            index = shelf.current(folder)
            try:
                return cls._open(index, encoder, expected_hash, whole)
            except IndexDamaged:
                if shelf.current(folder) == index:  # else it was replaced and swept while it was read
                    raise

    @classmethod
    def _open(cls, folder: Path, encoder: Encoder, expected_hash: str | None, whole: bool) -> Retriever:
        manifest = read_manifest(folder)
        check_model(manifest, encoder)
        if expected_hash not in (None, manifest.content):
            raise IndexMismatch(f"the index was built from other knowledge than there is now; {REMEDY}")
        (verify if whole else check_files)(folder, manifest)
        try:
            return cls(folder, manifest, encoder)
        except (OSError, ValueError, KeyError) as error:
            raise IndexDamaged(f"the index cannot be read ({error}); {REMEDY}") from error

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages; row i of every array is passage i. Each is decoded when it is asked for."""
        return self._corpus

    def column(self, name: str) -> Column:
        """One of "label", "language", "kind" and "page", of all passages."""
        return self._corpus.columns[name]

    def embed(self, text: str) -> np.ndarray:
        """Embedding of a question: float32 `(d,)`, length 1."""
        return self.encoder.encode_queries([normalise(text)])[0]

    def scores(self, text: str, embedding: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Every passage's likeness to a question.

        Args:
            text: the question.
            embedding: its embedding `(d,)`, if it is there already.

        Returns:
            cosines float32 `(n,)` and lexical scores float32 `(n,)`.
        """
        query = self.embed(text) if embedding is None else embedding
        return np.asarray(self.parts.embeddings @ query), self.parts.lexical.scores(text)

    def search(
        self,
        text: str,
        k: int,
        *,
        embedding: np.ndarray | None = None,
        language: str | None = None,
        pages: Collection[str | None] | None = None,
        kinds: Collection[Kind] | None = None,
    ) -> tuple[Hit, ...]:
        """The passages most like a question, best first.

        Candidates are the nearest by meaning and the nearest by words; they are ordered by both.

        Args:
            text: the question.
            k: how many at most.
            embedding: the question's embedding `(d,)`, if it is there already.
            language: only passages in this one.
            pages: only passages of these; None among them stands for the house's own.
            kinds: only passages of these kinds.
        """
        query = self.embed(text) if embedding is None else embedding
        allowed = self._allowed(language, pages, kinds)
        _, near = self.parts.vectors.search(query, 2 * k, allowed)
        rows = np.array(sorted({*near.tolist(), *self.parts.lexical.best(text, 2 * k, allowed).tolist()}), dtype=int)
        dense, lexical = self.parts.embeddings[rows] @ query, self.parts.lexical.scores_of(text, rows)
        order = np.argsort(-(dense + LEXICAL_WEIGHT * lexical), kind="stable")[:k]
        found = zip(rows[order].tolist(), dense[order].tolist(), lexical[order].tolist(), strict=True)
        return tuple(Hit(self._corpus[row], cosine, shared) for row, cosine, shared in found)

    def _allowed(
        self,
        language: str | None,
        pages: Collection[str | None] | None,
        kinds: Collection[Kind] | None,
    ) -> Allowed | None:
        wanted: dict[str, Collection[str | None] | None] = {
            "language": None if language is None else [language],
            "page": pages,
            "kind": kinds,
        }
        conditions = [
            Condition(self.column(name), self.column(name).chosen(values))
            for name, values in wanted.items()
            if values is not None
        ]
        return Allowed(len(self._corpus), conditions) if conditions else None


def ensure(
    folder: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    progress: Progress | None = None,
    like: Retriever | None = None,
) -> Retriever:
    """Open the index of these passages; build it first where it is missing, stale, foreign or damaged.

    Args:
        folder: where indexes stand (`var/index`).
        passages: what it should hold.
        encoder: the embedding model.
        progress: told how many passages are embedded, and of how many.
        like: an open index of the same model; what it holds need not be embedded again.

    Raises:
        IndexNotBuilt: it cannot be written.
    """
    expected = content_hash(passages, encoder)
    try:
        return Retriever.open(folder, encoder, expected)
    except RetrievalError as reason:
        logger.info("building the index: %s", reason)
    with shelf.locked(folder):
        try:
            return Retriever.open(folder, encoder, expected)  # another process has just built it
        except RetrievalError:
            earlier = [*_there(folder, encoder), *([like.parts] if like else [])]
            write_index(folder, passages, encoder, progress, earlier)
    return Retriever.open(folder, encoder, expected)


def build(folder: Path, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None = None) -> Retriever:
    """Build the index of these passages anew and open it; arguments and errors as for `ensure`."""
    with shelf.locked(folder):
        write_index(folder, passages, encoder, progress, _there(folder, encoder))
    return Retriever.open(folder, encoder)


def _there(folder: Path, encoder: Encoder) -> list[Parts]:
    """The index before, if it is of the same model and sound, which is made sure of: it is passed on."""
    try:
        return [Retriever.open(folder, encoder, whole=True).parts]
    except RetrievalError:
        return []
