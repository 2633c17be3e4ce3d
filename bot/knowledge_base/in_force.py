"""What holds on a day: the pages' files with what was approved over them, less what has expired.

Of an entry's revisions the newest that has begun holds; a newer one that begins later waits. Once its last day is
over, the entry is withheld, and no older one comes back in its place.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.knowledge_base.records import APPROVED, Revision
from index.knowledge import Entry, Page


@dataclass(frozen=True)
class Knowledge:
    """What may be said.

    Attributes:
        pages: with the entries that hold.
        withheld: entries that have expired; questions for them get no other entry's answer either.
        waiting: entries whose first day has not come.
    """

    pages: tuple[Page, ...]
    withheld: tuple[Entry, ...] = ()
    waiting: tuple[Entry, ...] = ()

    def page(self, page_id: str) -> Page | None:
        """The page of that id."""
        return next((page for page in self.pages if page.id == page_id), None)

    def entry(self, page_id: str, label: str) -> Entry | None:
        """The entry that holds under a label."""
        page = self.page(page_id)
        return next((entry for entry in page.entries if entry.id == label), None) if page else None


def knowledge_on(day: datetime.date, files: Sequence[Page], revisions: Iterable[Revision]) -> Knowledge:
    """What holds on a day.

    Args:
        files: the pages as their files have them.
        revisions: every revision with a number, undone ones too.
    """
    by_entry: dict[tuple[str, str], list[Revision]] = {}
    for revision in sorted(revisions, key=lambda each: each.id):
        by_entry.setdefault((revision.page, revision.label), []).append(revision)
    pages: list[Page] = []
    withheld: list[Entry] = []
    waiting: list[Entry] = []
    for page in files:
        own = {label: of for (page_id, label), of in by_entry.items() if page_id == page.id}
        held, expired, early = _entries_on(day, page, own)
        withheld += expired
        waiting += early
        pages.append(replace(page, entries=with_suggestions_that_exist(held)))
    return Knowledge(tuple(pages), tuple(withheld), tuple(waiting))


def newest(filed: Entry | None, revisions: Sequence[Revision]) -> Entry | None:
    """The newest version of an entry, whether or not its days have come; None where there is none (any more)."""
    versions = versions_of(filed, revisions)
    return versions[-1] if versions else None


def versions_of(filed: Entry | None, revisions: Sequence[Revision]) -> tuple[Entry, ...]:
    """The versions of an entry that stand, oldest first.

    The file's own version counts unless it was approved here and undone since. Where the file has the same revision
    as the store, or a later one, the file wins: somebody has committed it.
    """
    standing = {each.revision: each.entry for each in revisions if each.state == APPROVED}
    undone = {each.revision for each in revisions if each.state != APPROVED}
    if filed is not None and filed.history.revision not in undone:
        standing[filed.history.revision] = filed
    return tuple(standing[number] for number in sorted(standing, key=lambda number: number or 0))


def with_suggestions_that_exist(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, suggesting only each other: what somebody suggested may be undone or withheld by now."""
    there = {entry.id for entry in entries}
    return tuple(
        entry
        if there.issuperset(entry.suggests)
        else replace(entry, suggests=tuple(label for label in entry.suggests if label in there))
        for entry in entries
    )


def _entries_on(
    day: datetime.date, page: Page, revisions: Mapping[str, Sequence[Revision]]
) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """The entries that hold, have expired, and have not begun; in the file's order, then in that of approval."""
    filed = {entry.id: entry for entry in page.entries}
    held: list[Entry] = []
    expired: list[Entry] = []
    early: list[Entry] = []
    for label in dict.fromkeys((*filed, *revisions)):
        versions = versions_of(filed.get(label), revisions.get(label, ()))
        begun = [version for version in versions if version.history.has_begun(day)]
        early += [version for version in versions[-1:] if not version.history.has_begun(day)]
        if begun:
            (expired if begun[-1].history.has_ended(day) else held).append(begun[-1])
    return held, expired, early
