"""Which language the interface speaks, and which language a screen reader is told."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bot.assistant.protocol import Reply
from tests.browser.chat import Chat
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService, Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("tag", "html", "locale", "title"),
    [
        pytest.param('data-language="zh"', 'lang="en"', "en-GB", "合规助手", id="asked-for"),
        pytest.param('data-language="fr"', 'lang="zh-Hans"', "en-GB", "合规助手", id="unknown-so-the-page's"),
        pytest.param("", 'lang="zh-TW"', "en-GB", "合规助手", id="of-the-page"),
        pytest.param("", 'lang="en-US"', "zh-CN", "Compliance assistant", id="of-the-page-not-the-browser"),
        pytest.param("", "", "zh-CN", "合规助手", id="of-the-browser"),
        pytest.param("", 'lang="fr"', "fr-FR", "Compliance assistant", id="neither"),
    ],
)
def test_is_chosen(
    new_context: NewContext, service: RunningService, site: Site, tag: str, html: str, locale: str, title: str
) -> None:
    page = new_context(locale=locale).new_page()
    page.goto(site.page(service.url, tag, html=html))
    expect(page.locator("compliance-chat h2")).to_have_text(title)


def test_can_be_switched(launched: Chat, service: RunningService, site: Site) -> None:
    launched.open()
    launched.ask_and_wait("Is Intune covered?")
    launched.type("half a ques")
    launched.panel.get_by_role("button", name="切换到中文").click()
    assert "switch" in launched.focused()
    chinese = Chat(launched.page, "zh")
    expect(chinese.field).to_have_value("half a ques")
    expect(chinese.questions).to_have_text(["Is Intune covered?"])
    expect(chinese.answers.locator("time")).to_have_text("页面日期：2019年12月5日")
    for name in ("send", "minimise", "start_over", "person", "up", "down", "copy"):
        expect(chinese.button(name)).to_be_visible()
    expect(launched.page.locator("compliance-chat .root")).to_have_attribute("lang", "zh-CN")
    launched.page.reload()
    expect(chinese.button("send")).to_be_visible()
    launched.page.goto(site.page(service.url, name="next", html='lang="zh"'))
    chinese.panel.get_by_role("button", name="Switch to English").click()
    expect(launched.button("send")).to_be_visible()


def test_a_page_in_the_other_language_wins_over_an_earlier_switch(chat: Chat, service: RunningService) -> None:
    chat.panel.get_by_role("button", name="切换到中文").click()
    chat.page.goto(f"{service.url}/?lang=zh")
    expect(Chat(chat.page, "zh").button("send")).to_be_visible()
    chat.page.goto(f"{service.url}/?lang=en")
    chat.page.get_by_role("link", name="中文").click()
    expect(Chat(chat.page, "zh").button("send")).to_be_visible()


def test_no_word_is_left_behind_by_a_switch(chat: Chat) -> None:
    """All that is Chinese in the Chinese interface of an English conversation is the interface, and the reverse."""
    chat.ask_and_wait("Is Intune covered?")
    chat.button("down").click()
    chat.panel.get_by_role("button", name="切换到中文").click()
    english = re.sub(
        r"Is Intune covered\?|Yes, Intune is covered\.|Certificate|Page|And the certificate\?|example\.com|EN"
        r"|127\.0\.0\.1:\d+|Switch to English",
        "",
        chat.panel.inner_text(),
    )
    assert not re.search("[A-Za-z]", english), english


def test_each_message_is_marked_with_its_language(chat: Chat, service: RunningService) -> None:
    service.assistant.replies["Power BI"] = Reply("Power BI：在范围内。", "zh", True, "coverage_service", 0.9)
    chat.ask_and_wait("Is Intune covered?")
    chat.ask_and_wait("Power BI 呢？")
    chat.ask_and_wait("Power BI")
    languages = [bubble.get_attribute("lang") for bubble in chat.questions.all()]
    assert languages == ["en", "zh-CN", "en"]
    proses = chat.answers.locator(".prose")
    assert [prose.get_attribute("lang") for prose in proses.all()] == ["en", "zh-CN", "zh-CN"]


def test_the_language_goes_with_the_question(chat: Chat, service: RunningService) -> None:
    """It decides where the text itself does not."""
    chat.panel.get_by_role("button", name="切换到中文").click()
    Chat(chat.page, "zh").ask_and_wait("Power BI")
    assert service.assistant.seen[-1].language == "zh"
