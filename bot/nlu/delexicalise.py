"""Puts one stand-in for all names of a kind, so that what is learnt of one service holds for every service."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.names import Mention
from index.text import normalise

_SERVICE, _FOREIGN, _OWN_STANDARD, _OTHER_STANDARD, _PROVIDER = "intune", "aws", "iso 20000-1", "iso 27001", "microsoft"
STAND_INS = re.compile(r"\b(?:intune|aws|iso 20000-1|iso 27001|microsoft)\b")


def delexicalise(text: str, mentions: Sequence[Mention], loaded: frozenset[str], provider: str) -> str:
    """`text`, normalised, with its names replaced.

    Args:
        text: one utterance or a part of it.
        mentions: the names in it; offsets into `text`, in order, not overlapping.
        loaded: ids of the standards whose page is loaded.
        provider: id of the vendor whose pages are loaded.
    """
    parts, at = [], 0
    for mention in mentions:
        parts += [text[at : mention.start], f" {_stand_in(mention, loaded, provider)} "]
        at = mention.end
    return normalise("".join([*parts, text[at:]]))


def _stand_in(mention: Mention, loaded: frozenset[str], provider: str) -> str:
    name = mention.name
    if name.kind == "standard":
        return _OWN_STANDARD if name.id in loaded else _OTHER_STANDARD
    if name.kind == "vendor":
        return _PROVIDER if name.id == provider else _FOREIGN
    return _SERVICE if name.vendor in (None, provider) else _FOREIGN
