"""The pages behind the buttons in Teams, in a real browser: confirmed by hand, by keyboard, read by everybody."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.bot.teams_requests import SECRET, activity, card_of, links, send
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService
from tests.browser.test_accessibility import PHONE, check_in_both_schemes

pytestmark = pytest.mark.browser
QUESTION = {"en": "<at>FAQ</at> Is Intune covered?", "zh": "<at>FAQ</at> Intune 在认证范围内吗？"}


@pytest.fixture
def service(make_service: Callable[..., RunningService]) -> RunningService:
    return make_service(TEAMS_SECRET=SECRET, CONTACT_URL="https://example.com/help", RATE_LIMIT="off")


def buttons(service: RunningService, language: str = "en") -> dict[str, str]:
    """Where the last three buttons of an answer lead."""
    message = send(service.app.test_client(), activity(text=QUESTION[language])).json
    found = list(links(card_of(message)).values())[-3:]
    paths = (service.url + urlsplit(url).path for url in found)
    return dict(zip(("up", "down", "person"), paths, strict=True))


def test_a_thumb_is_given_with_the_keyboard_alone(service: RunningService, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(buttons(service)["down"])
    expect(page.get_by_role("radio", name="Not helpful")).to_be_checked()
    assert service.stored()[0].feedback is None

    page.get_by_role("radio", name="Not helpful").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.type("Short and right.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    turn = service.stored()[0]
    assert (turn.feedback, turn.comment) == ("up", "Short and right.")


def test_a_person_is_asked_for_in_chinese(service: RunningService, new_context: NewContext) -> None:
    page = new_context(locale="zh-CN").new_page()
    page.goto(buttons(service, "zh")["person"])
    page.get_by_label("想告诉工作人员什么？").fill("请打分机 1234")
    page.get_by_role("button", name="请人工处理").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("已转给工作人员")
    assert page.get_by_role("link", name="联系支持人员").get_attribute("href") == "https://example.com/help"
    assert service.stored()[1].text == "请人工处理。\n请打分机 1234"

    page.reload()
    expect(page.get_by_role("button")).to_have_count(0)
    assert len(service.stored()) == 2


def test_the_other_language_is_a_click_away_before_and_after(service: RunningService, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(buttons(service)["up"])
    page.get_by_role("link", name="中文").click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("谢谢")
    page.get_by_role("link", name="English").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing(
    service: RunningService, new_context: NewContext, language: str, device: dict[str, object]
) -> None:
    page = new_context(bypass_csp=True, **device).new_page()
    found = buttons(service, language)
    for name in ("up", "person"):
        page.goto(found[name])
        check_in_both_schemes(page)
        page.get_by_role("button").click()
        check_in_both_schemes(page)


def test_nothing_is_wider_than_a_small_phone(service: RunningService, new_context: NewContext) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    for url in buttons(service).values():
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
