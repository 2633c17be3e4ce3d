"""The columns of a file of entries, and what people call them in either language."""

from __future__ import annotations

import re
import unicodedata

# Field -> its heads in a template, then other ones that are understood.
COLUMNS = {
    "id": {"en": "Entry", "zh": "条目"},
    "page": {"en": "Page", "zh": "页面"},
    "questions_zh": {"en": "Questions (Chinese)", "zh": "中文问题"},
    "questions_en": {"en": "Questions (English)", "zh": "英文问题"},
    "answer_zh": {"en": "Answer (Chinese)", "zh": "中文回答"},
    "answer_en": {"en": "Answer (English)", "zh": "英文回答"},
    "links": {"en": "Links", "zh": "链接"},
    "suggests": {"en": "Suggested next", "zh": "接下来的建议"},
    "excludes_zh": {"en": "Not for (Chinese)", "zh": "不适用的中文问题"},
    "excludes_en": {"en": "Not for (English)", "zh": "不适用的英文问题"},
    "valid_from": {"en": "Valid from", "zh": "生效日期"},
    "valid_until": {"en": "Valid until", "zh": "截止日期"},
}
NEEDED = ("questions_zh", "questions_en", "answer_zh", "answer_en")
_OTHERS = {
    "id": ("label", "entry id", "条目编号", "编号", "條目"),
    "page": ("page id", "页面编号", "頁面"),
    "questions_zh": (
        "question zh",
        "question chinese",
        "chinese question",
        "chinese questions",
        "问题",
        "问题 中文",
        "中文問題",
    ),
    "questions_en": (
        "question en",
        "question english",
        "english question",
        "english questions",
        "问题 英文",
        "英文問題",
    ),
    "answer_zh": ("chinese answer", "回答", "答案", "中文答案", "回答 中文", "答案 中文"),
    "answer_en": ("english answer", "英文答案", "回答 英文", "答案 英文"),
    "links": ("link", "链接编号", "鏈接", "連結"),
    "suggests": ("suggestions", "suggested", "建议"),
    "excludes_zh": ("not for chinese", "excludes chinese", "排除 中文"),
    "excludes_en": ("not for english", "excludes english", "排除 英文"),
    "valid_from": ("from", "起始日期", "生效"),
    "valid_until": ("until", "valid to", "到期日期", "截止"),
}
_NOT_WORD = re.compile(r"[\W_]+")


def _plain(head: str) -> str:
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", head).casefold()).strip()


_FIELDS = {
    _plain(head): name for name, heads in COLUMNS.items() for head in (name, *heads.values(), *_OTHERS.get(name, ()))
}


def field_of(head: str) -> str | None:
    """The field that a column's head names; None for none."""
    return _FIELDS.get(_plain(head))
