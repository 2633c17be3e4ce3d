"""A file as rows of text by field; CSV and XLSX and YAML alike."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge_base.importing.columns import NEEDED, field_of
from bot.knowledge_base.importing.problems import Problem, UnreadableFile

LARGEST_FILE = 2 * 1024 * 1024
MOST_ROWS = 1000
LONGEST_CELL = 40_000
_LARGEST_TABLE = 16 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One entry as it stands in the file. Attributes: number: as in `Problem`; values: only fields that it has."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """What a file holds, and what of it could not be read."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()

    def packed(self) -> str:
        """The table as text, to hand it back in a form: a dry run keeps nothing itself."""
        plain = json.dumps([[row.number, dict(row.values)] for row in self.rows], ensure_ascii=False)
        return b64encode(zlib.compress(plain.encode())).decode()

    @classmethod
    def unpacked(cls, packed: str) -> Table:
        """The table that `packed` gave; whoever sends it may have changed it, so it is checked like a file.

        Raises:
            UnreadableFile: it is none.
        """
        try:
            inflating = zlib.decompressobj()
            plain = inflating.decompress(b64decode(packed, validate=True), _LARGEST_TABLE)
            rows = [_row(number, values) for number, values in json.loads(plain)]
        except (ValueError, TypeError, zlib.error, RecursionError):
            raise UnreadableFile("import_not_sent_back") from None
        if len(rows) > MOST_ROWS:
            raise UnreadableFile("import_many_rows", most=MOST_ROWS)
        return cls(tuple(rows))


def table_of(lines: Iterable[Sequence[str]], problems: Sequence[Problem] = ()) -> Table:
    """The table of a spreadsheet's lines, the first of them with words being the head.

    Raises:
        UnreadableFile: there is no head with the columns that are needed, or too much below it.
    """
    numbered = ((number, [cell.strip() for cell in line]) for number, line in enumerate(lines, 1))
    filled = (each for each in numbered if any(each[1]))
    _, head = next(filled, (0, []))
    fields = _fields(head)
    rows: list[Row] = []
    found = list(problems)
    for number, line in filled:
        if len(rows) == MOST_ROWS:
            raise UnreadableFile("import_many_rows", most=MOST_ROWS)
        values = {fields[place]: cell for place, cell in enumerate(line) if place in fields}
        found += _in_row(number, values, line[len(head) :])
        if any(values.values()):
            rows.append(Row(number, values))
    if not rows:
        raise UnreadableFile("import_no_rows")
    return Table(tuple(rows), tuple(found))


def _fields(head: Sequence[str]) -> dict[int, str]:
    fields: dict[int, str] = {}
    for place, words in enumerate(head):
        name = field_of(words) if words else None
        if words and name is None:
            raise UnreadableFile("import_unknown_column", head=words[:60])
        if name in fields.values():
            raise UnreadableFile("import_column_twice", head=words[:60])
        if name:
            fields[place] = name
    if missing := [name for name in NEEDED if name not in fields.values()]:
        raise UnreadableFile("import_no_column", columns=missing)
    return fields


def _in_row(number: int, values: Mapping[str, str], beyond: Sequence[str]) -> Iterator[Problem]:
    for name, cell in values.items():
        if cell.startswith("="):
            yield Problem(number, name, "import_formula")
        elif len(cell) > LONGEST_CELL:
            yield Problem(number, name, "import_long_cell", {"most": LONGEST_CELL})
    if any(beyond):
        yield Problem(number, "", "import_beyond_head")


def _row(number: object, values: object) -> Row:
    if not isinstance(number, int) or not isinstance(values, dict):
        raise ValueError("not a row")
    return Row(
        number, {str(field_of(name)): str(text)[:LONGEST_CELL] for name, text in values.items() if field_of(name)}
    )
