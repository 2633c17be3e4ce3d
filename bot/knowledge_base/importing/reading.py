"""Files of entries as people have them: whatever Excel makes of CSV, XLSX with all that may be in it, YAML."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from bot.knowledge_base.importing.columns import field_of
from bot.knowledge_base.importing.problems import Problem, UnreadableFile
from bot.knowledge_base.importing.tables import LARGEST_FILE, MOST_ROWS, Row, Table, table_of
from index.knowledge import StrictLoader

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SIGNS = (",", ";", "\t")
_LARGEST_INSIDE = 12 * 1024 * 1024
_MOST_PARTS = 300
_MOST_COLUMNS = 60
_GUARD = "'"


def read_table(name: str, data: bytes) -> Table:
    """The entries of a file.

    Args:
        name: of the file; tells YAML from CSV.

    Raises:
        UnreadableFile: nothing of it can be used.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableFile("import_large_file", most=LARGEST_FILE // 1024 // 1024)
    if not data.strip():
        raise UnreadableFile("import_empty_file")
    if data.startswith(b"PK"):
        return _from_xlsx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile("import_old_excel")
    text = _decoded(data)
    return _from_yaml(text) if name.lower().endswith((".yml", ".yaml")) else _from_csv(text)


def _decoded(data: bytes) -> str:
    """The text: by its mark, else UTF-8, else what Chinese Windows writes."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for each in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            text = data.decode(each)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile("import_not_text")


# --- CSV -------------------------------------------------------------------------------------------------


def _from_csv(text: str) -> Table:
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way to say it
        return table_of([[], *_cells(rest, first.strip()[-1])])
    sign = max(_SIGNS, key=lambda each: _known(text, each))
    return table_of(_cells(text, sign))


def _known(text: str, sign: str) -> int:
    """How many columns have a head that is known, if `sign` parts them."""
    return sum(field_of(cell) is not None for cell in next(iter(_cells(text, sign)), ()))


def _cells(text: str, sign: str) -> Iterator[list[str]]:
    """The lines; a sign that guards a cell from being taken for a formula goes."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=False)
    while True:
        try:
            yield [_unguarded(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableFile("import_not_csv", line=reader.line_num) from None


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARD) and cell[1:2] in tuple("=+-@\t") else cell


# --- XLSX ------------------------------------------------------------------------------------------------


def _from_xlsx(data: bytes) -> Table:
    _check_parts(data)
    # Only here: the service need not load it before somebody imports.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
        sheet = next((each for each in book.worksheets if _has_head(each)), None) or book.worksheets[0]
        lines = [
            [_shown(cell) for cell in line] for line in sheet.iter_rows(max_row=MOST_ROWS + 20, max_col=_MOST_COLUMNS)
        ]
        merged = [_merged(each) for each in sheet.merged_cells.ranges]
        beyond = sheet.max_row > MOST_ROWS + 20
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        SyntaxError,
    ):
        # What openpyxl raises for damaged files is not documented; a parser's error is a SyntaxError.
        raise UnreadableFile("import_not_excel") from None
    if beyond and any(
        any(_shown(cell) for cell in line) for line in sheet.iter_rows(min_row=MOST_ROWS + 21, max_col=_MOST_COLUMNS)
    ):
        raise UnreadableFile("import_many_rows", most=MOST_ROWS)
    return table_of(lines, sorted(merged, key=lambda problem: problem.row))


def _check_parts(data: bytes) -> None:
    """A spreadsheet is a zip: refuse one that unpacks to more than any of ours, or that declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_INSIDE:
                raise UnreadableFile("import_large_inside", most=_LARGEST_INSIDE // 1024 // 1024)
            if "[Content_Types].xml" not in archive.namelist() or "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFile("import_not_excel")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise UnreadableFile("import_not_excel")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zipfile.LargeZipFile, OSError, EOFError):
        raise UnreadableFile("import_not_excel") from None


def _has_head(sheet: Any) -> bool:
    lines = sheet.iter_rows(max_row=10, max_col=_MOST_COLUMNS)
    return any(sum(field_of(_shown(cell)) is not None for cell in line) >= 2 for line in lines)


def _shown(cell: Any) -> str:
    """A cell as text, formulas as they are typed."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return "=" + str(getattr(value, "text", value)).lstrip("=")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _merged(area: Any) -> Problem:
    return Problem(area.min_row, "", "import_merged", {"cells": str(area)})


# --- YAML ------------------------------------------------------------------------------------------------


def _from_yaml(text: str) -> Table:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise UnreadableFile("import_yaml_alias")
        raw, node = yaml.load(text, Loader=StrictLoader), yaml.compose(text, Loader=StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UnreadableFile("import_not_yaml", line=mark.line + 1 if mark else 1) from None
    except (ValueError, RecursionError):
        raise UnreadableFile("import_not_yaml", line=1) from None
    entries, lines = _entries(raw), _lines(node)
    if not entries:
        raise UnreadableFile("import_no_rows")
    if len(entries) > MOST_ROWS:
        raise UnreadableFile("import_many_rows", most=MOST_ROWS)
    page = raw.get("page") if isinstance(raw, dict) else None
    page_id = page.get("id") if isinstance(page, dict) else page
    read = [_from_mapping(entry, line, page_id) for entry, line in zip(entries, lines, strict=True)]
    return Table(tuple(row for row, _ in read), tuple(problem for _, problems in read for problem in problems))


def _entries(raw: object) -> Sequence[object]:
    found = raw.get("entries") if isinstance(raw, dict) else raw
    if not isinstance(found, list):
        raise UnreadableFile("import_no_entries")
    return found


def _lines(node: Any) -> list[int]:
    """The line at which each entry begins."""
    found = node
    if isinstance(node, yaml.MappingNode):
        found = next(value for key, value in node.value if key.value == "entries")
    return [each.start_mark.line + 1 for each in found.value]


def _from_mapping(entry: object, line: int, page: object) -> tuple[Row, list[Problem]]:
    """An entry in the form of knowledge files; `history` may give its days."""
    if not isinstance(entry, dict):
        return Row(line, {}), [Problem(line, "", "import_no_mapping")]
    values: dict[str, str] = {"page": str(page)} if page else {}
    problems = []
    for name, value in entry.items():
        parts = (
            {f"{name}_{key}": part for key, part in value.items()} if isinstance(value, dict) else {str(name): value}
        )
        if name == "history":
            parts = {key: part for key, part in value.items() if str(key).startswith("valid")} if value else {}
        for place, part in parts.items():
            known = field_of(str(place))
            if known is None or isinstance(part, dict) or not _is_plain(part):
                problems.append(Problem(line, "", "import_unknown_field", {"name": str(place)[:60]}))
            else:
                values[known] = (
                    "\n".join(map(str, part)) if isinstance(part, list) else "" if part is None else str(part)
                )
    return Row(line, values), problems


def _is_plain(part: object) -> bool:
    return not isinstance(part, list) or all(isinstance(each, (str, int, float, datetime.date)) for each in part)
