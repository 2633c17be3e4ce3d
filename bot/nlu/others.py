"""Questions for the rest of the list: "besides Azure and Intune, what else?", "is Teams in? If not, what is?".

The services in the first kind are known or done with, so they are not what is asked for, however many they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.nlu.labels import COVERAGE, ELLIPSIS, LIST
from bot.nlu.plainly import ROW_EN, ROW_ZH, X, asks_coverage_plainly, with_stand_ins
from index.names import Mention
from index.passages import topic_of
from index.text import normalise

# What a message that names services is read as, whatever it asks of them.
_OF_SERVICES = frozenset({COVERAGE, ELLIPSIS})

# One of these is in every such question; most messages have none, and are looked at no further.
_HINT = re.compile(
    r"\b(?:besides?|apart|aside|other\w*|beyond|addition|top of|alongside|except\w*|exclud\w+|leaving|counting|minus"
    r"|not|else|more|rest|remain\w*|further|additional|if|otherwise|failing)\b"
    r"|\wn't\b|除|抛|拋|撇|不算|不含|去掉|排除|以外|之外|其|别的|別的|另外|还有|還有|剩|余|餘|不在|没|沒|不包|未",
    re.IGNORECASE,
)
_OWNER = r"(?:(?:the|your|our|my|microsoft(?:'s)?|ms) |(?:services? )?(?:like|such as) )*"
_LEFT_OUT = re.compile(
    r"\b(?:besides?|(?:apart|aside) from|other than|different from|beyond|in addition to|on top of|alongside"
    r"|except(?:ing)?(?: for)?|excluding|leaving (?:out|aside)|(?:without|not) counting|minus)\s+"
    rf"{_OWNER}{ROW_EN}"
    rf"|{ROW_EN}\s*(?:aside|apart|excepted|excluded)\b"
    r"|(?:除了?|除去|除开|抛开|撇开|不算|不含|去掉|排除|刨去|减去)(?:覆盖|包括|包含|涵盖|有)?\s*(?:你们的?|微软的?)?"
    rf"{ROW_ZH}"
    rf"|{ROW_ZH}\s*(?:[这那]?[一二两三四五六七几][项个者种款])?(?:服务|产品)?\s*(?:之外|以外|除外|外(?=\W|还|其))"
)
_ANY_OTHER = re.compile(
    r"\b(?:what|whats|which|any\w*|something|others?|else|more|rest|remain\w*|everything|list)\b"
    r"|别的|其[他它余]|哪|什么|啥|谁|剩|还有|呢\W*$|另外的?(?:服务|产品)"
)
_END = (
    r"(?=\s*(?:$|[?.!,;:]|(?:is|are|was|were)(?! there to)|(?:on|in|do|does|did|has|have|covered|certified|listed"
    r"|please|then|that|which|you|microsoft|under|from|as well|too)\b))"
)
_THINGS = r"(?:ones?|services?|products?|offerings?|items?|entries|microsoft services)"
_ELSE = re.compile(
    rf"\b(?:what|which|who|anything|something)(?:'s| is| are)? else{_END}"
    r"|\b(?:what|which|any|the|some)(?: (?:are|about|of))?(?: the)? "
    rf"(?:others|rest|remainder|(?:other|more|further|additional|remaining) {_THINGS}){_END}"
    rf"|\bwhich others?{_END}|\bor (?:are there )?(?:more|others)\b"
    r"|(?:还有|另外还?有?|此外还?有?)(?:没有)?(?:哪|什么|啥|谁|别的|其[他它]|呢)"
    r"|(?:其[他它余]|别的|剩下|剩余|余下)的?(?:那?些|几[个项款])?(?:服务|产品|项目)?(?:名称)?(?=\W*$|呢|[都还]|有|是|在|请|列)"
)
_IF_NOT = re.compile(
    r"\b(?:if (?:not|no|none|(?:it|that|they)(?: is| are|'s|'re)?(?: not|n't)|(?:it|that|they) (?:isn't|aren't))"
    rf"|otherwise|failing that|if {_OWNER}{ROW_EN} (?:(?:is|are)n't|(?:is|are) not))\b"
    r".{0,40}?\b(?:(?:which|what|who)(?: \w+){0,4} (?:is|are)\b|list\b|everything|all (?:that|of|the)\b|the ones)"
    r"|(?:不在|没有|不包括|不包含|没列|未列|未包|不算|不行|没过|没通过|不是|没)[^。！？!?]{0,8}?(?:的话|[,，就那])"
    r"[^。！？!?]{0,20}?(?:哪|谁|什么|啥|清单|名单|列表|列出|列一|都列)"
)


def with_others(labels: Sequence[str], text: str, services: Sequence[Mention]) -> tuple[str, ...]:
    """`labels` where the text may ask for the list instead of the services that it names, or beside them.

    Args:
        labels: what was decided; may be nothing.
        text: as typed.
        services: those that it names.
    """
    if not services or not (_OF_SERVICES & set(labels) or not labels) or not _HINT.search(text):
        return tuple(labels)
    plain = normalise(with_stand_ins(text, services))
    what_else = _ELSE.search(plain.rpartition(X)[2]) is not None
    asked = LIST in labels or asks_coverage_plainly(text, services)
    if _leaves_out(plain) or (what_else and not asked):
        return tuple(dict.fromkeys(LIST if label in _OF_SERVICES else label for label in labels or (LIST,)))
    if labels and (what_else or _IF_NOT.search(plain)):
        return (*(label for label in labels if topic_of(label) != topic_of(LIST)), LIST)
    return tuple(labels)


def _leaves_out(plain: str) -> bool:
    """Whether something is asked of all but the services: "anything besides Azure and Intune?"."""
    rest, left_out = _LEFT_OUT.subn(" ", plain)
    alone = not any(each.isalnum() for each in rest)
    return bool(left_out) and X not in rest and (alone or _ANY_OTHER.search(rest) is not None)
