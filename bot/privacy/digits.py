"""Long numbers, and what stands around them: how one is told that it is a card and another an order."""

from __future__ import annotations

import re

# Seven digits with at most two signs between them: nothing shorter is a number of a person.
_LONG = re.compile(r"\d(?:[ ()./-]{0,3}\d){6}")
START = r"(?<![A-Za-z0-9_])(?<!\d[.:/-])(?<![A-Za-z]-)(?<![$¥€£#])"
END = r"(?![A-Za-z0-9_])(?![.:/-]\d)(?!,\d{3}(?!\d))"

_WEB_ADDRESS = re.compile(r"https?://[^\s\u2e80-\uffee<>\"]+", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\s{0,2}(?:元|块钱|美元|人民币|次|条|行|字节|万|亿|requests?\b|bytes?\b|rows?\b|users?\b|records?\b"
    r"|(?:usd|cny|rmb|eur|gb|mb|kb|ms)\b)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:(?:[订訂]单|訂單|工[单單]|[运運][单單]|快[递遞]|物流|[单單]|合同|[发發]票|[编編]|[报報]告|[证證][书書]|流水|序列|会员|會員|案件)"
    r"(?:[号號][码碼]?|[编編][号號])?|(?:[订訂]单|工单)[号號])[\s:#是为為]{0,3}$"
    r"|\b(?:order|ticket|case|request|invoice|tracking|certificate|report|serial|build|version|part|po|sr|ref"
    r"|reference|member|contract|isbn)\b(?:[\s:#.]|\b(?:number|no|nr|id|is)\b){0,4}$",
    re.IGNORECASE,
)
_LOOK_BACK = 40


def has_long_number(text: str) -> bool:
    """Whether a text has any number to look at."""
    return _LONG.search(text) is not None


def only_digits(text: str) -> str:
    """The digits of a number that is written with signs between them."""
    return "".join(filter(str.isdigit, text))


def is_something_else(text: str, start: int, end: int) -> bool:
    """Whether what stands around a number says that it is an order, a quantity or part of a web address."""
    before = text[max(0, start - _LOOK_BACK) : start]
    return (
        _NAMED.search(before) is not None
        or _QUANTITY.match(text, end) is not None
        or any(web.start() <= start < web.end() for web in _WEB_ADDRESS.finditer(text))
    )
