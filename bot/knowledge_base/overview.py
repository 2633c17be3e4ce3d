"""Every entry of every page with its state, as staff see it in a list."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.knowledge_base.in_force import Knowledge, newest
from bot.knowledge_base.records import PROPOSED, Revision
from index.knowledge import Entry, Page

EXPIRING = datetime.timedelta(days=30)
STATES = ("live", "proposed", "draft", "renewal", "newer", "coming")


@dataclass(frozen=True)
class Line:
    """An entry of the list.

    Attributes:
        entry: its newest version, of which it may be too early or too late to say anything.
        states: of STATES, and "expired" or "expiring" beside "renewal"; none for one that was only ever drafted.
        draft: what is being written over it or waits for approval.
    """

    page: Page
    label: str
    entry: Entry
    states: tuple[str, ...]
    draft: Revision | None = None

    def matches(self, wanted: str) -> bool:
        """Whether every word of `wanted` occurs in its label, questions or answers."""
        shown = [self.entry, self.draft.entry] if self.draft else [self.entry]
        texts = [self.label]
        for entry in shown:
            texts += [*entry.questions["zh"], *entry.questions["en"], entry.answer.zh, entry.answer.en]
        whole = "\n".join(texts).casefold()
        return all(word in whole for word in wanted.casefold().split())


def lines_of(
    files: Sequence[Page],
    approved: Iterable[Revision],
    unfinished: Iterable[Revision],
    holds: Knowledge,
    today: datetime.date,
) -> tuple[Line, ...]:
    """The list: pages in order, entries in the file's order, then those that were written here."""
    drafts = {(each.page, each.label): each for each in unfinished}
    by_entry: dict[tuple[str, str], list[Revision]] = {}
    for each in approved:
        by_entry.setdefault((each.page, each.label), []).append(each)
    lines = []
    for page in files:
        filed = {entry.id: entry for entry in page.entries}
        written = [label for page_id, label in (*by_entry, *drafts) if page_id == page.id]
        for label in dict.fromkeys((*filed, *written)):
            draft = drafts.get((page.id, label))
            entry = newest(filed.get(label), by_entry.get((page.id, label), ()))
            if entry or draft:
                states = _states(entry, draft, holds.entry(page.id, label), today)
                lines.append(Line(page, label, entry or draft.entry, states, draft))  # type: ignore[union-attr]
    return tuple(lines)


def _states(entry: Entry | None, draft: Revision | None, held: Entry | None, today: datetime.date) -> tuple[str, ...]:
    states = ["live"] if held else []
    if draft:
        states.append("proposed" if draft.state == PROPOSED else "draft")
    if entry:
        history = entry.history
        soon = history.valid_until is not None and history.valid_until <= today + EXPIRING
        if history.has_ended(today):
            states += ["expired", "renewal"]
        elif soon:
            states += ["expiring", "renewal"]
        if not history.has_begun(today):
            states.append("coming")
        if history.newer:
            states.append("newer")
    return tuple(states)
