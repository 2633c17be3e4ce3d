"""Text to embeddings, through sentence-transformers.

`open_encoder(EMBEDDING_MODEL)` gives the one that the service uses. torch and sentence-transformers take
seconds to import, so they are imported where they are used and not with this file.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from index.engines import PACKAGES, Engine
from index.errors import EncoderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

DEFAULT_MODEL = "use-multilingual-v3"
CACHED_QUERIES = 4096
FEW_PASSAGES = 64  # up to here, importing torch takes longer than it saves
HUB_TIMEOUT = 10  # seconds


class Encoder(Protocol):
    """What the retriever needs of an embedding model.

    `name` and `revision` together say which vectors to expect: an index built under others is not used.
    """

    @property
    def name(self) -> str:
        """What `EMBEDDING_MODEL` calls it."""

    @property
    def revision(self) -> str:
        """Which version of the weights it is."""

    @property
    def dimension(self) -> int:
        """The d of `(n, d)`."""

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of questions: float32 `(n, d)`, rows L2-normalised."""

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of passages: float32 `(n, d)`, rows L2-normalised."""

    def expect(self, texts: Iterable[str]) -> None:
        """Get ready for texts like these, if there is anything that can be done before they come."""


class SentenceEncoder:
    """Any model of sentence-transformers.

    Calls are taken one at a time: tokenizers refuse to be shared, and one call fills a core anyway.
    """

    def __init__(self, model: SentenceTransformer, name: str, revision: str) -> None:
        self.name = name
        self.revision = revision
        self.dimension = int(model.get_embedding_dimension() or 0)
        self._model = model
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of questions: float32 `(n, d)`, rows L2-normalised."""
        return self._encode(texts, "query")

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of passages: float32 `(n, d)`, rows L2-normalised."""
        return self._encode(texts, "document")

    def expect(self, texts: Iterable[str]) -> None:
        """Nothing: a transformer reads each text as if it were the first."""

    def _encode(self, texts: Sequence[str], role: str) -> np.ndarray:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            return _unit(self._embed(list(texts), role))

    def _embed(self, texts: list[str], role: str) -> np.ndarray:
        encode = self._model.encode_query if role == "query" else self._model.encode_document
        return np.asarray(encode(texts, show_progress_bar=False))


class PackagedEncoder:
    """A packaged model: passages go through its SentenceTransformer, questions straight to the engine inside it.

    Both give the same numbers, since it is the same engine. A process that only answers questions is spared
    torch, and `encode_query`, which sorts, batches and copies as a transformer needs it. So is one that takes in
    a few approved passages while it answers.
    """

    def __init__(self, engine: Engine, name: str, revision: str) -> None:
        self.name = name
        self.revision = revision
        self.dimension = engine.dimension
        self._engine = engine
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of questions: float32 `(n, d)`, rows L2-normalised."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            return _unit(self._engine.embed(list(texts), is_query=True))

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of passages: float32 `(n, d)`, rows L2-normalised."""
        with self._lock:
            if 0 < len(texts) <= FEW_PASSAGES:
                return _unit(self._engine.embed(list(texts), is_query=False))
            return self._through_transformer.encode_passages(texts)

    def expect(self, texts: Iterable[str]) -> None:
        """See Encoder; the engine keeps what it can."""
        with self._lock:
            self._engine.expect(texts)

    @cached_property
    def _through_transformer(self) -> SentenceEncoder:
        from index.packaged import as_sentence_transformer

        return SentenceEncoder(as_sentence_transformer(self._engine), self.name, self.revision)


class CachingEncoder:
    """An encoder that remembers the embeddings of the queries asked last; passages go straight through."""

    def __init__(self, encoder: Encoder, size: int = CACHED_QUERIES) -> None:
        self._encoder = encoder
        self._size = size
        self._cache: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The name of the encoder behind."""
        return self._encoder.name

    @property
    def revision(self) -> str:
        """The revision of the encoder behind."""
        return self._encoder.revision

    @property
    def dimension(self) -> int:
        """The dimension of the encoder behind."""
        return self._encoder.dimension

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of questions, from memory where the same text was asked before."""
        if len(texts) == 1 and (row := self._recall(texts[0])) is not None:
            return row[None]
        known = {text: row for text in texts if (row := self._recall(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, self._encoder.encode_queries(new), strict=True))
            self._remember({text: known[text] for text in new})
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of passages, not remembered."""
        return self._encoder.encode_passages(texts)

    def expect(self, texts: Iterable[str]) -> None:
        """See Encoder; embeddings themselves are remembered only of what is asked."""
        self._encoder.expect(texts)

    def _recall(self, text: str) -> np.ndarray | None:
        with self._lock:
            if text in self._cache:
                self._cache.move_to_end(text)
            return self._cache.get(text)

    def _remember(self, rows: dict[str, np.ndarray]) -> None:
        with self._lock:
            self._cache.update(rows)
            while len(self._cache) > self._size:
                self._cache.popitem(last=False)


def open_encoder(name: str = DEFAULT_MODEL) -> Encoder:
    """Load the model that `EMBEDDING_MODEL` names.

    Args:
        name: "use-multilingual-v3", "e5-small-4bit", a name on the model hub, or a local folder.

    Raises:
        EncoderUnavailable: it cannot be loaded; the message says what to set instead.
    """
    os.environ.setdefault("USE_TF", "0")  # transformers would import TensorFlow, which nothing here needs
    try:
        return CachingEncoder(_open(name))
    except Exception as error:  # a hub, a file system and other people's model code can each raise their own
        raise EncoderUnavailable(
            f"the embedding model {name!r} cannot be loaded ({_one_line(error)}); set EMBEDDING_MODEL to "
            f"{DEFAULT_MODEL}, e5-small-4bit, a folder, or a hub name that this machine can reach"
        ) from error


def _open(name: str) -> Encoder:
    if package := PACKAGES.get(name):
        return PackagedEncoder(package.load(), name, package.revision)
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(name) if Path(name).is_dir() else _from_hub(name)
    return SentenceEncoder(model, name, _revision(name, model))


def _from_hub(name: str) -> SentenceTransformer:
    """A hub's model from this machine's cache, or else downloaded.

    The hub is asked once whether it has the model: the download itself would try an unreachable hub for over a
    minute, file by file.
    """
    from huggingface_hub import HfApi
    from requests import ConnectionError as Unreachable
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name, local_files_only=True)
    except OSError:
        logger.info("the embedding model %s is not on this machine yet; asking the model hub", name)
    try:
        HfApi().model_info(name if "/" in name else f"sentence-transformers/{name}", timeout=HUB_TIMEOUT)
    except Unreachable as error:
        raise OSError("the model hub cannot be reached") from error
    return SentenceTransformer(name)


def _revision(name: str, model: Any) -> str:
    """A hub model's commit; for a folder, a digest of its files' names, sizes and last bytes."""
    folder = Path(name)
    if not folder.is_dir():
        config = getattr(getattr(model[0], "auto_model", None), "config", None)
        return str(getattr(config, "_commit_hash", None) or "unknown")
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - 4096))
            digest.update(f"{path.relative_to(folder)} {size} ".encode() + file.read())
    return digest.hexdigest()[:16]


def _unit(embeddings: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1, as C-ordered float32, which is what FAISS takes."""
    rows = np.ascontiguousarray(embeddings, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
