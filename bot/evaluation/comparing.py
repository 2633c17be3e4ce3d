"""Two runs of the same questions: which flipped, by category, and whether chance explains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scipy.stats import binomtest

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Flip:
    """A question that one run gets right and the other wrong."""

    id: str
    category: str
    text: str
    before: str
    after: str
    right: bool


@dataclass(frozen=True)
class Change:
    """Right before and after among `n` common questions; `points` is the difference in percentage points."""

    name: str
    n: int
    before: int
    after: int
    points: float


@dataclass(frozen=True)
class Comparison:
    """An earlier run ("before") against this one ("after").

    Attributes:
        overall: over the questions that both runs asked, with the same words and expectations.
        left_out: questions of either run that the other has not, or has differently.
        p: exact two-sided p of McNemar's test: how likely flips at least this lopsided are by chance.
    """

    before: str
    overall: Change
    categories: tuple[Change, ...]
    gained: tuple[Flip, ...]
    lost: tuple[Flip, ...]
    left_out: int
    p: float


_SAME = ("text", "context", "expected", "answer_lang")


def compare(before: Document, after: Document, name: str) -> Comparison:
    """Compare two runs over what they have in common.

    Args:
        before: the earlier run.
        after: this run.
        name: what to call the earlier run.
    """
    earlier = {each["id"]: each for each in before["questions"]}
    pairs = [
        (earlier[each["id"]], each)
        for each in after["questions"]
        if each["id"] in earlier and all(earlier[each["id"]][key] == each[key] for key in _SAME)
    ]
    flips = [_flip(old, new) for old, new in pairs if old["right"] != new["right"]]
    gained = tuple(flip for flip in flips if flip.right)
    lost = tuple(flip for flip in flips if not flip.right)
    return Comparison(
        before=name,
        overall=_change("all", pairs),
        categories=_by_category(pairs),
        gained=gained,
        lost=lost,
        left_out=len(earlier) + len(after["questions"]) - 2 * len(pairs),
        p=mcnemar(len(gained), len(lost)),
    )


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p that flips in either direction were equally likely; 1 where nothing flipped.

    Under that assumption the number gained is binomial with probability 1/2 (McNemar 1947, exact form).
    """
    return float(binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else 1.0


_Pairs = list[tuple[Mapping[str, Any], Mapping[str, Any]]]


def _by_category(pairs: _Pairs) -> tuple[Change, ...]:
    names = Counter(new["category"] for _, new in pairs)
    return tuple(_change(name, [pair for pair in pairs if pair[1]["category"] == name]) for name in sorted(names))


def _change(name: str, pairs: _Pairs) -> Change:
    before = sum(old["right"] for old, _ in pairs)
    after = sum(new["right"] for _, new in pairs)
    return Change(name, len(pairs), before, after, 100 * (after - before) / max(1, len(pairs)))


def _flip(old: Mapping[str, Any], new: Mapping[str, Any]) -> Flip:
    return Flip(new["id"], new["category"], new["text"], _said(old), _said(new), new["right"])


def _said(question: Mapping[str, Any]) -> str:
    return question["reply"]["text"] if question["reply"] else question["wrong"]["error"]
