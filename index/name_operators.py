"""Reads "the Azure that 21Vianet runs" as that variant of Azure, which is another service than Azure itself.

The forms of services.yml know "Azure operated by 21Vianet" as one name; here the two stand apart in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.name_table import Found, Spelling
from index.name_types import Name

_FURTHEST = 60
_SENTENCE_MARK = re.compile(r"[。！？!?;；\n]|\.(?=\s|$)")
_RUN_BY = re.compile(
    r"\b(?:run|operated|provided|hosted|managed|sold|offered|delivered)\b.{0,20}\bby\s*(?:the )?$|由\s*$"
    r"|^\s*\w{2,12} by\s*(?:the )?$"  # "opreated by"
)
_RUNS = re.compile(
    r"\s*(?:'s|runs?|operates?|provides?|offers?|hosts?|manages?|version|edition|运营|营运|代理|提供|托管|版)"
)
_ROW = re.compile(r"(?:,|、|/|&|\+|\b(?:and|or|nor|plus)\b|[和与及跟或])\s*$")
_IN_ROW = re.compile(
    r"\s*的?(?:国际版|全球版|普通版|标准版|商业版)?\s*(?:,|、|/|&|\band\b|\bor\b|[和与及跟或]|还是|以及)\s*(?:the )?"
)
_EDITION = re.compile(r"\s*(?:版本?|运营的?版本?|edition|version)$")
_RULED_OUT = re.compile(
    r"(?:\b(?:not|non|without|excluding|except|other than|rather than|instead of)[ -]+(?:the )?(?:one )?(?:\w+ by )?"
    r"|(?:(?<!是)不是|并非|而非|非|(?<!含)不含|(?<!包)不包括|除了|除)\s?(?:由|那个)?)$"
)


def with_operators(
    found: Sequence[Found],
    text: str,
    operators: frozenset[str],
    variants: Mapping[str, Name],
    bases: Mapping[str, Name],
) -> list[Found]:
    """`found`, in which an operator makes the service that it runs its variant, and is left out itself.

    Args:
        found: the names of a text, in order.
        text: the folded text.
        operators: folded spellings of the operators.
        variants: id of a service -> its variant that an operator runs.
        bases: id of such a variant -> the service that it is a variant of.
    """
    kept = _without_ruled_out(found, text, operators, bases)
    for operator in [each for each in kept if text[each.start : each.end] in operators]:
        run = [each for each in kept if each is not operator and _runs(operator, each, text, variants)]
        if run:
            kept = [_variant(each, variants) if each in run else each for each in kept if each is not operator]
    return _other_editions(kept, text, operators, variants)


def _other_editions(
    found: Sequence[Found], text: str, operators: frozenset[str], variants: Mapping[str, Name]
) -> list[Found]:
    """`found`, in which an edition in a row with a service is that one's own: "Azure 国际版和世纪互联版"."""
    kept: list[Found] = []
    for each in found:
        last = kept[-1] if kept else None
        operator = _EDITION.sub("", text[each.start : each.end]).strip()
        is_edition = operator in operators and operator != text[each.start : each.end]
        if (
            last
            and last.name
            and last.name.id in variants
            and is_edition
            and _IN_ROW.fullmatch(text, last.end, each.start)
        ):
            each = replace(each, name=variants[last.name.id])
        kept.append(each)
    return kept


def _without_ruled_out(
    found: Sequence[Found], text: str, operators: frozenset[str], bases: Mapping[str, Name]
) -> list[Found]:
    """`found` without an operator that is named to say that it is not meant: "Office 365, not the 21Vianet one"."""
    own = [each for each in found if each.name and each.name.id not in bases]
    kept = []
    for each in found:
        ruled_out = _RULED_OUT.search(text[: each.start]) is not None
        if not ruled_out or not each.name or each.name.id not in bases:
            kept.append(each)
        elif text[each.start : each.end] not in operators and any(old.name != bases[each.name.id] for old in own):
            kept.append(each)  # "Intune but not Office 365 from 21Vianet" asks for both
        elif text[each.start : each.end] not in operators:
            base = bases[each.name.id]
            kept.append(replace(each, name=base, spelling=Spelling.of(base, base.display.en)))
        elif not own:
            kept.append(each)
    return kept


def _runs(operator: Found, service: Found, text: str, variants: Mapping[str, Name]) -> bool:
    first, second = sorted((operator, service), key=lambda each: each.start)
    between = text[first.end : second.start]
    if len(between) > _FURTHEST or _SENTENCE_MARK.search(between):
        return False
    run_by = second is operator and _RUN_BY.search(between)
    if service.name in variants.values():
        return bool(run_by) or between.strip() in ("", "(")
    if not service.name or service.name.id not in variants:
        return False
    if second is operator and _ROW.search(between):
        return False
    return bool(run_by or _RUNS.match(text, operator.end))


def _variant(service: Found, variants: Mapping[str, Name]) -> Found:
    name = variants.get(service.name.id, service.name) if service.name else None
    return replace(service, name=name)
