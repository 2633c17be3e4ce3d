"""What holds on a day, of the files and the revisions over them."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.in_force import Knowledge, knowledge_on
from bot.knowledge_base.records import APPROVED, UNDONE, Content, Revision
from index.knowledge import Entry, History, Page
from tests.knowledge_base.conftest import NEW, OLD, PAGE, content

DAY = datetime.date(2026, 6, 15)
BEFORE, AFTER = DAY - datetime.timedelta(days=1), DAY + datetime.timedelta(days=1)
MOMENT = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def revision(number: int, label: str = NEW, state: str = APPROVED, answer: str = "", **days: datetime.date) -> Revision:
    what = content(answer={"zh": f"第{number}版。", "en": answer or f"Version {number}."}, suggests=(), **days)
    return Revision(number, PAGE, label, state, number, 0, what, "ann", ("ann",), MOMENT, approver="bob")


@pytest.fixture
def page(folder: Path) -> Page:
    return KnowledgeFiles(folder).pages[0]


def on(page: Page, *revisions: Revision, day: datetime.date = DAY) -> Knowledge:
    return knowledge_on(day, [page], revisions)


def said(knowledge: Knowledge, label: str = NEW) -> str | None:
    entry = knowledge.entry(PAGE, label)
    return entry.answer["en"] if entry else None


def committed(page: Page, of: Revision, answer: str | None = None) -> Page:
    """The page as its file has it once a revision was exported, and perhaps changed by hand."""
    entry = of.entry if answer is None else replace(of.entry, answer=replace(of.entry.answer, en=answer))
    return replace(page, entries=(*(each for each in page.entries if each.id != of.label), entry))


def test_the_newest_approved_revision_holds(page: Page) -> None:
    assert said(on(page, revision(1), revision(2))) == "Version 2."
    assert said(on(page, revision(1), revision(2, state=UNDONE))) == "Version 1."
    assert said(on(page, revision(1, state=UNDONE))) is None


def test_a_new_entry_stands_behind_those_of_the_file_and_a_changed_one_in_its_place(page: Page) -> None:
    entries = on(page, revision(1, label=OLD), revision(2)).pages[0].entries
    assert [entry.id for entry in entries] == [OLD, NEW]
    assert [entry.history.revision for entry in entries] == [1, 2]


def test_without_revisions_the_files_words_hold(page: Page) -> None:
    assert on(page).pages == (page,)


def test_what_has_expired_is_withheld_and_nothing_older_comes_back(page: Page) -> None:
    knowledge = on(page, revision(1), revision(2, valid_until=BEFORE))
    assert said(knowledge) is None
    assert [entry.history.revision for entry in knowledge.withheld] == [2]


@pytest.mark.parametrize("days", [{"valid_until": DAY}, {"valid_from": DAY}], ids=["last day", "first day"])
def test_the_first_and_the_last_day_count(page: Page, days: dict[str, datetime.date]) -> None:
    assert said(on(page, revision(1, **days))) == "Version 1."


def test_until_a_revision_begins_the_one_before_goes_on(page: Page) -> None:
    knowledge = on(page, revision(1), revision(2, valid_from=AFTER))
    assert said(knowledge) == "Version 1."
    assert [entry.history.revision for entry in knowledge.waiting] == [2]
    assert said(on(page, revision(1), revision(2, valid_from=AFTER), day=AFTER)) == "Version 2."


def test_an_entry_of_the_file_may_expire_as_well(page: Page) -> None:
    old = replace(page.entries[0], history=History(valid_until=BEFORE))
    assert on(replace(page, entries=(old,))).withheld == (old,)


def test_an_exported_revision_does_not_count_twice(page: Page) -> None:
    first = revision(1)
    assert on(committed(page, first), first).pages == (committed(page, first),)


def test_undoing_holds_against_a_file_that_has_the_revision_already(page: Page) -> None:
    kept = replace(revision(0, label=OLD), content=Content.of(page.entries[0]))
    undone = revision(1, label=OLD, state=UNDONE)
    knowledge = on(committed(page, undone), kept, undone)
    assert said(knowledge, OLD) == "A standard for service management."


def test_what_was_committed_later_wins_over_the_store(page: Page) -> None:
    assert said(on(committed(page, revision(1), "By hand."), revision(1))) == "By hand."
    assert said(on(committed(page, revision(3)), revision(2))) == "Version 3."
    assert said(on(committed(page, revision(1)), revision(2))) == "Version 2."


def test_a_suggestion_of_what_does_not_hold_is_left_out(page: Page) -> None:
    suggesting: Entry = replace(page.entries[0], suggests=(NEW,))
    filed = replace(page, entries=(suggesting,))
    assert on(filed, revision(1)).entry(PAGE, OLD) == suggesting
    assert on(filed, revision(1, valid_until=BEFORE)).pages[0].entries[0].suggests == ()


def test_a_revision_of_a_page_that_is_gone_is_passed_over(page: Page) -> None:
    assert on(page, replace(revision(1), page="iso-2")).pages == (page,)
