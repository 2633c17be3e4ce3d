"""The page's standard instead of another: "then the ISO 20000-1 one" after SOC 2's certificate was asked for."""

from __future__ import annotations

import re

from actions.turn import Turn
from index.text import tidy

# What stands beside the standard's name in a message that asks for nothing else.
_LITTLE = re.compile(
    r"(?:then|ok|okay|fine|well|alright|so|and|but|or|just|instead|rather|please|pls|plz|at least|what about|how about"
    r"|give|send|show|get|take|want|need|have|has|do|does|is|are|can|could|will|i'll|let's|use|me|us|i|we|you|it|there|that|the"
    r"|a|an|one|ones|for|of|to|with|version|equivalent)(?![a-z])"
    r"|那么|那|就|还是|改成|换成|请|麻烦|可以|能|我|你们|你|想|要|给|发|看|拿|来|有没有|有|没有|的|这个|那个|个|份|一|版|呢|吧|吗|呀|啊|好|行|也"
    r"|[\s,，.。?？!！、]",
    re.IGNORECASE,
)
# A reading of the refused question that is less likely is none.
_LIKELY = 0.05


def wanted_of(turn: Turn) -> str | None:
    """What of the page a message would ask for if it did not name another standard."""
    return turn.likeliest_entry(_LIKELY)


def label_of_own_standard(turn: Turn) -> str | None:
    """What was wanted of another standard, where the message just names the page's own in its place."""
    own = [named for named in turn.decision.names if turn.library.page_of(named.id)]
    if not turn.wanted or len(own) != 1 or len(turn.decision.names) > 1:
        return None
    return None if _LITTLE.sub("", tidy(turn.text.replace(own[0].text, " "))) else turn.wanted
