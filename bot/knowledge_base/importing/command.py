"""`python -m bot knowledge import`: check a file of entries, and make drafts of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bot import clock
from bot.assistant.protocol import Reply, Utterance
from bot.ids import new_id
from bot.knowledge_base.importing.carrying_out import carry_out
from bot.knowledge_base.importing.competing import Competing, answered_by_others, near_others
from bot.knowledge_base.importing.planning import Plan, lines_now, plan_of
from bot.knowledge_base.importing.problems import UnreadableFile
from bot.knowledge_base.importing.reading import read_table
from bot.knowledge_base.importing.saying import competing_lines, file_problem, problem_lines, summary
from bot.knowledge_base.store import KnowledgeStore
from bot.roles import includes
from bot.settings import Settings
from bot.transcripts.accounts import StaffUser
from bot.words import Words
from index.knowledge import Entry

_WORDS = Words("en")


class ImportFailed(Exception):
    """The file cannot be imported; the message is one line."""


def import_entries(
    settings: Settings, store: KnowledgeStore, path: Path, author: StaffUser | None, compare: bool
) -> Iterator[str]:
    """Check a file and make its drafts; gives the lines to print.

    Args:
        author: the account whose drafts they become; None for a dry run.
        compare: whether to look for questions that would compete, which loads the assistant.

    Raises:
        ImportFailed: the account may not, or the file cannot be read or has problems; nothing is imported.
        StorageUnavailable, OSError, RetrievalError, AssistantUnavailable: as they say.
    """
    if author is not None and (author.disabled or not includes(author.role, "reviewer")):
        raise ImportFailed(f"{author.name} may not write entries: that needs an open account of a reviewer or admin")
    try:
        table = read_table(path.name, path.read_bytes())
    except UnreadableFile as error:
        raise ImportFailed(f"{path.name}: {file_problem(error, _WORDS)}") from None
    today = clock.utc_now().date()
    lines = lines_now(store, today)
    plan = plan_of(table, store.files.pages, lines, today)
    yield from problem_lines(plan.problems, _WORDS)
    if compare and plan.drafts:
        yield from competing_lines(_competing(settings, plan, [line.entry for line in lines]))
    yield summary(plan)
    if plan.problems:
        raise ImportFailed(f"{path.name}: nothing is imported until every problem is mended")
    if author is not None:
        yield from _carried_out(plan, store, author.name)


def _carried_out(plan: Plan, store: KnowledgeStore, author: str) -> Iterator[str]:
    done = carry_out(plan, store, author)
    for draft in done.drafts:
        yield f"draft {draft.id}: {draft.page} {draft.label}"
    if done.refused:
        labels = ", ".join(each.label for each in done.refused)
        raise ImportFailed(f"left out, since somebody began a draft meanwhile: {labels}")


def _competing(settings: Settings, plan: Plan, entries: list[Entry]) -> tuple[Competing, ...]:
    # Only here: they load the models.
    from bot.assistant.factory import make_assistant
    from bot.evaluation.quiet import quiet
    from index.library import open_library

    with quiet(), contextlib.closing(make_assistant(settings)) as assistant:

        def ask(text: str, language: str) -> Reply:
            utterance = Utterance(text, new_id(), channel="cli", language=language)
            return assistant.respond(utterance, settings.answer_timeout)

        near = near_others(plan.drafts, entries, open_library().encoder)
        asked = answered_by_others(plan.drafts, frozenset(entry.id for entry in entries), ask)
    return (*near, *asked.competing)
