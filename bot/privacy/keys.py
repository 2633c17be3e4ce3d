"""Passwords, one-time codes, keys and tokens: by their own form, or by the word that stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.privacy.finding import Finding, group

# A text with none of these, and no long piece of letters and digits, holds no secret.
_HINTS = tuple(
    "pass pwd secret key token credential pin otp cvv cvc code bearer authorization :// private sig= "
    "密码 密碼 口令 密钥 密鑰 秘钥 令牌 验证码 驗證碼 校验码 动态码 安全码".split()
)
_LONG = re.compile(r"[A-Za-z0-9+/_~-]{16}")

_FORMS = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
    r"|(?<![A-Za-z0-9])(?:"
    r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"  # JSON Web Token
    r"|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}"  # AWS
    r"|LTAI[A-Za-z0-9]{12,26}|AKID[A-Za-z0-9]{13,40}"  # Alibaba Cloud, Tencent Cloud
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}|glpat-[\w-]{20,}"
    r"|xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{10,}"  # Slack
    r"|sk-(?:[a-z]{2,10}-)?[\w-]{20,}|[sr]k_(?:live|test)_\w{16,}|AIza[\w-]{30,}|hf_[A-Za-z0-9]{30,}"
    r"|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|[\w~.]{3}\dQ~[\w~.-]{31,34}"  # Microsoft Entra client secret
    r")(?![A-Za-z0-9])",
    re.DOTALL,
)
_IN_ADDRESS = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<who>[^\s/@:]{0,64}:[^\s/@]{1,128})@"
    r"|hooks\.slack\.com/services/(?P<slack>[\w/]{20,})|webhook\.office\.com/webhookb2/(?P<office>[\w@/-]{30,})"
    r"|[?&]sig=(?P<sig>[^&\s]{16,})"
)
_AUTHORIZATION = re.compile(
    r"\bauthorization\s?:\s?(?:basic|bearer)?\s{0,2}(?P<a>[\w.~+/=-]{12,})|\bbearer\s{1,2}(?P<b>[\w.~+/-]{16,}=*)",
    re.IGNORECASE,
)
_NAME = (
    r"(?:(?<![A-Za-z\[])[A-Za-z0-9_]{0,30}?(?:password|passwd|passphrase|passcode|pwd|client[ _-]?secret|secret"
    r"(?:[ _-]?access)?(?:[ _-]?key)?|api[ _-]?key|access[ _-]?(?:key|token)(?:[ _-]?id)?|account[ _-]?key"
    r"|shared[ _-]?access[ _-]?key|private[ _-]?key|subscription[ _-]?key|token)(?![A-Za-z\]_])"
    r"|密[码碼]|口令|[密秘][钥鑰]|令牌)"
)
_VALUE = r"[!#-&(-+\--:=?-Z\\^-~]"  # what is printed, but no blank, quote, comma, semicolon, or < > [ ]
_ASSIGNED = re.compile(
    rf"{_NAME}[\"']?(?P<sign>=(?=\S)|\s{{0,3}}(?:[:=]|是|为|為|\bis\b)\s{{0,3}}|\s{{0,2}}(?!\w*(?:secret|key|pass|pwd|token)))(?:"
    rf"\"(?P<quoted>[^\"\n]{{4,128}})\"|'(?P<single>[^'\n]{{4,128}})'|(?P<plain>{_VALUE}{{4,256}}))",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:(?:[验驗][证證][码碼]|校验码|动态码|安全码)|(?<![A-Za-z])(?:cvv2?|cvc2?|pin|otp|passcode|(?:verification|security"
    r"|one-time) (?:code|password)|pin code)(?![A-Za-z]))(?P<sign>\s{0,2}(?:[:=是为為]|\bis\b)?)\s{0,2}"
    r"(?P<code>\d{3,8})(?![\d.-])",
    re.IGNORECASE,
)
_OPAQUE = re.compile(r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_-]{40,}={0,2}(?![A-Za-z0-9])")


def find(text: str) -> Iterator[Finding]:
    """Every secret in a folded text."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS) and not _LONG.search(text):
        return
    yield from (group("secret", match) for match in _FORMS.finditer(text))
    for pattern in (_IN_ADDRESS, _AUTHORIZATION):
        for match in pattern.finditer(text):
            yield group("secret", match, str(match.lastgroup))
    for match in _ASSIGNED.finditer(text):
        yield from _assigned(match)
    for match in _CODE.finditer(text):
        if match["sign"].strip() or not re.fullmatch(r"(?:19|20)\d\d", match["code"]):
            yield group("secret", match, "code")
    yield from (group("secret", match) for match in _OPAQUE.finditer(text) if _is_random(match[0]))


def _assigned(match: re.Match[str]) -> Iterator[Finding]:
    name = str(match.lastgroup)
    if name != "plain":
        yield group("secret", match, name)
        return
    value = match["plain"].rstrip(".?:)")
    if _is_value(value, match["sign"]):
        yield Finding("secret", match.start("plain"), match.start("plain") + len(value))


def _is_value(value: str, sign: str) -> bool:
    """Whether what follows a name such as "password" is one, and not the rest of a question about passwords."""
    digit, letter = re.search(r"\d", value), re.search(r"[A-Za-z]", value)
    strange = re.search(r"[!@#$%^&*~+=|\\]", value)
    if sign == "=":
        return True
    if not sign.strip():
        return bool(letter and (strange or digit) and (len(value) >= 16 or (strange and len(value) >= 6)))
    return bool((letter and (digit or strange)) or (value.isdigit() and len(value) >= 6))


def _is_random(piece: str) -> bool:
    """Whether a long piece looks drawn by lot: capitals, small letters and digits all through each other."""
    runs = re.findall(r"\d+", piece)
    return len(runs) >= 4 and re.search(r"[a-z]", piece) is not None and re.search(r"[A-Z]", piece) is not None
