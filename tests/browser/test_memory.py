"""The conversation on the next page, after a reload, and in other tabs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService, Site

pytestmark = pytest.mark.browser


def test_survives_a_reload(chat: Chat) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.button("up").click()
    expect(chat.button("up")).to_have_attribute("aria-pressed", "true")
    chat.page.reload()
    expect(chat.questions).to_have_text(["Is Intune covered?"])
    expect(chat.answers.first.get_by_role("link")).to_have_count(2)
    expect(chat.button("up")).to_have_attribute("aria-pressed", "true")
    expect(chat.chips).to_have_text(["And the certificate?"])


def test_goes_on_on_the_next_page(launched: Chat, site: Site, service: RunningService) -> None:
    launched.open()
    launched.ask_and_wait("Is Intune covered?")
    launched.page.goto(site.page(service.url, body="<h1>Next</h1><button>Own</button>", name="next"))
    expect(launched.panel).to_be_visible()
    assert launched.focused() == ""  # it stays open, but does not take the focus from the new page
    launched.ask_and_wait("And Power BI?")
    assert len({turn.conversation for turn in service.stored()}) == 1


def test_stays_minimised_on_the_next_page(launched: Chat) -> None:
    launched.open()
    launched.button("minimise").click()
    launched.page.reload()
    expect(launched.launcher).to_be_visible()
    expect(launched.panel).to_be_hidden()


def test_comes_back_from_the_service(launched: Chat, service: RunningService) -> None:
    """What this browser still knows itself is only the token."""
    launched.open()
    launched.ask_and_wait("Is Intune covered?")
    launched.page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((name) => name.startsWith("compliance-chat:"));
          const { token } = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify({ token }));
        }"""
    )
    launched.page.reload()
    expect(launched.questions).to_have_text(["Is Intune covered?"])
    expect(launched.answers.first).to_contain_text("Yes, Intune is covered.")
    expect(launched.answers.first.get_by_role("link")).to_have_count(2)


def test_what_is_typed_survives_a_reload(chat: Chat) -> None:
    chat.type("half a ques")
    chat.page.reload()
    expect(chat.field).to_have_value("half a ques")


def _second_tab(chat: Chat) -> Chat:
    page = chat.page.context.new_page()
    page.goto(chat.page.url)
    return Chat(page)


def test_tabs_share_one_conversation(chat: Chat, service: RunningService) -> None:
    other = _second_tab(chat)
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    expect(other.questions).to_have_text(["Is Intune covered?"])
    expect(other.looking).to_be_visible()
    service.assistant.gate.set()
    expect(other.answers).to_have_count(1)
    other.ask_and_wait("And Power BI?")
    expect(chat.questions).to_have_text(["Is Intune covered?", "And Power BI?"])
    other.button("down").last.click()
    expect(chat.button("down").last).to_have_attribute("aria-pressed", "true")
    other.button("start_over").click()
    other.element.get_by_role("alertdialog").get_by_role("button", name="Start over").click()
    expect(chat.questions).to_have_count(0)
    assert len({turn.conversation for turn in service.stored()}) == 1


def test_tabs_that_ask_at_once_share_one_conversation(chat: Chat, service: RunningService) -> None:
    other = _second_tab(chat)
    service.assistant.gate.clear()
    chat.ask("one")
    other.ask("two")
    service.assistant.gate.set()
    for tab in (chat, other):
        expect(tab.answers).to_have_count(2)
    assert [turn.text for turn in service.stored()] == ["one", "two"]
    assert len({turn.conversation for turn in service.stored()}) == 1


def test_another_tab_finishes_what_a_closed_one_began(chat: Chat, service: RunningService) -> None:
    other = _second_tab(chat)
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    expect(other.looking).to_be_visible()
    chat.page.close()
    service.assistant.gate.set()
    expect(other.answers).to_have_count(1)
    assert len(service.stored()) == 1


def _ask_and_minimise(chat: Chat, service: RunningService) -> None:
    service.assistant.gate.clear()
    chat.open()
    chat.ask("Is Intune covered?")
    chat.button("minimise").click()
    service.assistant.gate.set()


def test_marks_what_came_while_minimised(launched: Chat, service: RunningService) -> None:
    _ask_and_minimise(launched, service)
    expect(launched.badge).to_be_visible()
    expect(launched.launcher).to_have_accessible_name("Open the compliance assistant 1 unread answer")
    expect(launched.element.get_by_role("status").filter(has_text="1 unread answer")).to_have_count(1)
    launched.page.reload()
    expect(launched.badge).to_be_visible()
    launched.open()
    launched.button("minimise").click()
    expect(launched.badge).to_be_hidden()


def test_read_in_one_tab_is_read_in_all(launched: Chat, service: RunningService) -> None:
    other = _second_tab(launched)
    _ask_and_minimise(launched, service)
    expect(launched.badge).to_be_visible()
    expect(other.badge).to_be_visible()
    other.open()
    expect(launched.badge).to_be_hidden()


def test_works_where_storage_is_blocked(new_context: NewContext, service: RunningService) -> None:
    context = new_context()
    context.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
          Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
        }"""
    )
    page: Page = context.new_page()
    page.goto(service.url)
    chat = Chat(page)
    chat.ask_and_wait("Is Intune covered?")
    chat.ask_and_wait("And Power BI?")
    assert len({turn.conversation for turn in service.stored()}) == 1
