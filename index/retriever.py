"""Question in, passages out: an index that is built whole, opened only when sound, and searched.

Dense similarity finds what means the same, the lexical score what is spelt alike; a hit carries both.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import shelf
from index.corpus import Column, Corpus, write_corpus
from index.encoder import Encoder
from index.errors import IndexDamaged, IndexMismatch, IndexNotBuilt, RetrievalError
from index.lexical import LexicalIndex
from index.manifest import (
    REMEDY,
    Manifest,
    check_files,
    check_model,
    content_hash,
    read_manifest,
    write_manifest,
)
from index.passages import Kind, Passage
from index.text import normalise
from index.vectors import VectorIndex

logger = logging.getLogger(__name__)

EMBEDDINGS, VECTORS, LEXICAL = "embeddings.npy", "vectors.faiss", "lexical"
# Of the lexical score beside the cosine, in the order of hits: no more than a tie-break. On 700 held-out questions
# MRR@10 by label was 0.840 for the cosine alone, 0.831 with a weight of 0.1 and 0.820 with 0.3.
LEXICAL_WEIGHT = 0.05
BATCH = 256  # passages embedded between two reports of progress

Progress = Callable[[int, int], None]  # embedded so far, to embed


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
        self._embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r")
        self._vectors = VectorIndex.load(folder / VECTORS, self._embeddings)
        self._lexical = LexicalIndex.load(folder / LEXICAL)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder, expected_hash: str | None = None) -> Retriever:
        """Open the current index, if it is sound and the one that is meant.

        Args:
            folder: where indexes stand (`var/index`).
            encoder: the model that will embed the questions.
            expected_hash: `content_hash` of the passages that it should hold; None takes any.

        Raises:
            IndexNotBuilt: there is none.
            IndexMismatch: it is of another model, format or corpus.
            IndexDamaged: a file is missing or altered.
        """
        while True:
            index = shelf.current(folder)
            try:
                return cls._open(index, encoder, expected_hash)
            except IndexDamaged:
                if shelf.current(folder) == index:  # else it was replaced and swept while it was read
                    raise

    @classmethod
    def _open(cls, folder: Path, encoder: Encoder, expected_hash: str | None) -> Retriever:
        manifest = read_manifest(folder)
        check_model(manifest, encoder)
        if expected_hash not in (None, manifest.content):
            raise IndexMismatch(f"the index was built from other knowledge than there is now; {REMEDY}")
        check_files(folder, manifest)
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

    def embedded(self) -> dict[str, np.ndarray]:
        """Normalised text -> its embedding `(d,)`, of every passage."""
        rows = zip(self.passages, self._embeddings, strict=True)
        return {normalise(passage.text): row for passage, row in rows}

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
        return np.asarray(self._embeddings @ query), self._lexical.scores(text)

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
        _, near = self._vectors.search(query, 2 * k, allowed)
        rows = np.union1d(near, self._lexical.best(text, 2 * k, allowed))
        dense, lexical = self._embeddings[rows] @ query, self._lexical.scores_of(text, rows)
        order = np.argsort(-(dense + LEXICAL_WEIGHT * lexical), kind="stable")[:k]
        return tuple(Hit(self._corpus[int(rows[i])], float(dense[i]), float(lexical[i])) for i in order)

    def _allowed(
        self,
        language: str | None,
        pages: Collection[str | None] | None,
        kinds: Collection[Kind] | None,
    ) -> np.ndarray | None:
        wanted: dict[str, Collection[str | None] | None] = {
            "language": None if language is None else [language],
            "page": pages,
            "kind": kinds,
        }
        masks = [self.column(name).among(values) for name, values in wanted.items() if values is not None]
        return np.logical_and.reduce(masks) if masks else None


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
            known = {**(like.embedded() if like else {}), **_known(folder, encoder)}
            _build(folder, passages, encoder, progress, known)
    return Retriever.open(folder, encoder, expected)


def build(folder: Path, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None = None) -> Retriever:
    """Build the index of these passages anew and open it; arguments and errors as for `ensure`."""
    with shelf.locked(folder):
        _build(folder, passages, encoder, progress, _known(folder, encoder))
    return Retriever.open(folder, encoder)


def _build(
    folder: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    progress: Progress | None,
    known: dict[str, np.ndarray],
) -> None:
    if not passages:
        raise IndexNotBuilt("there are no passages to index")
    with shelf.unfinished(folder) as new:
        write_corpus(passages, new)
        texts = [normalise(passage.text) for passage in passages]
        embeddings = _embed(texts, encoder, known, new / EMBEDDINGS, progress)
        VectorIndex.build(embeddings).save(new / VECTORS)
        LexicalIndex.build(texts).save(new / LEXICAL)
        write_manifest(new, passages, encoder)
        shelf.put_up(new, content_hash(passages, encoder))


def _known(folder: Path, encoder: Encoder) -> dict[str, np.ndarray]:
    """Text -> embedding, from the index before, if it is sound and of the same model."""
    try:
        return Retriever.open(folder, encoder).embedded()
    except RetrievalError:
        return {}


def _embed(
    texts: Sequence[str],
    encoder: Encoder,
    known: dict[str, np.ndarray],
    path: Path,
    progress: Progress | None,
) -> np.ndarray:
    """Embeddings float32 `(n, d)` of texts, written to `path`; only unknown texts go to the encoder."""
    places: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        places.setdefault(text, []).append(row)
    shape = (len(texts), encoder.dimension)
    embeddings = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    for text in places.keys() & known.keys():
        embeddings[places[text]] = known[text]
    new = [text for text in places if text not in known]
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        for text, row in zip(batch, encoder.encode_passages(batch), strict=True):
            embeddings[places[text]] = row
        if progress:
            progress(start + len(batch), len(new))
    embeddings.flush()
    return embeddings
