"""Numbers of payment cards and bank accounts: by issuer and check digit, or by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.privacy.digits import END, START, has_long_number, is_something_else, only_digits
from bot.privacy.finding import Finding, group

_CARD = re.compile(
    START + r"(?:\d{13,19}|\d{4}(?P<sign>[ -])\d{4}(?P=sign)\d{4}(?P=sign)\d{3,4}(?:(?P=sign)\d{1,3})?"
    r"|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{6}[ -]\d{10,13})" + END
)
# Issuer and length: Visa, Mastercard, American Express, Diners, Discover, JCB, Maestro, UnionPay.
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11,13}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|(?:50|5[6-9]|6[0-9])\d{11,17}"
)
_SAID = re.compile(
    r"(?:(?:卡[号號]|[银銀]行卡|信用卡|[储儲]蓄卡|借[记記]卡|[账賬帐帳][号號户戶])(?:[\s:#是为為(]|[号號][码碼]?){0,5}"
    r"|(?<![A-Za-z\[])(?i:card|account|acct|visa|mastercard|amex)(?![A-Za-z\]])"
    r"(?:[\s:.#]|(?<![A-Za-z])(?i:number|no|is)(?![A-Za-z])){1,6})"
    r"(?P<number>\d(?:[ -]?\d){11,20})" + END
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?: ?[A-Za-z0-9]){11,40}")


def find(text: str) -> Iterator[Finding]:
    """Every number of a card or an account in a folded text."""
    if not has_long_number(text):
        return
    for match in _IBAN.finditer(text):
        yield from _iban(match)
    for match in _CARD.finditer(text):
        if _is_card(match[0]) and not is_something_else(text, match.start(), match.end()):
            yield group("card", match)
    for match in _SAID.finditer(text):
        yield group("card", match, "number")


def _is_card(number: str) -> bool:
    digits = only_digits(number)
    if not _ISSUERS.fullmatch(digits):
        return False
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


def _iban(match: re.Match[str]) -> Iterator[Finding]:
    """The longest beginning that is one, since words may follow it."""
    from stdnum import iban

    number = match[0]
    while len(number) >= 15:
        if iban.is_valid(number):
            yield Finding("iban", match.start(), match.start() + len(number))
            return
        number = number.rpartition(" ")[0]
