"""The store of what staff write: drafts, proposals, approved revisions. Whoever wrote one never approves it.

    draft = store.begin("ann", page, "faq/badges", content)
    proposal = store.propose("ann", draft.id, draft.content.digest)
    store.approve("bob", proposal.id, proposal.content.digest)
    store.undo("bob", page, "faq/badges", 1)

Every change says what was looked at (`seen`, a `Content.digest`), and is refused where somebody changed it meanwhile.
The audit log gets its row in the same transaction. An approval or an undo raises the version that replicas watch.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot import clock
from bot.audit import AuditLog
from bot.knowledge_base.errors import KnowledgeRefused
from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.in_force import newest, with_suggestions_that_exist
from bot.knowledge_base.raw import raw_page
from bot.knowledge_base.records import APPROVED, DRAFT, PROPOSED, UNDONE, Content, Revision, newer_language
from bot.knowledge_base.settling import settle
from bot.knowledge_base.tables import knowledge_revisions as revisions
from bot.knowledge_base.tables import knowledge_version
from bot.transcripts.database import Database
from index.knowledge import Entry
from index.knowledge_checks import find_problems

_UNFINISHED = (DRAFT, PROPOSED)
_LONGEST_NOTE = 2000
_MOST_TURNS = 500


class KnowledgeStore:
    """Keeps revisions. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, audit: AuditLog, files: KnowledgeFiles) -> None:
        self._database = database
        self._audit = audit
        self.files = files

    # --- reading -----------------------------------------------------------------------------------------

    def version(self) -> int:
        """Goes up with every approval and every undo."""
        with self._database.reading() as connection:
            return _version(connection)

    def approved(self) -> tuple[int, tuple[Revision, ...]]:
        """The version, and every revision with a number that goes with it, undone ones too."""
        with self._database.reading() as connection:
            if not self._database.is_sqlite:  # one state for both, as SQLite has it anyway
                connection.execution_options(isolation_level="REPEATABLE READ")
            return _version(connection), approved_in(connection)

    def unfinished(self) -> tuple[Revision, ...]:
        """Drafts and proposals, those changed last first."""
        query = sa.select(revisions).where(revisions.c.state.in_(_UNFINISHED))
        with self._database.reading() as connection:
            return tuple(map(_revision, connection.execute(query.order_by(revisions.c.changed_at.desc()))))

    def proposals(self, at_most: int = 20) -> tuple[Revision, ...]:
        """What waits for approval, longest first."""
        query = sa.select(revisions).where(revisions.c.state == PROPOSED).order_by(revisions.c.changed_at)
        with self._database.reading() as connection:
            return tuple(map(_revision, connection.execute(query.limit(at_most))))

    def revision(self, revision_id: int) -> Revision | None:
        """One draft, proposal or revision."""
        with self._database.reading() as connection:
            return _find(connection, revision_id)

    def history(self, page: str, label: str) -> tuple[Revision, ...]:
        """Everything that was ever written of an entry and not thrown away, newest first."""
        with self._database.reading() as connection:
            return _of_entry(connection, page, label)[::-1]

    # --- writing -----------------------------------------------------------------------------------------

    def begin(self, who: str, page: str, label: str, content: Content, turns: Sequence[str] = ()) -> Revision:
        """Begin a draft of a new entry, or over an existing one.

        Args:
            label: `topic/key`; a label without an entry makes a new one.
            turns: ids of the stored turns that it answers.

        Raises:
            KnowledgeRefused: "unknown" page, or the entry is "taken" by another draft.
        """
        if self.files.page(page) is None:
            raise KnowledgeRefused("unknown", f"there is no page {page!r}")
        with self._database.writing() as connection:
            self._lock(connection)
            before = _of_entry(connection, page, label)
            if any(each.state in _UNFINISHED for each in before):
                raise KnowledgeRefused("taken", f"somebody is writing at {label} already")
            row = {
                "page": page,
                "label": label,
                "state": DRAFT,
                "based_on": self._standing(before, page, label),
                "content": content.to_json(),
                "author": who,
                "editors": [who],
                "note": "",
                "turns": list(dict.fromkeys(turns))[:_MOST_TURNS],
                "changed_at": clock.utc_now(),
            }
            made = connection.execute(revisions.insert().values(**row)).inserted_primary_key[0]
            return self._noted(connection, who, "knowledge.begun", made)

    def edit(self, who: str, revision_id: int, content: Content, seen: str) -> Revision:
        """Change a draft; a proposal that is changed is a draft again.

        It now stands on the entry's present revision: whoever edits has seen that.

        Raises:
            KnowledgeRefused: "unknown", "state" or "changed".
        """
        with self._database.writing() as connection:
            found = self._open_one(connection, revision_id, seen)
            before = _of_entry(connection, found.page, found.label)
            changes = {
                "content": content.to_json(),
                "state": DRAFT,
                "based_on": self._standing(before, found.page, found.label),
                "editors": list(dict.fromkeys((*found.editors, who))),
            }
            return self._change(connection, who, "knowledge.edited", found, changes)

    def propose(self, who: str, revision_id: int, seen: str) -> Revision:
        """Put a draft up for approval.

        Raises:
            KnowledgeRefused: "unknown", "state", "changed", or "invalid".
        """
        with self._database.writing() as connection:
            found = self._open_one(connection, revision_id, seen, DRAFT)
            self._check(connection, found)
            return self._change(connection, who, "knowledge.proposed", found, {"state": PROPOSED, "note": ""})

    def withdraw(self, who: str, revision_id: int) -> Revision:
        """Make a proposal a draft again.

        Raises:
            KnowledgeRefused: "unknown" or "state".
        """
        with self._database.writing() as connection:
            found = self._open_one(connection, revision_id, None, PROPOSED)
            return self._change(connection, who, "knowledge.withdrawn", found, {"state": DRAFT})

    def reject(self, who: str, revision_id: int, note: str, seen: str) -> Revision:
        """Send a proposal back with a note.

        Raises:
            KnowledgeRefused: "unknown", "state" or "changed".
        """
        with self._database.writing() as connection:
            found = self._open_one(connection, revision_id, seen, PROPOSED)
            changes = {"state": DRAFT, "note": note[:_LONGEST_NOTE]}
            return self._change(connection, who, "knowledge.rejected", found, changes)

    def discard(self, who: str, revision_id: int) -> Revision:
        """Throw a draft or proposal away; returns what it was.

        Raises:
            KnowledgeRefused: "unknown" or "state".
        """
        with self._database.writing() as connection:
            found = self._open_one(connection, revision_id, None)
            self._note(connection, who, "knowledge.discarded", found)
            connection.execute(revisions.delete().where(revisions.c.id == revision_id))
            return found

    def approve(self, who: str, revision_id: int, seen: str) -> Revision:
        """Approve a proposal: it gets the entry's next number, and replicas begin to answer from it.

        The turns that made somebody write it are settled with it.

        Raises:
            KnowledgeRefused: "unknown", "state", "changed", "own_words", "outdated" or "invalid".
        """
        with self._database.writing() as connection:
            found = self._open_one(connection, revision_id, seen, PROPOSED)
            if who in (found.author, *found.editors):
                raise KnowledgeRefused("own_words", f"{who} wrote in it, so somebody else has to approve it")
            before = _of_entry(connection, found.page, found.label)
            if self._standing(before, found.page, found.label) != found.based_on:
                raise KnowledgeRefused("outdated", f"{found.label} has been replaced since this was written")
            self._check(connection, found)
            self._keep_the_files_words(connection, before, found)
            changes = {"state": APPROVED, "revision": self._next_number(before, found), "approver": who}
            settle(connection, found.turns, f"{found.page}#{found.label}", who)
            return self._decide(connection, who, "knowledge.approved", found, changes)

    def undo(self, who: str, page: str, label: str, number: int) -> Revision:
        """Take back an entry's newest revision: the one before holds again, or the entry is gone.

        Raises:
            KnowledgeRefused: "unknown", or "not_newest".
        """
        with self._database.writing() as connection:
            self._lock(connection)
            before = _of_entry(connection, page, label)
            found = next((each for each in before if each.revision == number), None)
            if found is None:
                raise KnowledgeRefused("unknown", f"{label} has no revision {number} here")
            if found.state != APPROVED or found.is_files or self._standing(before, page, label) != number:
                raise KnowledgeRefused("not_newest", f"revision {number} of {label} is not its newest")
            return self._decide(connection, who, "knowledge.undone", found, {"state": UNDONE, "undone_by": who})

    def note_export(self, who: str, changes: Mapping[str, int]) -> None:
        """Take note of an export. Args: changes: file -> how many entries changed in it."""
        self._audit.record(who, "knowledge.exported", "", {"files": dict(changes)})

    # --- parts of these ----------------------------------------------------------------------------------

    def _lock(self, connection: Connection) -> None:
        """One writer at a time, as SQLite has it anyway; whoever is second sees what the first one did."""
        if not self._database.is_sqlite:
            connection.execute(sa.select(knowledge_version).with_for_update())

    def _open_one(self, connection: Connection, revision_id: int, seen: str | None, *states: str) -> Revision:
        """A draft or proposal, locked; `seen` is the digest of what was looked at, None where that does not matter."""
        self._lock(connection)
        found = _find(connection, revision_id)
        if found is None:
            raise KnowledgeRefused("unknown", f"there is no draft {revision_id}")
        if found.state not in (states or _UNFINISHED):
            raise KnowledgeRefused("state", f"{found.label} is {found.state}")
        if seen is not None and seen != found.content.digest:
            raise KnowledgeRefused("changed", f"{found.label} was changed meanwhile")
        return found

    def _standing(self, before: Sequence[Revision], page: str, label: str) -> int:
        """Number of the entry's newest revision that stands; 0 for the page's own words, or nothing."""
        entry = newest(self.files.entry(page, label), before)
        return entry.history.revision if entry else 0

    def _next_number(self, before: Sequence[Revision], found: Revision) -> int:
        filed = self.files.entry(found.page, found.label)
        used = [each.revision or 0 for each in before]
        return max([*used, filed.history.revision if filed else 0]) + 1

    def _keep_the_files_words(self, connection: Connection, before: Sequence[Revision], found: Revision) -> None:
        """Keep the file's own words before they are replaced for the first time: an export will overwrite the file."""
        filed = self.files.entry(found.page, found.label)
        if filed is None or any(each.revision == filed.history.revision for each in before):
            return
        row = _row_of_file(filed, clock.utc_now())
        connection.execute(revisions.insert().values(**row))

    def _check(self, connection: Connection, found: Revision) -> None:
        """Raises: KnowledgeRefused: its page would not be a valid knowledge file with it."""
        page = self.files.page(found.page)
        if page is None:
            raise KnowledgeRefused("unknown", f"there is no page {found.page!r}")
        entries = {entry.id: entry for entry in page.entries}
        for label, of in _by_label(_of_page(connection, found.page)).items():
            entry = newest(entries.pop(label, None), of)
            entries |= {label: entry} if entry else {}
        entries.pop(found.label, None)
        own = replace(found, revision=1).entry
        others = with_suggestions_that_exist([*entries.values(), own])[:-1]
        problems = find_problems(raw_page(replace(page, entries=(*others, own))), found.page)
        for problem in problems:
            if problem.entry == found.label:
                raise KnowledgeRefused("invalid", f"{problem.field}: {problem.message}")

    def _decide(
        self, connection: Connection, who: str, action: str, found: Revision, changes: dict[str, Any]
    ) -> Revision:
        now = clock.utc_now()
        connection.execute(knowledge_version.update().values(version=knowledge_version.c.version + 1))
        changed = revisions.update().where(revisions.c.id == found.id).values(**changes, decided_at=now)
        connection.execute(changed)
        return self._noted(connection, who, action, found.id)

    def _change(
        self, connection: Connection, who: str, action: str, found: Revision, changes: dict[str, Any]
    ) -> Revision:
        changed = revisions.update().where(revisions.c.id == found.id)
        connection.execute(changed.values(**changes, changed_at=clock.utc_now()))
        return self._noted(connection, who, action, found.id)

    def _noted(self, connection: Connection, who: str, action: str, revision_id: int) -> Revision:
        found = _find(connection, revision_id)
        assert found is not None
        self._note(connection, who, action, found)
        return found

    def _note(self, connection: Connection, who: str, action: str, found: Revision) -> None:
        details = {"draft": found.id, "revision": found.revision, "content": found.content.digest}
        self._audit.record(who, action, f"{found.page}/{found.label}", details, connection)


def over(entry: Entry | None, content: Content, both_agree: bool = False) -> Content:
    """A content as it goes over an entry: marked with the language that is newer, if one is."""
    return replace(content, newer=newer_language(Content.of(entry) if entry else None, content, both_agree))


def approved_in(connection: Connection) -> tuple[Revision, ...]:
    """Every revision with a number, undone ones too, in order of approval."""
    query = sa.select(revisions).where(revisions.c.revision.isnot(None)).order_by(revisions.c.id)
    return tuple(map(_revision, connection.execute(query)))


def _version(connection: Connection) -> int:
    return int(connection.execute(sa.select(knowledge_version.c.version)).scalar_one())


def _find(connection: Connection, revision_id: int) -> Revision | None:
    row = connection.execute(sa.select(revisions).where(revisions.c.id == revision_id)).one_or_none()
    return _revision(row) if row else None


def _of_entry(connection: Connection, page: str, label: str) -> tuple[Revision, ...]:
    """What there is of an entry, oldest first."""
    query = sa.select(revisions).where(revisions.c.page == page, revisions.c.label == label)
    found = map(_revision, connection.execute(query.order_by(revisions.c.id)))
    return tuple(sorted(found, key=lambda each: (each.revision is None, each.revision or 0)))


def _of_page(connection: Connection, page: str) -> tuple[Revision, ...]:
    query = sa.select(revisions).where(revisions.c.page == page, revisions.c.revision.isnot(None))
    return tuple(map(_revision, connection.execute(query.order_by(revisions.c.id))))


def _by_label(found: Iterable[Revision]) -> dict[str, list[Revision]]:
    by_label: dict[str, list[Revision]] = {}
    for each in found:
        by_label.setdefault(each.label, []).append(each)
    return by_label


def _row_of_file(filed: Entry, now: datetime.datetime) -> dict[str, Any]:
    return {
        "page": filed.page,
        "label": filed.id,
        "state": APPROVED,
        "revision": filed.history.revision,
        "based_on": filed.history.revision,
        "content": Content.of(filed).to_json(),
        "author": filed.history.author,
        "editors": [filed.history.author] if filed.history.author else [],
        "approver": filed.history.approver,
        "note": "",
        "turns": [],
        "changed_at": now,
        "decided_at": now,
    }


def _revision(row: Row) -> Revision:
    return Revision(
        id=row.id,
        page=row.page,
        label=row.label,
        state=row.state,
        revision=row.revision,
        based_on=row.based_on,
        content=Content.from_json(row.content),
        author=row.author,
        editors=tuple(row.editors),
        changed=row.changed_at,
        approver=row.approver,
        undone_by=row.undone_by,
        note=row.note,
        turns=tuple(row.turns),
        decided=row.decided_at,
    )
