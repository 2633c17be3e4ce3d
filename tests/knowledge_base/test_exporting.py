"""What was approved goes into the files: readable, complete, and the same when it is read back."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.audit import AuditLog
from bot.knowledge_base.exporting import export
from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.in_force import knowledge_on
from bot.knowledge_base.records import Content
from bot.knowledge_base.store import KnowledgeStore
from bot.settings import PROJECT
from bot.transcripts.database import Database
from index.knowledge import load_pages
from tests.knowledge_base.conftest import NEW, OLD, PAGE, content
from tests.knowledge_base.test_store import approved

TODAY = datetime.date(2026, 6, 15)
SHIPPED = PROJECT / "data" / "knowledge"
LONG = "A long answer that goes on and on about badges, guards and their colours, until it has to be folded somewhere. "


@pytest.fixture
def shipped(database: Database, audit: AuditLog) -> KnowledgeStore:
    """The store over the page that ships with the project."""
    return KnowledgeStore(database, audit, KnowledgeFiles(SHIPPED))


@pytest.fixture
def reopened(database: Database, audit: AuditLog) -> Callable[[Path], KnowledgeStore]:
    """The store over other files, as after a restart."""
    return lambda folder: KnowledgeStore(database, audit, KnowledgeFiles(folder))


def write(store: KnowledgeStore, out: Path) -> Path:
    export(store.files.folder, store.approved()[1], TODAY, out)
    return out


def holds(store: KnowledgeStore) -> object:
    return knowledge_on(TODAY, store.files.pages, store.approved()[1])


def test_without_approvals_the_files_stay_as_they_are_to_the_letter(shipped: KnowledgeStore, tmp_path: Path) -> None:
    write(shipped, tmp_path / "out")
    (path,) = SHIPPED.glob("*.yml")
    assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


def test_only_what_changed_is_written_anew(shipped: KnowledgeStore, tmp_path: Path) -> None:
    page = shipped.files.pages[0]
    before = Content.of(page.entry("audit_reports/where"))
    what = replace(before, answer={"zh": before.answer["zh"], "en": LONG * 3 + "End."}, newer="en")
    draft = shipped.begin("ann", page.id, "audit_reports/where", what)
    shipped.propose("ann", draft.id, what.digest)
    shipped.approve("bob", draft.id, what.digest)
    new = content(answer={"zh": "第一段。\n\n第二段。", "en": 'Yes: "blue" # not red'}, suggests=())
    draft = shipped.begin("ann", page.id, NEW, new)
    shipped.propose("ann", draft.id, new.digest)
    shipped.approve("bob", draft.id, new.digest)

    write(shipped, tmp_path / "out")
    (path,) = SHIPPED.glob("*.yml")
    old, now = (each.read_text(encoding="utf-8").splitlines() for each in (path, tmp_path / "out" / path.name))
    changes = [line for line in difflib.unified_diff(old, now, n=0, lineterm="") if line[:3] not in ("---", "+++")]
    gone = [line[1:] for line in changes if line[0] == "-"]
    came = [line[1:] for line in changes if line[0] == "+"]
    assert 0 < len(gone) <= 8 and all(line.startswith("        ") or "en: >-" in line for line in gone)
    assert "    history:" in came and "      revision: 1" in came and "      approver: bob" in came
    assert f"  - id: {NEW}" in came and "        第一段。" in came
    assert all(len(line) <= 120 for line in came)
    assert [line for line in old if line.lstrip().startswith("#")] == [
        line for line in now if line.lstrip().startswith("#")
    ]


def test_what_is_exported_and_read_back_holds_as_before_and_does_not_count_twice(
    store: KnowledgeStore, reopened: Callable[[Path], KnowledgeStore], tmp_path: Path
) -> None:
    approved(store, OLD, content(suggests=(), excludes={"zh": ("访客的工牌？",), "en": ()}))
    other = content(questions={"zh": ("别的？",), "en": ("Other?",)}, valid_until=datetime.date(2030, 1, 1))
    approved(store, NEW, other)
    again = reopened(write(store, tmp_path / "out"))

    assert holds(again) == holds(store)
    assert load_pages(tmp_path / "out") == holds(store).pages  # type: ignore[attr-defined]
    proposal = approved(again, NEW, replace(other, answer={"zh": "二。", "en": "Two."}))
    assert (proposal.revision, len(again.history(PAGE, NEW))) == (2, 2)


def test_an_undo_after_the_export_takes_it_out_again(
    store: KnowledgeStore, reopened: Callable[[Path], KnowledgeStore], folder: Path, tmp_path: Path
) -> None:
    original = (folder / f"{PAGE}.yml").read_text(encoding="utf-8")
    approved(store, OLD, content(suggests=()))
    approved(store, NEW, content(questions={"zh": ("别的？",), "en": ("Other?",)}))
    write(store, tmp_path / "out")
    again = reopened(tmp_path / "out")
    again.undo("bob", PAGE, OLD, 1)
    again.undo("bob", PAGE, NEW, 1)
    write(again, tmp_path / "out")

    assert load_pages(tmp_path / "out") == load_pages(folder)
    assert "# what the standard is" in (tmp_path / "out" / f"{PAGE}.yml").read_text(encoding="utf-8")
    assert "# what the standard is" in original


def test_what_holds_is_exported_rather_than_what_is_to_come(store: KnowledgeStore, tmp_path: Path) -> None:
    approved(store, NEW, content(answer={"zh": "一。", "en": "One."}))
    approved(store, NEW, content(answer={"zh": "二。", "en": "Two."}, valid_from=datetime.date(2027, 1, 1)))
    (page,) = load_pages(write(store, tmp_path / "out"))
    assert page.entry(NEW).answer["en"] == "One."


def test_in_place_it_may_be_done_again(store: KnowledgeStore, folder: Path) -> None:
    approved(store)
    write(store, folder)
    first = (folder / f"{PAGE}.yml").read_text(encoding="utf-8")
    write(store, folder)
    assert (folder / f"{PAGE}.yml").read_text(encoding="utf-8") == first
