"""Which passages a search may find, said without looking at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.corpus import Column


@dataclass(frozen=True)
class Condition:
    """A column and the codes that it may have."""

    column: Column
    codes: np.ndarray

    @cached_property
    def count(self) -> int:
        """How many passages meet it."""
        return self.column.count(self.codes)

    @cached_property
    def table(self) -> np.ndarray:
        """Bool, by code: whether a passage with that code meets it."""
        table = np.zeros(len(self.column.values), dtype=bool)
        table[self.codes] = True
        return table

    def keeps(self, rows: np.ndarray) -> np.ndarray:
        """Bool `(m,)`: which of these passages meet it."""
        return self.table[self.column.codes[rows]]


class Allowed:
    """Passages that meet several conditions at once."""

    def __init__(self, size: int, conditions: Sequence[Condition]) -> None:
        """Of `size` passages, those that meet all of at least one condition."""
        self.size = size
        self._conditions = sorted(conditions, key=lambda each: each.count)

    @cached_property
    def most(self) -> int:
        """No more than so many are allowed."""
        return self._conditions[0].count

    @cached_property
    def share(self) -> float:
        """About which share of all passages is allowed, as if the conditions had nothing to do with each other."""
        return float(np.prod([each.count / self.size for each in self._conditions]))

    @cached_property
    def rows(self) -> np.ndarray:
        """All that are allowed, ascending: int64 `(m,)`, found among those that meet the narrowest condition."""
        rows = self._conditions[0].column.rows(self._conditions[0].codes)
        for condition in self._conditions[1:]:
            rows = rows[condition.keeps(rows)]
        return rows

    @cached_property
    def mask(self) -> np.ndarray:
        """Bool `(size,)`: which are allowed."""
        mask = np.zeros(self.size, dtype=bool)
        mask[self.rows] = True
        return mask

    def keeps(self, rows: np.ndarray) -> np.ndarray:
        """Bool `(m,)`: which of these passages are allowed."""
        return np.logical_and.reduce([condition.keeps(rows) for condition in self._conditions])


def allowed_of(mask: np.ndarray) -> Allowed:
    """Those that are True in `mask`, bool `(n,)`."""
    codes = mask.astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=2))])
    column = Column(("no", "yes"), codes, np.argsort(codes, kind="stable").astype(np.int32), starts)
    return Allowed(len(mask), [Condition(column, np.array([1]))])
