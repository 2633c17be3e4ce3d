"""Reads "the Azure that 21Vianet runs" as that variant of Azure, which is another service than Azure itself.

The forms of services.yml know "Azure operated by 21Vianet" as one name; here the two stand apart in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.name_table import Found
from index.name_types import Name

_FURTHEST = 60
_SENTENCE_MARK = re.compile(r"[。！？!?;；\n]|\.(?=\s|$)")
_RUN_BY = re.compile(
    r"\b(?:run|operated|provided|hosted|managed|sold|offered|delivered)\b.{0,20}\bby\s*(?:the )?$|由\s*$"
)
_RUNS = re.compile(
    r"\s*(?:'s|runs?|operates?|provides?|offers?|hosts?|manages?|version|edition|运营|营运|代理|提供|托管|版)"
)
_ROW = re.compile(r"(?:,|、|/|&|\+|\b(?:and|or|nor|plus)\b|[和与及跟或])\s*$")


def with_operators(
    found: Sequence[Found], text: str, operators: frozenset[str], variants: Mapping[str, Name]
) -> list[Found]:
    """`found`, in which an operator makes the service that it runs its variant, and is left out itself.

    Args:
        found: the names of a text, in order.
        text: the folded text.
        operators: folded spellings of the operators.
        variants: id of a service -> its variant that an operator runs.
    """
    kept = list(found)
    for operator in [each for each in found if text[each.start : each.end] in operators]:
        run = [each for each in kept if each is not operator and _runs(operator, each, text, variants)]
        if run:
            kept = [_variant(each, variants) if each in run else each for each in kept if each is not operator]
    return kept


def _runs(operator: Found, service: Found, text: str, variants: Mapping[str, Name]) -> bool:
    first, second = sorted((operator, service), key=lambda each: each.start)
    between = text[first.end : second.start]
    if len(between) > _FURTHEST or _SENTENCE_MARK.search(between):
        return False
    if service.name in variants.values():
        return between.strip() in ("", "(")
    if not service.name or service.name.id not in variants:
        return False
    if second is operator and _ROW.search(between):
        return False
    run_by = second is operator and _RUN_BY.search(between)
    return bool(run_by or _RUNS.match(text, operator.end))


def _variant(service: Found, variants: Mapping[str, Name]) -> Found:
    name = variants.get(service.name.id, service.name) if service.name else None
    return replace(service, name=name)
