"""Puts one stand-in for all names of a kind, so that what is learnt of one service holds for every service."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.nlu.scope import Scope
from index.names import Mention
from index.text import normalise

_SERVICE, _FOREIGN, _PROVIDER = "intune", "aws", "microsoft"
_OWN_STANDARD, _NAMED_STANDARD, _OTHER_STANDARD = "iso 20000-1", "iso 9001", "soc 2"
STAND_INS = re.compile(r"\b(?:intune|aws|microsoft|iso 20000-1|iso 9001|soc 2)\b")


def delexicalise(text: str, mentions: Sequence[Mention], scope: Scope) -> str:
    """`text`, normalised, with its names replaced.

    Args:
        text: one utterance or a part of it.
        mentions: the names in it; offsets into `text`, in order, not overlapping.
        scope: what the loaded pages are about.
    """
    parts, at = [], 0
    for mention in mentions:
        parts += [text[at : mention.start], f" {_stand_in(mention, scope)} "]
        at = mention.end
    return normalise("".join([*parts, text[at:]]))


def _stand_in(mention: Mention, scope: Scope) -> str:
    if mention.name.kind == "standard":
        if mention.name.id in scope.standards:
            return _OWN_STANDARD
        return _NAMED_STANDARD if mention.name.id in scope.named_standards else _OTHER_STANDARD
    if scope.is_foreign(mention):
        return _FOREIGN
    return _PROVIDER if mention.name.kind == "vendor" else _SERVICE
