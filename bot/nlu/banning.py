"""Questions that must not lead to an entry, however near they are to its own.

A label is banned for a text that an entry names as excluded, or that is nearer to an excluded question than to any
example of the label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.delexicalise import delexicalise
from bot.nlu.labels import COVERAGE, ELLIPSIS
from bot.nlu.scope import Scope
from bot.nlu.topic_model import TopicModel
from index.library import Library


@dataclass(frozen=True)
class Bans:
    """What is excluded, by label.

    Attributes:
        near: label -> embeddings of its excluded questions `(k, d)` and of its examples `(m, d)`.
    """

    library: Library
    near: Mapping[str, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, library: Library, scope: Scope, model: TopicModel, labels: Sequence[str]) -> Bans:
        """The bans of a library's pages.

        Args:
            labels: of the model's examples, in its order.
        """
        excluded: dict[str, list[str]] = {}
        for entry in (entry for page in library.pages for entry in page.entries):
            texts = [plain_text(text, entry.id, library, scope) for own in entry.excludes.values() for text in own]
            if texts:
                excluded.setdefault(entry.id, []).extend(texts)
        own = np.array(labels) if excluded else None
        return cls(
            library,
            {
                label: (library.encoder.encode_queries(texts), np.asarray(model.embeddings[own == label]))
                for label, texts in excluded.items()
            },
        )

    def of_text(self, text: str, embeddings: np.ndarray) -> frozenset[str]:
        """The labels that a text must not lead to.

        Args:
            embeddings: `(n, d)` of the text, one row for each way to read it.
        """
        return frozenset(
            label
            for label, (excluded, own) in self.near.items()
            if self.library.excludes(label, text) or _nearest(embeddings, excluded) > _nearest(embeddings, own)
        )


def plain_text(text: str, label: str, library: Library, scope: Scope) -> str:
    """An example of a label as the model reads it: names replaced by stand-ins."""
    return delexicalise(text, library.names.find(text), scope, whole_as_service=label in (COVERAGE, ELLIPSIS))


def _nearest(embeddings: np.ndarray, others: np.ndarray) -> float:
    return float((embeddings @ others.T).max(initial=-1.0))
