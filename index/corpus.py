"""The passages of an index on disk: lines of JSON, decoded when they are asked for.

What every search compares (label, language, kind, page) is kept beside them as columns of small numbers.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np

from index.manifest import passage_line
from index.passages import Passage

LINES, CODES, VALUES = "passages.jsonl", "codes.npy", "columns.json"
COLUMNS = ("label", "language", "kind", "page")


@dataclass(frozen=True)
class Column:
    """One attribute of all passages: passage i has `values[codes[i]]`.

    Attributes:
        values: each value once.
        codes: int32 `(n,)`.
    """

    values: tuple[str | None, ...]
    codes: np.ndarray

    def among(self, wanted: Iterable[str | None]) -> np.ndarray:
        """Bool `(n,)`: which passages have one of these values."""
        chosen = set(wanted)
        return np.array([value in chosen for value in self.values], dtype=bool)[self.codes]


class Corpus(Sequence[Passage]):
    """The passages of one index, in order, on disk."""

    def __init__(self, folder: Path) -> None:
        """Map the files of a folder.

        Raises:
            OSError, ValueError: a file is missing or not what it should be.
        """
        with (folder / LINES).open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        ends = np.flatnonzero(np.frombuffer(self._lines, dtype=np.uint8) == ord("\n")) + 1
        self._bounds = np.concatenate([[0], ends])
        self._values = json.loads((folder / VALUES).read_text(encoding="utf-8"))
        self._codes = np.load(folder / CODES, mmap_mode="r")

    def __len__(self) -> int:
        return len(self._bounds) - 1

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        row %= len(self)
        return Passage(**json.loads(self._lines[self._bounds[row] : self._bounds[row + 1]]))

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Attribute -> its values, for "label", "language", "kind" and "page"."""
        return {
            name: Column(tuple(self._values[name]), codes) for name, codes in zip(COLUMNS, self._codes, strict=True)
        }


def write_corpus(passages: Sequence[Passage], folder: Path) -> None:
    """Write passages for `Corpus` to read."""
    with (folder / LINES).open("wb") as file:
        file.writelines(map(passage_line, passages))
    values: dict[str, dict[str | None, int]] = {name: {} for name in COLUMNS}
    codes = [
        [values[name].setdefault(getattr(passage, name), len(values[name])) for passage in passages] for name in COLUMNS
    ]
    np.save(folder / CODES, np.array(codes, dtype=np.int32))
    text = json.dumps({name: list(found) for name, found in values.items()}, ensure_ascii=False)
    (folder / VALUES).write_text(text, encoding="utf-8")
