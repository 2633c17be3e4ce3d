"""The page's own in place of another's: "then the ISO 20000-1 one" after SOC 2's, "and Microsoft?" after AWS."""

from __future__ import annotations

import re

from actions.decision import Named
from actions.few_words import SERVICE
from actions.turn import Turn
from index.passages import topic_of
from index.text import tidy

# What stands beside the standard's name in a message that asks for nothing else.
_LITTLE = re.compile(
    r"(?:then|ok|okay|fine|well|alright|so|and|but|or|just|instead|rather|please|pls|plz|at least|what about|how about"
    r"|give|send|show|get|take|want|need|have|has|do|does|is|are|can|could|will|i'll|let's|use|me|us|i|we|you|it|there|that|the"
    r"|a|an|one|ones|for|of|to|with|version|equivalent|clouds?|s)(?![a-z])"
    r"|那么|那|就|还是|改成|换成|请|麻烦|可以|能|我|你们|你|想|要|给|发|看|拿|来|有没有|有|没有|的|这个|那个|个|份|一|版|呢|吧|吗|呀|啊|好|行|也"
    r"|[\s,，.。?？!！、']",
    re.IGNORECASE,
)
CERTIFIED, _NAMED_CERTIFICATIONS = "provider_and_standard/certified", "provider_and_standard/other_certifications"
# The provider, as one who speaks to its assistant calls it.
_YOU = re.compile(r"\b(?:you|yours)\b|你们|你家|贵司|贵公司", re.IGNORECASE)
_HELD = re.compile(
    r"\b(?:have|has|hold|holds|got|certifi\w+|complian\w+|comply|meet|meets|accredited|covered|scope)\b"
    r"|有|通过|过了|过没|拿到|取得|获得|做过|认证|符合|范围",
    re.IGNORECASE,
)
# A reading of the refused question that is less likely is none.
_LIKELY = 0.05


def wanted_of(turn: Turn, of_service: bool = False) -> str | None:
    """What of the page a message would ask for if it did not name another standard or vendor.

    "Do you have SOC 2?" and "is AWS covered?" say no more than whether that is certified.

    Args:
        turn: the refused one.
        of_service: whether it asks about a service that the page may list.
    """
    likely = turn.likeliest_entry(_LIKELY)
    if likely and (of_service or topic_of(likely) != topic_of(SERVICE)):
        return likely
    return SERVICE if of_service else CERTIFIED if likely or _HELD.search(turn.text) else None


def label_of_own_standard(turn: Turn) -> str | None:
    """What was wanted of another standard or vendor, where the message just names the page's own in its place."""
    wanted = turn.wanted or (CERTIFIED if turn.last_label == _NAMED_CERTIFICATIONS else None)
    if not wanted or len(turn.decision.names) > 1:
        return None
    own = [each for each in turn.decision.names if _is_own(turn, each)]
    if len(own) != len(turn.decision.names) or not (own or _YOU.search(turn.text)):
        return None
    rest = turn.text.replace(own[0].text, " ") if own else _YOU.sub(" ", turn.text)
    return None if _LITTLE.sub("", tidy(rest)) else wanted


def _is_own(turn: Turn, named: Named) -> bool:
    return named.id == turn.library.provider or turn.library.page_of(named.id) is not None
