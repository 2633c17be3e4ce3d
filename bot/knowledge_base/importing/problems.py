"""What can be wrong with a file of entries: as a whole, or in one of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class UnreadableFile(Exception):
    """Nothing of the file can be used.

    Attributes:
        key: of the words that say why and what would do; `values` fill them in.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class Problem:
    """One thing to mend in the file.

    Attributes:
        row: as a spreadsheet counts, the head being the first; of YAML the line where the entry begins.
        column: the field, such as "answer_zh"; "" for the row as a whole.
        key: of the words that say what is wrong and what would do; `values` fill them in.
    """

    row: int
    column: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
