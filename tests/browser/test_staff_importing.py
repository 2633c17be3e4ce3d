"""Importing entries in a real browser: choose a file, read what is wrong, confirm, find the drafts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.assistant.protocol import Reply
from bot.transcripts.review import knowledge_import
from tests.browser.conftest import NewContext
from tests.browser.pictures import staff_importing
from tests.browser.pictures.staff_importing import BADGE, HEAD, PARKING, WRONG, upload
from tests.browser.serving import RunningService
from tests.browser.staff import Staff
from tests.browser.test_accessibility import PHONE, check_in_both_schemes

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_import, "open_encoder", staff_importing.Apart)


@pytest.fixture
def staff(page: Page, service: RunningService) -> Staff:
    return Staff(page, service).sign_in("reviewer")


def test_a_file_becomes_drafts_once_it_is_confirmed(staff: Staff) -> None:
    answers = Reply("…", "en", True, "standard", 0.9, evidence={"label": "standard/what"})
    staff.service.assistant.replies["Where can visitors park?"] = answers
    staff.open("/knowledge/")
    staff.link("import").click()
    upload(staff, HEAD + BADGE + PARKING)
    row = staff.page.get_by_role("row").filter(has_text="Where can visitors park?").first
    expect(row).to_contain_text("standard/what answers it today")
    assert staff.service.parts.knowledge.unfinished() == ()

    staff.button("import_confirm", count=2).click()

    expect(staff.page.get_by_role("status")).to_have_text("2 drafts are made.")
    expect(staff.page.get_by_role("link", name="What colour is the badge?")).to_be_visible()
    assert {draft.author for draft in staff.service.parts.knowledge.unfinished()} == {"ann"}


def test_problems_are_read_mended_and_checked_again(staff: Staff) -> None:
    upload(staff, HEAD + BADGE + WRONG)
    rows = staff.page.locator("tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.nth(1)).to_contain_text("Answer (Chinese)")
    expect(staff.button("import_confirm", count=2)).to_have_count(0)

    staff.link("import_again").click()
    upload(staff, HEAD + BADGE)

    expect(staff.button("import_confirm_one")).to_be_visible()


def test_a_file_that_is_none_is_told_at_its_field(page: Page, service: RunningService) -> None:
    staff = Staff(page, service)
    staff_importing.unreadable(staff)

    expect(staff.page.get_by_role("alert")).to_contain_text("The workbook is damaged")
    expect(staff.field("import_file")).to_have_attribute("aria-invalid", "true")


def test_a_template_is_downloaded(staff: Staff) -> None:
    staff.open("/knowledge/import")
    with staff.page.expect_download() as download:
        staff.link("import_template_xlsx").click()

    assert download.value.suggested_filename == "entries.xlsx"


@pytest.mark.parametrize(("language", "device"), [("zh", PHONE), ("en", {})], ids=["zh-phone", "en-desktop"])
def test_axe_finds_nothing_in_any_state_and_a_small_phone_is_wide_enough(
    service: RunningService, new_context: NewContext, language: str, device: dict[str, object]
) -> None:
    for state in staff_importing.STATES:
        context = new_context(bypass_csp=True, **device)
        staff = Staff(context.new_page(), service, language)
        state(staff)
        check_in_both_schemes(staff.page)
        staff.page.set_viewport_size({"width": 320, "height": 640})
        assert staff.overflow() <= 0, state.__name__
        context.close()
