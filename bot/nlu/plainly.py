"""Questions of coverage in so many words: "is X covered", "X 在范围内吗", with a known service for X.

The words around a name can be so strange to the model that it reads one of these as something to refuse
("流程自动化的 Power Automate 在范围内吗"). The form says what is asked, whoever the service is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.names import Mention
from index.text import normalise

_LONGEST = 160
_X = "\u241f"
_ROW_EN = rf"{_X}(?:\s*(?:,|/|&|\+|\band\b|\bor\b)+\s*(?:the |ms |microsoft )?{_X})*"
_ROW_ZH = rf"{_X}(?:\s*[、,/&+和与及跟或]\s*{_X})*"
_END = r"(?=\s*(?:$|[?.!,;:)]|(?:under|against|too|as well|or not|now|yet|at all)\b))"
_SCOPE = (
    r"(?:the |your |this |that |its )?(?:iso\S*(?: \S+)? )?(?:certif\w+ |audit |in-scope )?"
    r"(?:scope|list|certificat\w+|page)"
)
_PREDICATE = (
    rf"(?:covered|certified|listed|in[ -]scope|(?:on|in|within|inside|part of|among) {_SCOPE}"
    r"|(?:iso\S*(?: \S+)? )(?:certified|covered|compliant))"
)
_PLAINLY = (
    re.compile(
        rf"(?:\b(?:is|are|was|were|isn't|aren't|whether|if)\s+|^)(?:the |our |my |your )?{_ROW_EN}\s+(?:is |are )?"
        rf"(?:(?:also|both|all|still|now|currently|actually|really|service|services) )*{_PREDICATE}{_END}"
    ),
    re.compile(
        rf"\b(?:does|do|did|has|have) {_ROW_EN} (?:fall (?:within|under|in)|appear (?:on|in)|belong to) {_SCOPE}"
    ),
    re.compile(rf"{_ROW_EN}\W*\bwhich (?:ones? |of (?:them|these|those|the two) )?(?:is|are) {_PREDICATE}{_END}"),
    re.compile(rf"^.{{0,12}}{_ROW_ZH}(?:服务|产品)?\s*呢\W*$"),
    re.compile(rf"^(?:and|so|ok|okay|what about|how about|what of|and what about)\b.{{0,25}}\s{_ROW_EN}\W*$"),
    re.compile(rf"{_ROW_ZH}\W*哪(?:一?个|些|几个|一?款)(?:服务|产品)?(?:是)?(?:在|有|过|通过|被)"),
    re.compile(
        rf"{_ROW_ZH}\s*(?:(?:这|那|这些|那些|这几)(?:个|项|款|些)?)?(?:服务|产品)?\s*(?:是不是|是否|到底|究竟|也|都|还|算不算|算|属于|应该)*"
        r"\s*(?:包含|包括|列)?(?:不在|在不在|在|属于|进)\s*(?:iso\S*(?: \S+)?)?\s*(?:这个|这项|该|你们的?)?"
        r"(?:认证|证书)?的?(?:服务)?(?:范围|列表|清单|名单)(?:之)?(?:内|里面|里|中|上)?"
    ),
    re.compile(
        rf"(?:认证|证书|范围|列表|清单|名单)(?:里|内|中|上)?(?:是否|有没有|也|都)*(?:包括|包含|涵盖|覆盖|列出|有){_ROW_ZH}"
    ),
)
_HOW = re.compile(r"\bhow (?:do|can|to|should)\b|怎么|如何")


def asks_coverage_plainly(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether a short message asks in so many words whether the services that it names are covered.

    Args:
        text: as typed.
        mentions: the names in it; one that names another kind of thing than services speaks against it.
    """
    services = [each for each in mentions if each.name.kind == "service"]
    if not services or len(text) > _LONGEST:
        return False
    for each in reversed(services):
        text = text[: each.start] + _X + text[each.end :]
    plain = normalise(text)
    return not _HOW.search(plain) and any(form.search(plain) for form in _PLAINLY)
