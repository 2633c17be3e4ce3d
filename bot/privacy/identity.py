"""Numbers of identity papers: by their check digits, or by what they are called."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from bot.privacy.digits import END, START, has_long_number, is_something_else
from bot.privacy.finding import Finding, group

_RESIDENT = re.compile(START + r"[1-9]\d{5}[ -]?(?:18|19|20)\d{6}[ -]?\d{3}[\dXx]" + END)
_OLD_RESIDENT = re.compile(START + r"[1-9]\d{14}" + END)
_SSN = re.compile(START + r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}" + END)
_HONG_KONG = re.compile(START + r"(?P<letters>[A-Z]{1,2})(?P<digits>\d{6})\((?P<check>[0-9A])\)")
_SAID = re.compile(
    r"(?:(?:身[份分][证證]|[证證]件|[护護]照|通行[证證]|回[乡鄉][证證]|[台臺]胞[证證])"
    r"(?:[\s:#是为為(]|[号號][码碼]?|字[号號]){0,5}"
    r"|(?<![A-Za-z\[])(?i:passport|ssn|social security|identity card|id card|identity number|national id|resident id"
    r"|id number|hkid|travel permit)(?![A-Za-z\]])(?:[\s:.#]|(?<![A-Za-z])(?i:number|no|is|card)(?![A-Za-z])){1,6})"
    r"(?P<number>(?=(?:[A-Z -]{0,2}\d){6})[A-Z0-9](?:[ -]?[A-Z0-9]){5,18}[xX]?(?:\([0-9A]\))?)(?![A-Za-z0-9])",
)
# The first two digits: the province.
_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46".split()) | frozenset(
    "50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)


def find(text: str) -> Iterator[Finding]:
    """Every number of an identity paper in a folded text."""
    if not any(map(str.isdigit, text)):
        return
    for match in _SAID.finditer(text):
        yield group("id", match, "number")
    for match in _HONG_KONG.finditer(text):
        if _hong_kong_check(match["letters"], match["digits"]) == match["check"]:
            yield group("id", match)
    if not has_long_number(text):
        return
    yield from (group("id", match) for match in _RESIDENT.finditer(text) if _is_resident(match[0]))
    for pattern, is_one in ((_OLD_RESIDENT, _is_old_resident), (_SSN, lambda number: True)):
        for match in pattern.finditer(text):
            if is_one(match[0]) and not is_something_else(text, match.start(), match.end()):
                yield group("id", match)


def _is_resident(number: str) -> bool:
    """Province, day of birth and check digit (GB 11643-1999).

    Not the county, as python-stdnum's own check has it: people were born before their county had its number.
    """
    from stdnum.cn import ric

    plain = ric.compact(number)
    return _is_born(plain[:2], plain[6:14]) and ric.calc_check_digit(plain) == plain[-1]


def _is_old_resident(number: str) -> bool:
    """The form of before 1999: a year of two digits, and no check digit."""
    return _is_born(number[:2], "19" + number[6:12])


def _is_born(province: str, day: str) -> bool:
    try:
        born = datetime.date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return province in _PROVINCES and born <= datetime.date.today()


def _hong_kong_check(letters: str, digits: str) -> str:
    """Weights 9 to 2 over letters (A is 10) and digits; a missing first letter counts 36."""
    values = [36] * (2 - len(letters)) + [ord(letter) - 55 for letter in letters] + [int(digit) for digit in digits]
    check = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if check == 10 else str(check)
