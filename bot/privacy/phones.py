"""Telephone numbers: Chinese ones with nothing around them, others with their country code or a word before them.

Numbers that a company has for everybody (400-..., 1-800-...) are left as they are, and so is what is too short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.privacy.digits import END, START, has_long_number, is_something_else, only_digits
from bot.privacy.finding import Finding, group

_SEVERAL = r"\d(?:[ ().-]{0,2}\d)"
_MOBILE = re.compile(
    START + r"(?:\(?\+?(?:00)?86\)?[ -]{0,2})?"
    r"1[3-9]\d(?:[ -]?\d{4}[ -]?\d{4}|[ -]\d{3}[ -]\d{5}|\d[ -]\d{3}[ -]\d{4})" + END
)
_LANDLINE = re.compile(
    START + r"(?:\(?\+?(?:00)?86\)?[ -]{0,2})?"
    r"(?:\((?:0(?:10|2\d|[3-9]\d\d))\)|0(?:10|2\d|[3-9]\d\d))[ -]{0,2}[2-8]\d{2,3}[ -]?\d{4}" + END
)
_TAIWAN = re.compile(START + r"09\d\d[ -]?\d{3}[ -]?\d{3}" + END)
_AMERICAN = re.compile(START + r"(?:1[ .-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}" + END)
_ABROAD = re.compile(r"(?<![A-Za-z0-9_+])(?:\+ ?|(?<!\d)00)[1-9](?:[ ().-]{0,3}\d){6,14}" + END)
_SAID = re.compile(
    r"(?:(?<![A-Za-z\[])(?:phone|telephone|tel|mobile|mob|cell|cellphone|fax|call|ring|dial|text|whatsapp|contact|reach"
    r"|my number)(?![A-Za-z\]])(?:[\s:.#=(]|(?<![A-Za-z])(?:number|no|is|at|on|me|us|him|her|them)(?![A-Za-z])){1,8}"
    r"|(?:[电電][话話]|手[机機]|座[机機]|固[话話]|[传傳]真|致[电電]|[拨撥]打|[联聯][系絡络繫]|我的[号號][码碼])"
    r"(?:[\s:,(是为為请]|[号號][码碼]?|方式|[拨撥]打){0,5})"
    rf"(?P<number>[+(]?{_SEVERAL}{{6,14}})" + END,
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[ ./-]?(?:0?[1-9]|1[0-2])[ ./-]?(?:[0-2]?\d|3[01])(?!\d)|\d\d[./-]\d\d[./-](?:19|20)\d\d"
)
_FOR_EVERYBODY = re.compile(r"(?:400|800)\d{7}|1?8(?:00|33|44|55|66|77|88)\d{7}")


def find(text: str) -> Iterator[Finding]:
    """Every telephone number in a folded text."""
    if not has_long_number(text):
        return
    for match in _SAID.finditer(text):
        number = match["number"]
        if not _DATE.match(number) and not _is_for_everybody(number):
            yield group("phone", match, "number")
    for match in _ABROAD.finditer(text):
        yield from _abroad(match)
    for pattern in (_MOBILE, _LANDLINE, _TAIWAN, _AMERICAN):
        for match in pattern.finditer(text):
            if not is_something_else(text, match.start(), match.end()) and not _is_for_everybody(match[0]):
                yield group("phone", match)


def _is_for_everybody(number: str) -> bool:
    return _FOR_EVERYBODY.fullmatch(only_digits(number)) is not None


def _abroad(match: re.Match[str]) -> Iterator[Finding]:
    """The longest beginning that is a number of some country; what follows it may be a number of its own."""
    # Only here: a text without such a number need not wait for the tables of all countries.
    import phonenumbers
    from phonenumbers import PhoneNumberType

    number = match[0]
    while number:
        try:
            parsed = phonenumbers.parse("+" + only_digits(number).removeprefix("00"))
        except phonenumbers.NumberParseException:
            return
        if phonenumbers.is_possible_number(parsed):
            if phonenumbers.number_type(parsed) not in (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST):
                yield Finding("phone", match.start(), match.start() + len(number))
            return
        number = re.sub(r"[ ().-]*\d+$", "", number) if re.search(r"[ ().-]", number) else ""
