"""Corrects what similarity proposes by what the names in the message say.

A question in the shape of our page's questions is not about our page when the only vendor it names is another,
or the only standard it names has no page here. Its probability moves to the refusal that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bot.nlu.labels import (
    CERTIFIED,
    COVERAGE,
    FAMILY,
    LIST,
    NAMED_CERTIFICATIONS,
    OTHER_STANDARD,
    OTHER_VENDOR,
    STANDARD,
)
from bot.nlu.scope import Scope
from index.names import Mention
from index.passages import topic_of


def reconcile(chances: np.ndarray, labels: Sequence[str], mentions: Sequence[Mention], scope: Scope) -> np.ndarray:
    """`chances` `(len(labels),)` after the names had their say; still sums to 1."""
    on_page = _on_page(tuple(labels), scope.topics)
    standards = {m.name.id for m in mentions if m.name.kind == "standard"}
    foreign = any(scope.is_foreign(mention) for mention in mentions)
    ours = [m for m in mentions if m.name.kind != "standard" and not scope.is_foreign(m)]
    best = labels[int(chances.argmax())]
    if foreign and not ours:
        return _move(chances, on_page, list(labels).index(OTHER_VENDOR))
    if best == FAMILY and all(scope.is_sibling(each) for each in standards - scope.standards):
        return chances  # "can ISO 20000-2 be certified"
    if standards - scope.standards and not standards & scope.standards:
        named = standards <= scope.named_standards and all(
            m.name.kind == "vendor" or m.name.id in scope.provider_wide for m in ours
        )
        keeps = named and best in (NAMED_CERTIFICATIONS, COVERAGE, CERTIFIED)
        return _move(chances, on_page, list(labels).index(NAMED_CERTIFICATIONS if keeps else OTHER_STANDARD))
    if standards - scope.standards - scope.named_standards and topic_of(best) == STANDARD and best != FAMILY:
        return _move(
            chances, on_page, list(labels).index(OTHER_STANDARD)
        )  # "ITIL or ISO 20000, what is the difference"
    services = [m for m in ours if m.name.kind == "service"]
    specific = [m for m in services if m.name.id not in scope.provider_wide]
    if (specific and best in (LIST, COVERAGE)) or (services and best == CERTIFIED):
        return _move(chances, np.array([label in (LIST, CERTIFIED) for label in labels]), list(labels).index(COVERAGE))
    return chances


@lru_cache(maxsize=8)
def _on_page(labels: tuple[str, ...], topics: frozenset[str]) -> np.ndarray:
    """Bool `(len(labels),)`: whether the label's topic has entries on a page."""
    return np.array([topic_of(label) in topics for label in labels])


def _move(chances: np.ndarray, source: np.ndarray, target: int) -> np.ndarray:
    moved = np.where(source, 0.0, chances)
    moved[target] += chances[source].sum()
    return moved
