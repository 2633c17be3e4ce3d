"""The knowledge pages in a real browser: for everybody, by keyboard, and as they change by themselves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.browser.pictures import staff_knowledge
from tests.browser.serving import RunningService
from tests.browser.staff import Staff
from tests.browser.test_accessibility import PHONE, check_in_both_schemes

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "device"), [("zh", PHONE), ("en", {})], ids=["zh-phone", "en-desktop"])
def test_axe_finds_nothing_in_any_state_and_a_small_phone_is_wide_enough(
    service: RunningService, new_context: NewContext, language: str, device: dict[str, object]
) -> None:
    for state in staff_knowledge.STATES:
        context = new_context(bypass_csp=True, **device)
        staff = Staff(context.new_page(), service, language)
        state(staff)
        check_in_both_schemes(staff.page, unclear_contrast=staff.page.locator(":popover-open").count() > 0)
        staff.page.set_viewport_size({"width": 320, "height": 640})
        assert staff.overflow() <= 0, state.__name__
        context.close()


def test_an_entry_is_written_and_proposed_with_the_keyboard_alone(page: Page, service: RunningService) -> None:
    staff = Staff(page, service).sign_in("reviewer", "rea").open("/knowledge/new")
    keys = page.keyboard
    staff.field("knowledge_questions_en").focus()
    for text in (staff_knowledge.QUESTION, "It is blue.", "", staff_knowledge.IN_CHINESE, "蓝色。"):
        keys.insert_text(text)
        keys.press("Tab")
    expect(staff.field("knowledge_answer_zh")).to_have_value("蓝色。")
    while not page.evaluate("document.activeElement.matches('button[value=propose]')"):
        keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_have_text(staff.say("knowledge_proposed"))


def test_the_effects_appear_by_themselves_and_what_was_typed_stays(page: Page, service: RunningService) -> None:
    staff = Staff(page, service)
    staff_knowledge.proposed(staff)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "640")
    staff.field("knowledge_note").fill("Which guard?")
    staff_knowledge.find_effects(service)
    expect(page.locator("#effects")).to_contain_text("2 of the 1000 newest stored questions")
    expect(staff.field("knowledge_note")).to_have_value("Which guard?")
