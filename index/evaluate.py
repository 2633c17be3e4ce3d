"""How good retrieval is by itself: recall@k and MRR@k over labelled questions, by language.

What counts is the label, not the passage: of the passages that a search finds, each label counts once, at its
first place. A question whose label is not found adds 0 to both figures and still counts in the mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.retriever import Retriever

RECALL_AT, MRR_AT = 5, 10
DEPTH = 50  # passages searched for each question; their labels repeat


@dataclass(frozen=True)
class Judged:
    """One question's result.

    Attributes:
        language: language of the question.
        relevant: the right labels.
        found: the labels found, best first, each once.
    """

    language: str
    relevant: frozenset[str]
    found: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """Means over `questions` questions."""

    questions: int
    recall: float
    mrr: float


def recall_at_k(judged: Sequence[Judged], k: int) -> float:
    """Mean share of the right labels that are among the first k found; 0 for no questions."""
    shares = [len(one.relevant & set(one.found[:k])) / len(one.relevant) for one in judged]
    return sum(shares) / len(shares) if shares else 0.0


def mrr_at_k(judged: Sequence[Judged], k: int) -> float:
    """Mean of 1 / place of the first right label, 0 where it is not among the first k; 0 for no questions."""
    places = [_first_place(one, k) for one in judged]
    return sum(1 / place for place in places if place) / len(places) if places else 0.0


def judge(retriever: Retriever, questions: Iterable[tuple[str, str, str]]) -> list[Judged]:
    """Search for each question.

    Args:
        retriever: an open index.
        questions: text, right label, language.
    """
    return [Judged(language, frozenset([label]), _labels(retriever, text)) for text, label, language in questions]


def figures(judged: Sequence[Judged]) -> dict[str, Figures]:
    """Recall@5 and MRR@10 of each language, and of "all"."""
    languages = sorted({one.language for one in judged})
    groups = {language: [one for one in judged if one.language == language] for language in languages}
    return {
        name: Figures(len(group), recall_at_k(group, RECALL_AT), mrr_at_k(group, MRR_AT))
        for name, group in {**groups, "all": list(judged)}.items()
    }


def _labels(retriever: Retriever, text: str) -> tuple[str, ...]:
    hits = retriever.search(text, DEPTH)
    return tuple(dict.fromkeys(hit.passage.label for hit in hits))


def _first_place(one: Judged, k: int) -> int | None:
    return next((place for place, label in enumerate(one.found[:k], 1) if label in one.relevant), None)
