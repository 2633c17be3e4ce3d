"""Puts one stand-in for all names of a kind, so that what is learnt of one service holds for every service."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.nlu.scope import Scope
from index.names import Mention
from index.text import is_han, normalise

A_SERVICE, _FOREIGN = "intune", "aws"
_OWN_STANDARD, _SIBLING, _NAMED_STANDARD, _OTHER_STANDARD = "iso 20000-1", "iso 20000-2", "iso 9001", "soc 2"
_YEAR = re.compile(r"(?:19|20)\d\d$")
# People name the provider or say "you"; what they ask is the same.
_PROVIDER = {True: "你们", False: "they"}
# A name of the provider may end in these ("微软云服务"), which the question is about.
_OF_PROVIDER = re.compile(r"的?云(?:服务|产品)$")


def delexicalise(text: str, mentions: Sequence[Mention], scope: Scope, whole_as_service: bool = True) -> str:
    """`text`, normalised, with its names replaced.

    Args:
        text: one utterance or a part of it.
        mentions: the names in it; offsets into `text`, in order, not overlapping.
        scope: what the loaded pages are about.
        whole_as_service: a provider's cloud as a whole ("Azure") is asked about like a service ("is Azure
            covered"), or stands for the provider ("who audited Azure"); this says which of the two to read.
    """
    parts, at = [], 0
    for mention in mentions:
        parts += [text[at : mention.start], f" {_stand_in(mention, scope, is_han(text), whole_as_service)} "]
        at = mention.end
    return normalise("".join([*parts, text[at:]]))


def names_whole(mentions: Sequence[Mention], scope: Scope) -> bool:
    """Whether a provider's cloud as a whole is among the names, so that the text can be read in two ways."""
    return any(mention.name.id in scope.provider_wide for mention in mentions)


def _stand_in(mention: Mention, scope: Scope, in_chinese: bool, whole_as_service: bool) -> str:
    name = mention.name
    if name.kind == "standard":
        if name.id in scope.standards:
            year = _YEAR.search(mention.text)
            return f"{_OWN_STANDARD} {year.group()}" if year and year.group() not in scope.years else _OWN_STANDARD
        if scope.is_sibling(name.id):
            return _SIBLING
        return _NAMED_STANDARD if name.id in scope.named_standards else _OTHER_STANDARD
    if scope.is_foreign(mention):
        return _FOREIGN
    stands_for_provider = name.kind == "vendor" or (name.id in scope.provider_wide and not whole_as_service)
    if not stands_for_provider:
        return A_SERVICE
    kept = _OF_PROVIDER.search(mention.text)
    return _PROVIDER[in_chinese] + (kept.group() if kept else "")
