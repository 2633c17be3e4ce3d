"""Short forms and Cantonese, as the standard language that the knowledge is written in.

Both are read, never shown. Cantonese is recognised by characters that written Mandarin does not use; only then are
its other words replaced, since some of them are two words of Mandarin side by side.
"""

from __future__ import annotations

import re

_SHORT_FORMS = {
    "abt": "about", "b4": "before", "bcs": "because", "bcoz": "because", "coz": "because", "cuz": "because",
    "dont": "don't", "gimme": "give me", "gonna": "going to", "lemme": "let me", "mth": "month", "mthly": "monthly",
    "ppl": "people", "thats": "that's", "thru": "through", "u": "you", "ur": "your", "wanna": "want to",
    "whats": "what's", "wheres": "where's", "whos": "who's", "yr": "year", "yrly": "yearly", "yrs": "years",
}  # fmt: skip
_CANTONESE = {
    "唔该晒": "谢谢", "唔该": "谢谢", "系唔系": "是不是", "系咪": "是不是", "使唔使": "要不要",
    "可唔可以": "可不可以", "唔使": "不用", "唔系": "不是", "唔": "不", "有冇": "有没有", "冇": "没有",
    "喺度": "在这里", "系度": "在这里", "喺": "在", "边度": "哪里", "边个": "谁", "边间": "哪家", "边啲": "哪些",
    "边一": "哪一", "边几": "哪几", "边样": "哪样", "边款": "哪款", "边份": "哪份",
    "边位": "哪位", "包埋": "包括", "乜嘢": "什么", "咩": "什么", "乜": "什么", "嘢": "东西", "嘅": "的",
    "咗": "了", "啲": "些", "嗰": "那", "呢个": "这个", "呢份": "这份", "呢张": "这张", "佢": "他", "哋": "们",
    "点解": "为什么",
    "点样": "怎么", "点先": "怎么", "几时": "什么时候", "而家": "现在", "同埋": "和", "睇": "看", "攞": "拿",
    "畀": "给", "俾": "给", "入面": "里面", "净系": "只有", "真㗎": "真的吗", "㗎": "的", "紧我": "我",
    "包到": "包括", "有份": "包括",
}  # fmt: skip
# In Chinese a datacenter; elsewhere the name of a company.
_IDC = re.compile(r"(?<![\w.@/-])idc(?![\w.@/-])", re.ASCII)
_HAN = re.compile("[\u4e00-\u9fff]")
_SHORT_FORM = re.compile(rf"(?<![\w'.@/-])(?:{'|'.join(_SHORT_FORMS)})(?![\w'.@/-])", re.ASCII)
_IS_CANTONESE = re.compile("[唔冇喺嘅咗啲嗰佢哋咩乜攞畀㗎嘢]|系咪|边度|边个|同埋")
_CANTONESE_WORD = re.compile("|".join(sorted(_CANTONESE, key=len, reverse=True)))


def spelt_out(text: str) -> str:
    """`text` (lower case, simplified characters) in the standard language."""
    text = _SHORT_FORM.sub(lambda found: _SHORT_FORMS[found.group()], text)
    if _HAN.search(text):
        text = _IDC.sub("数据中心", text)
    if _IS_CANTONESE.search(text):
        text = _CANTONESE_WORD.sub(lambda found: _CANTONESE[found.group()], text)
    return text
