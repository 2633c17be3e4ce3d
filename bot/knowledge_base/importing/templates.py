"""Files to begin with: the columns in the reader's language, and one example."""

from __future__ import annotations

import csv
import io

from bot.knowledge_base.importing.columns import COLUMNS

_EXAMPLE = {
    "id": "",
    "page": "{page}",
    "questions_zh": "保安的工牌是什么颜色？\n工牌有哪些颜色？",
    "questions_en": "What colour is the guard's badge?\nWhich colours do badges have?",
    "answer_zh": "保安的工牌是蓝色的。",
    "answer_en": "The guard's badge is blue.",
    "links": "",
    "suggests": "",
    "excludes_zh": "",
    "excludes_en": "",
    "valid_from": "",
    "valid_until": "",
}
_WIDTHS = {"questions_zh": 36, "questions_en": 36, "answer_zh": 48, "answer_en": 48}


def csv_template(language: str, page: str) -> bytes:
    """As CSV, with the mark by which Excel knows UTF-8."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(_lines(language, page))
    return file.getvalue().encode("utf-8-sig")


def xlsx_template(language: str, page: str) -> bytes:
    """As an Excel workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook()
    sheet = book.active
    sheet.title = "条目" if language == "zh" else "Entries"
    for line in _lines(language, page):
        sheet.append(line)
    for cell, name in zip(sheet[1], COLUMNS, strict=True):
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F5")
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS.get(name, 18)
    for cell in sheet[2]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _lines(language: str, page: str) -> list[list[str]]:
    return [[heads[language] for heads in COLUMNS.values()], [_EXAMPLE[name].format(page=page) for name in COLUMNS]]
