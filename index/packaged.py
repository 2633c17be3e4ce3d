"""Packaged embedding models as models of sentence-transformers.

An engine becomes the only module of a `SentenceTransformer`. Importing this file imports torch: seconds, so only
what embeds passages does.
"""

from __future__ import annotations

from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from index.engines import Engine

QUERY, PASSAGE = "query: ", "passage: "


class PackagedModel(InputModule):
    """An engine that takes texts and gives unit vectors; tokens are its own affair."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def preprocess(self, inputs: list[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Nothing to prepare: texts and their role (QUERY, PASSAGE or None) go to `forward` as they are."""
        return {"texts": inputs, "role": prompt}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`, a float32 tensor `(n, d)`."""
        embeddings = self._engine.embed(features["texts"], features["role"] == QUERY)
        features["sentence_embedding"] = torch.from_numpy(embeddings)
        return features

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Writes the configuration alone; the weights stay in the package."""
        self.save_config(output_path)

    def get_embedding_dimension(self) -> int:
        """The d of `(n, d)`."""
        return self._engine.dimension


def as_sentence_transformer(engine: Engine) -> SentenceTransformer:
    """The engine behind sentence-transformers' interface."""
    prompts = {"query": QUERY, "document": PASSAGE}
    return SentenceTransformer(modules=[PackagedModel(engine)], device="cpu", prompts=prompts)
