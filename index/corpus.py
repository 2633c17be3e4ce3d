"""The passages of an index on disk: lines of JSON, decoded when they are asked for.

What searches ask for (label, language, kind, page) is kept beside them as columns of small numbers, and each
column's passages by value, so that the passages of one page are found without looking at the others.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import overload

import numpy as np

from index.manifest import passage_line
from index.passages import Passage

LINES, BOUNDS, CODES, ORDER, STARTS, VALUES = (
    "passages.jsonl",
    "bounds.npy",
    "codes.npy",
    "order.npy",
    "starts.npy",
    "columns.json",
)
COLUMNS = ("label", "language", "kind", "page")
REMEMBERED = 8192  # passages kept decoded, some 5 MB


@dataclass(frozen=True)
class Column:
    """One attribute of all passages: passage i has `values[codes[i]]`.

    Attributes:
        values: each value once.
        codes: int32 `(n,)`.
        order: int32 `(n,)`, the passages sorted by value, each value's in their own order.
        starts: int64 `(len(values) + 1,)`, where each value's passages begin in `order`.
    """

    values: tuple[str | None, ...]
    codes: np.ndarray
    order: np.ndarray
    starts: np.ndarray

    def chosen(self, wanted: Iterable[str | None]) -> np.ndarray:
        """Codes of those of the wanted values that occur, ascending."""
        codes = {self._code_of[value] for value in wanted if value in self._code_of}
        return np.array(sorted(codes), dtype=np.int64)

    def count(self, codes: np.ndarray) -> int:
        """How many passages have one of these codes."""
        return int((self.starts[codes + 1] - self.starts[codes]).sum())

    def rows(self, codes: np.ndarray) -> np.ndarray:
        """Passages that have one of these codes, ascending: int64 `(m,)`."""
        spans = [self.order[self.starts[code] : self.starts[code + 1]] for code in codes]
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *spans]))

    @cached_property
    def _code_of(self) -> dict[str | None, int]:
        return {value: code for code, value in enumerate(self.values)}


class Corpus(Sequence[Passage]):
    """The passages of one index, in order, on disk."""

    def __init__(self, folder: Path) -> None:
        """Map the files of a folder.

        Raises:
            OSError, ValueError: a file is missing or not what it should be.
        """
        with (folder / LINES).open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._bounds, self._codes, self._order, self._starts = (
            np.asarray(np.load(folder / name, mmap_mode="r")) for name in (BOUNDS, CODES, ORDER, STARTS)
        )
        self._values = json.loads((folder / VALUES).read_text(encoding="utf-8"))
        self._passage = lru_cache(maxsize=REMEMBERED)(self._decode)  # many questions find the same ones

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
        return self._passage(int(row) % len(self))

    def _decode(self, row: int) -> Passage:
        return Passage(**json.loads(self._lines[self._bounds[row] : self._bounds[row + 1]]))

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Attribute -> its values, for "label", "language", "kind" and "page"."""
        columns, begin = {}, 0
        for name, codes, order in zip(COLUMNS, self._codes, self._order, strict=True):
            values = tuple(self._values[name])
            columns[name] = Column(values, codes, order, self._starts[begin : begin + len(values) + 1])
            begin += len(values) + 1
        return columns


@dataclass(frozen=True)
class Written:
    """What was seen while passages were written.

    Attributes:
        counts: passages by "language/kind".
        texts: `text_key` of each passage's text: `(n,)` of 16 bytes.
    """

    counts: dict[str, int]
    texts: np.ndarray


def text_key(text: str) -> bytes:
    """16 bytes that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def write_corpus(
    passages: Iterable[Passage], folder: Path, seen: Callable[[bytes], None] = lambda line: None
) -> Written:
    """Write passages, each looked at once, for `Corpus` to read.

    Args:
        seen: given every passage's line.
    """
    bounds, texts = array("q", [0]), bytearray()
    values: dict[str, dict[str | None, int]] = {name: {} for name in COLUMNS}
    codes = {name: array("i") for name in COLUMNS}
    counts: Counter[str] = Counter()
    with (folder / LINES).open("wb") as file:
        for passage in passages:
            line = passage_line(passage)
            file.write(line)
            seen(line)
            bounds.append(bounds[-1] + len(line))
            texts += text_key(passage.text)
            counts[f"{passage.language}/{passage.kind}"] += 1
            for name, known in values.items():
                codes[name].append(known.setdefault(getattr(passage, name), len(known)))
    _write_columns(folder, values, np.array([np.asarray(codes[name]) for name in COLUMNS], dtype=np.int32))
    np.save(folder / BOUNDS, np.asarray(bounds))
    return Written(dict(counts), np.frombuffer(bytes(texts), dtype="S16"))


def _write_columns(folder: Path, values: dict[str, dict[str | None, int]], codes: np.ndarray) -> None:
    np.save(folder / CODES, codes)
    np.save(folder / ORDER, np.argsort(codes, axis=1, kind="stable").astype(np.int32))
    sizes = [np.bincount(column, minlength=len(values[name])) for name, column in zip(COLUMNS, codes, strict=True)]
    np.save(folder / STARTS, np.concatenate([np.concatenate([[0], np.cumsum(size)]) for size in sizes]))
    text = json.dumps({name: list(found) for name, found in values.items()}, ensure_ascii=False)
    (folder / VALUES).write_text(text, encoding="utf-8")
