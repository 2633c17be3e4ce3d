"""Whether a service is in scope: a look-up in the page's own list, never a similarity score.

Listed, listed under an earlier name, part of something listed, near something listed, or not listed: each has
its own sentence, and "not listed" never becomes "not certified".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.answer import Answer, citations, suggestions
from actions.base import AnswerAction
from actions.coverage_words import coverage_words
from actions.decision import Named
from actions.entries import answer_from_entry
from actions.few_words import LIST, SERVICE
from actions.standing import Standing, standing_of
from actions.turn import Turn
from index.knowledge import Page
from index.names import Name

_ONLY = re.compile(
    r"(?:\b(?:only|just|solely|nothing but)|只有|只管|只包括|只覆盖|仅仅?)\W*"
    r"(?:(?:covers?|includes?|applies to|for|the|are|is|管|包括|覆盖|涵盖|是)\W*)*\0(?!\W*(?:please|pls|plz|thanks)\b)"
    r"|\0\W*(?:only|alone)\b|\bnothing else\b|别的都没|其他都没|其它都没"
    r"|\bthe only (?:one|service|product)(?:(?!\b(?:we|i|our|my)\b)[^.?!]){0,30}\0"
    r"|\0\W*(?:is |was |be )?the only (?:one|service|product)?\W*"
    r"(?:$|in|on|under|with|that is|that's|covered|certified|listed)"
    r"|(?:就|只|光|单)是?\W*\0\W*(?:这么|这)?一[个家款项]|(?<!有)没有?(?:别的|其[他它])"
    r"|\0\W*(?:是不是|是否|是)唯一的?(?:一[个家款项])?(?:在|有|被|通过|的\W*$|\W*$)",
    re.IGNORECASE,
)

# How a service that is not on the list by its own name stands.
_NOT_LISTED = ("suite", "near", "unlisted")
_USED = re.compile(
    r"\b(?:on|use|uses|using|with|via|customers? of|hosted (?:by|at|in))\s*(?:the )?$"
    r"|(?:用|在|跑在|部署在|托管在|放在|买)(?:的?是|的|了)?\s*$",
    re.IGNORECASE,
)


class ActionAnswerCoverage(AnswerAction):
    """Answers which services the page lists, and whether those asked for are among them."""

    topics = ("coverage_list", "coverage_service")

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_coverage"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        if label != SERVICE:
            entry = answer_from_entry(turn, label)
            return with_unlisted(turn, entry) if label == LIST else entry
        services = [*turn.services(), *_other_vendors(turn)] or turn.services_before()
        if services and _asks_if_only(turn) and all(_is_listed(turn, service) for service in services):
            return answer_from_entry(turn, LIST)  # "only Azure is certified, right?"
        return answer_services(turn, services) if services else answer_from_entry(turn, LIST)


def _asks_if_only(turn: Turn) -> bool:
    text = turn.text
    for named in turn.decision.named("service"):
        text = text.replace(named.text, "\0") if named.text else text
    return _ONLY.search(text) is not None


def _is_listed(turn: Turn, name: Name | Named) -> bool:
    return standing_of(turn.page, name, turn.language).relation == "listed"


def _other_vendors(turn: Turn) -> list[Name]:
    """Other vendors named ("Azure and AWS", "is Salesforce on Microsoft's list"): the page does not list those."""
    vendors = (turn.library.names.get(named.id) for named in turn.decision.named("vendor"))
    return [vendor for vendor in vendors if vendor and turn.library.names.is_foreign(vendor)]


def _vendors_used(turn: Turn) -> list[Name]:
    """Other vendors whose cloud the asker is on: "We're on AWS, can we reuse the certificate?"."""
    used = [named for named in turn.decision.named("vendor") if _USED.search(turn.text.partition(named.text)[0])]
    vendors = (turn.library.names.get(named.id) for named in used)
    return [vendor for vendor in vendors if vendor and turn.library.names.is_foreign(vendor)]


def answer_services(turn: Turn, names: Sequence[Name | Named]) -> Answer:
    """Yes for what is listed, "not listed" for what is not, each with its reason."""
    page, language = turn.page, turn.language
    standings = tuple(dict.fromkeys(standing_of(page, name, language) for name in names))
    entry = page.entry(SERVICE)
    return Answer(
        label=SERVICE,
        language=language,
        text=coverage_words(page, standings, language),
        as_of=page.date,
        sources=citations(page, _links(page, standings, entry.links), language, SERVICE),
        suggestions=suggestions(page, entry.suggests, language),
        services=tuple(name.text if isinstance(name, Named) else name.id for name in names),
        entries=(entry,),
    )


def with_unlisted(turn: Turn, answer: Answer) -> Answer:
    """`answer` to something else, behind a word about the services named with the question that are not listed."""
    named = () if SERVICE in turn.decision.labels else (*turn.services(), *_vendors_used(turn))
    unlisted = [name for name in named if standing_of(turn.page, name, turn.language).relation in _NOT_LISTED]
    if not unlisted:
        return answer
    coverage = answer_services(turn, unlisted)
    return replace(answer, text=f"{coverage.text}\n\n{answer.text}", services=coverage.services)


def _links(page: Page, standings: Sequence[Standing], usual: Sequence[str]) -> list[str]:
    """The links of the services asked about, then the usual ones that belong to no service."""
    of_services = {service.link for service in page.services}
    asked = [service.link for standing in standings for service in standing.services if service.link]
    return [*asked, *(link for link in usual if link not in of_services)]
