"""Importing entries in a real browser: choose a file, read what is wrong, confirm, find the drafts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page, expect

from bot.assistant.protocol import Reply
from bot.transcripts.review import knowledge_import
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService
from tests.browser.staff import Staff
from tests.browser.test_accessibility import PHONE, check

pytestmark = pytest.mark.browser

HEAD = "条目,中文问题,英文问题,中文回答,英文回答\n"
BADGE = ',"工牌是什么颜色？\n工牌呢？",What colour is the badge?,保安的工牌是蓝色的。,The guard\'s badge is blue.\n'
PARKING = ",访客可以在哪里停车？,Where can visitors park?,访客可以停在东门旁边。,Visitors park beside the east gate.\n"
WRONG = ",食堂几点开门？,When does the canteen open?,,=A1\nFAQ,一？,One?,一。,One.\n" + BADGE.replace(
    ",", "faq/other,", 1
)


class Apart:
    """Embeddings by which no two texts are alike."""

    def encode_queries(self, texts: list[str]) -> np.ndarray:
        return np.eye(len(texts), dtype=np.float32)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("bot.transcripts.accounts.PasswordHasher", lambda: hasher)
    monkeypatch.setattr(knowledge_import, "open_encoder", Apart)


@pytest.fixture
def staff(page: Page, service: RunningService) -> Staff:
    return Staff(page, service).sign_in("reviewer")


def upload(staff: Staff, text: str, folder: Path) -> None:
    """Choose a file on the page and have it checked."""
    path = folder / "entries.csv"
    path.write_text(text, encoding="utf-8-sig")
    staff.open("/knowledge/import")
    staff.field("import_file").set_input_files(path)
    staff.button("import_check").click()
    expect(staff.page.get_by_role("heading", level=1)).to_have_text(staff.say("import_result", name="entries.csv"))


def test_a_file_becomes_drafts_once_it_is_confirmed(staff: Staff, tmp_path: Path) -> None:
    answers = Reply("…", "en", True, "standard", 0.9, evidence={"label": "standard/what"})
    staff.service.assistant.replies["Where can visitors park?"] = answers
    staff.open("/knowledge/")
    staff.link("import").click()
    upload(staff, HEAD + BADGE + PARKING, tmp_path)
    row = staff.page.get_by_role("row").filter(has_text="Where can visitors park?").first
    expect(row).to_contain_text("standard/what answers it today")
    assert staff.service.parts.knowledge.unfinished() == ()

    staff.button("import_confirm", count=2).click()

    expect(staff.page.get_by_role("status")).to_have_text("2 drafts are made.")
    expect(staff.page.get_by_role("link", name="What colour is the badge?")).to_be_visible()
    assert {draft.author for draft in staff.service.parts.knowledge.unfinished()} == {"ann"}


def test_problems_are_read_mended_and_checked_again(staff: Staff, tmp_path: Path) -> None:
    upload(staff, HEAD + BADGE + WRONG, tmp_path)
    rows = staff.page.locator("tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.nth(1)).to_contain_text("Answer (Chinese)")
    expect(staff.button("import_confirm", count=2)).to_have_count(0)

    staff.link("import_again").click()
    upload(staff, HEAD + BADGE, tmp_path)

    expect(staff.button("import_confirm_one")).to_be_visible()


def test_a_file_that_is_none_is_told_at_its_field(staff: Staff, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK nothing")
    staff.open("/knowledge/import")
    staff.field("import_file").set_input_files(path)
    staff.button("import_check").click()

    expect(staff.page.get_by_role("alert")).to_contain_text("The workbook is damaged")
    expect(staff.field("import_file")).to_have_attribute("aria-invalid", "true")


def test_a_template_is_downloaded(staff: Staff) -> None:
    staff.open("/knowledge/import")
    with staff.page.expect_download() as download:
        staff.link("import_template_xlsx").click()

    assert download.value.suggested_filename == "entries.xlsx"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_and_a_small_phone_is_wide_enough(
    make_service: Callable[..., RunningService], new_context: NewContext, tmp_path: Path, language: str, scheme: str
) -> None:
    device = PHONE if (language == "zh") == (scheme == "light") else {}
    page = new_context(bypass_csp=True, color_scheme=scheme, **device).new_page()
    staff = Staff(page, make_service(), language).sign_in("reviewer")
    answers = Reply("…", "zh", True, "standard", 0.9, evidence={"label": "standard/what"})
    staff.service.assistant.replies["访客可以在哪里停车？"] = answers
    staff.open("/knowledge/import")
    look(staff, f"page-{language}-{scheme}")
    upload(staff, HEAD + BADGE + PARKING, tmp_path)
    look(staff, f"right-{language}-{scheme}")
    upload(staff, HEAD + BADGE + WRONG, tmp_path)
    look(staff, f"wrong-{language}-{scheme}")


def look(staff: Staff, name: str) -> None:
    """Check a state, in the window that is open and on a very small one."""
    if folder := os.environ.get("PICTURES"):
        staff.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    check(staff.page)
    before = staff.page.viewport_size
    staff.page.set_viewport_size({"width": 320, "height": 640})
    assert staff.overflow() <= 0, name
    if folder:
        staff.page.screenshot(path=f"{folder}/{name}-320.png", full_page=True)
    staff.page.set_viewport_size(before)  # type: ignore[arg-type]
