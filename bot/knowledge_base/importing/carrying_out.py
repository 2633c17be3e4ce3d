"""Making the drafts of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge_base.errors import KnowledgeRefused
from bot.knowledge_base.importing.planning import Plan, Planned
from bot.knowledge_base.records import Revision
from bot.knowledge_base.store import KnowledgeStore


@dataclass(frozen=True)
class Done:
    """What became of a plan. Attributes: refused: rows for which somebody began a draft meanwhile."""

    drafts: tuple[Revision, ...]
    refused: tuple[Planned, ...]


def carry_out(plan: Plan, store: KnowledgeStore, who: str) -> Done:
    """Begin a draft for each row that says something new; nothing of a plan with problems.

    Raises:
        StorageUnavailable: the database went away; what was begun until then stays.
    """
    if plan.problems:
        raise ValueError("a plan with problems is not carried out")
    drafts: list[Revision] = []
    refused: list[Planned] = []
    for each in plan.drafts:
        try:
            drafts.append(store.begin(who, each.page, each.label, each.content))
        except KnowledgeRefused:
            refused.append(each)
    return Done(tuple(drafts), tuple(refused))
