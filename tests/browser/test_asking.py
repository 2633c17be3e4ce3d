"""Asking, reading, judging: the chat when everything works."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, expect

from bot.assistant.protocol import Reply, Source
from tests.browser.chat import Chat
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService, Site

pytestmark = pytest.mark.browser


def test_answers_with_source_and_date(chat: Chat, service: RunningService) -> None:
    answer = chat.ask_and_wait("Is Intune covered?")
    expect(chat.questions).to_have_text(["Is Intune covered?"])
    expect(answer.locator(".prose")).to_have_text("Yes, Intune is covered.")
    expect(answer.locator("time")).to_have_text("Page dated 5 December 2019")
    certificate = answer.get_by_role("link").first
    expect(certificate).to_have_attribute("href", "https://example.com/certificate.pdf")
    expect(certificate).to_have_attribute("target", "_blank")
    expect(certificate).to_have_attribute("rel", "noopener noreferrer")
    expect(certificate).to_contain_text("example.com")
    own_page = answer.get_by_role("link").nth(1)
    expect(own_page).to_have_attribute("href", f"{service.url}/pages/iso-20000-1-2011#coverage_service/service")


def test_answers_in_chinese(new_context: NewContext, service: RunningService) -> None:
    page = new_context(locale="zh-CN").new_page()
    page.goto(service.url)
    chat = Chat(page, "zh")
    answer = chat.ask_and_wait("Intune 在范围内吗？")
    expect(answer.locator(".prose")).to_have_text("是的，Intune 在认证范围内。")
    expect(answer.locator("time")).to_have_text("页面日期：2019年12月5日")


def test_greets_with_questions_to_start_from(launched: Chat) -> None:
    launched.open()
    expect(launched.element.locator(".greeting")).to_contain_text("Ask me which services")
    expect(launched.chips).to_have_count(3)
    launched.chips.first.click()
    expect(launched.questions).to_have_text(["Which services does the certification cover?"])
    expect(launched.answers).to_have_count(1)


def test_offers_follow_ups_of_the_last_answer_only(chat: Chat) -> None:
    chat.ask_and_wait("Is Intune covered?")
    expect(chat.chips).to_have_text(["And the certificate?"])
    chat.chips.first.click()
    expect(chat.questions).to_have_text(["Is Intune covered?", "And the certificate?"])
    expect(chat.chips).to_have_text(["Talk to a person"])


def test_shows_that_it_is_looking(chat: Chat, service: RunningService) -> None:
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    expect(chat.looking).to_contain_text("Looking it up…")
    expect(chat.chips).to_have_count(0)
    service.assistant.gate.set()
    expect(chat.answers).to_have_count(1)
    expect(chat.looking).to_have_count(0)


def test_text_stays_text(chat: Chat, service: RunningService) -> None:
    markup = '<img src=x onerror="alert(1)"> & <b>bold</b> https://example.com/'
    reply = f"{markup}\n\nTwo points:\n- one <i>1</i>\n- two\nand an end"
    service.assistant.replies[markup] = Reply(reply, "en", True, "standard", 0.9)
    answer = chat.ask_and_wait(markup)
    expect(chat.questions).to_have_text([markup])
    expect(answer.locator("p")).to_have_text([markup, "Two points:", "and an end"])
    expect(answer.locator("ul li")).to_have_text(["one <i>1</i>", "two"])
    expect(chat.element.locator("img, b, i, .prose a, .asked a")).to_have_count(0)


def test_only_web_pages_become_links(chat: Chat, service: RunningService) -> None:
    sources = (
        Source("Bad", "javascript:alert(1)"),
        Source("Data", "data:text/html,x"),
        Source("Broken", "https://"),
        Source("Good", "https://example.com/"),
    )
    service.assistant.replies["Sources?"] = Reply("Here.", "en", True, "resources", 0.9, sources=sources)
    answer = chat.ask_and_wait("Sources?")
    expect(answer.locator(".sources li")).to_have_count(4)
    expect(answer.get_by_role("link")).to_have_count(1)
    expect(answer.get_by_role("link")).to_have_attribute("href", "https://example.com/")


def test_takes_a_thumb_and_a_comment(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.button("down").click()
    expect(chat.button("down")).to_have_attribute("aria-pressed", "true")
    comment = chat.element.get_by_label("What was wrong or missing? (optional)")
    comment.fill("Which plan?")
    chat.element.get_by_role("button", name="Send comment").click()
    expect(chat.toast).to_have_text("Thank you for telling us.")
    expect(comment).to_have_count(0)
    assert [(turn.feedback, turn.comment) for turn in service.stored()] == [("down", "Which plan?")]
    chat.button("up").click()
    expect(chat.button("up")).to_have_attribute("aria-pressed", "true")
    expect(chat.button("down")).to_have_attribute("aria-pressed", "false")
    assert [turn.feedback for turn in service.stored()] == ["up"]


def test_a_comment_is_optional(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.button("up").click()
    chat.element.get_by_role("button", name="Not now").click()
    expect(chat.element.locator(".comment")).to_have_count(0)
    assert chat.focused() == "icon-button"
    assert [turn.feedback for turn in service.stored()] == ["up"]


def test_copies_an_answer_with_its_sources(new_context: NewContext, service: RunningService) -> None:
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(service.url)
    chat = Chat(page)
    chat.ask_and_wait("Is Intune covered?")
    chat.button("copy").click()
    expect(chat.toast).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "Yes, Intune is covered.\n\n"
        "Certificate: https://example.com/certificate.pdf\n"
        f"Page: {service.url}/pages/iso-20000-1-2011#coverage_service/service\n"
        "Page dated 5 December 2019"
    )


def test_says_when_it_cannot_copy(new_context: NewContext, service: RunningService) -> None:
    page = new_context(permissions=[]).new_page()
    page.goto(service.url)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('denied')); }")
    chat = Chat(page)
    chat.ask_and_wait("Is Intune covered?")
    chat.button("copy").click()
    expect(chat.toast).to_have_text("Could not copy")


def test_copies_on_pages_without_a_secure_origin(chat: Chat) -> None:
    chat.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    chat.ask_and_wait("Is Intune covered?")
    chat.page.evaluate(
        "document.addEventListener('copy', () => "
        "{ window.copied = document.querySelector('compliance-chat').shadowRoot.activeElement.value; })"
    )
    chat.button("copy").click()
    expect(chat.toast).to_have_text("Copied")
    assert chat.page.evaluate("window.copied").startswith("Yes, Intune is covered.\n\nCertificate: ")
    assert chat.focused() == "icon-button"


def test_asks_for_a_person(chat: Chat, service: RunningService) -> None:
    chat.button("person").click()
    expect(chat.answers).to_have_count(1)
    assert [turn.text for turn in service.stored()] == ["I would like to talk to a person"]


def test_starts_over_when_asked_to(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.button("start_over").click()
    question = chat.element.get_by_role("alertdialog", name="Start over?")
    expect(question).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(chat.questions).to_have_count(1)
    chat.button("start_over").click()
    question.get_by_role("button", name="Start over").click()
    expect(chat.questions).to_have_count(0)
    expect(chat.chips).to_have_count(3)
    chat.ask_and_wait("Is Intune covered?")
    assert len({turn.conversation for turn in service.stored()}) == 2


def test_what_was_on_its_way_does_not_come_back_after_starting_over(chat: Chat, service: RunningService) -> None:
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    service.assistant.arrived.acquire()
    chat.button("start_over").click()
    chat.element.get_by_role("alertdialog").get_by_role("button", name="Start over").click()
    chat.ask("And now?")
    service.assistant.gate.set()
    expect(chat.answers).to_have_count(1)
    expect(chat.questions).to_have_text(["And now?"])


def test_enter_sends_and_shift_enter_breaks_the_line(chat: Chat) -> None:
    chat.type("First")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("second")
    expect(chat.field).to_have_value("First\nsecond")
    chat.field.press("Enter")
    expect(chat.questions).to_have_text(["First\nsecond"])
    expect(chat.field).to_have_value("")


def test_sends_nothing_blank(chat: Chat, service: RunningService) -> None:
    chat.ask("  \n ")
    chat.button("send").click()
    chat.ask_and_wait("Is Intune covered?")
    assert len(service.stored()) == 1


def test_keeps_a_text_that_is_too_long(chat: Chat, service: RunningService) -> None:
    chat.ask("x" * 8001)
    problem = chat.element.locator(".problem")
    expect(problem).to_have_text("That is too long: 8001 characters, 8000 at most.")
    expect(chat.field).to_have_value("x" * 8001)
    chat.ask_and_wait("x" * 8000)
    expect(problem).to_have_text("")


def test_answers_in_the_order_of_the_questions(chat: Chat, service: RunningService) -> None:
    service.assistant.gate.clear()
    for text in ("one", "Intune two", "three"):
        chat.ask(text)
    expect(chat.looking).to_have_count(1)
    service.assistant.gate.set()
    expect(chat.answers).to_have_count(3)
    expect(chat.questions).to_have_text(["one", "Intune two", "three"])
    assert [turn.text for turn in service.stored()] == ["one", "Intune two", "three"]
    assert len({turn.conversation for turn in service.stored()}) == 1


def test_offers_to_ask_again_after_an_apology(chat: Chat, service: RunningService) -> None:
    service.assistant.error = RuntimeError("no")
    chat.ask_and_wait("Is Intune covered?")
    service.assistant.error = None
    chat.chips.filter(has_text="Ask again").click()
    expect(chat.answers.last).to_contain_text("Yes, Intune is covered.")


def _compose(keyboard: CDPSession, text: str) -> None:
    """Type with an input method, as far as its suggestion."""
    keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


def test_enter_of_an_input_method_does_not_send(chat: Chat, service: RunningService) -> None:
    keyboard = chat.page.context.new_cdp_session(chat.page)
    chat.field.focus()
    _compose(keyboard, "renzheng")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    for type_ in ("rawKeyDown", "keyUp"):
        keyboard.send("Input.dispatchKeyEvent", {"type": type_, **enter})
    expect(chat.field).to_have_value("renzheng")
    expect(chat.questions).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "认证"})
    expect(chat.field).to_have_value("认证")
    # Safari ends the composition first and then reports the same Enter as key 229.
    chat.field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    expect(chat.questions).to_have_count(0)
    chat.field.press("Enter")
    expect(chat.questions).to_have_text(["认证"])


def test_escape_of_an_input_method_does_not_close(launched: Chat) -> None:
    launched.open()
    keyboard = launched.page.context.new_cdp_session(launched.page)
    _compose(keyboard, "ren")
    keyboard.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
    )
    expect(launched.panel).to_be_visible()


def test_long_answers_start_at_their_question(chat: Chat, service: RunningService) -> None:
    text = "\n".join(f"Line {number}" for number in range(60))
    service.assistant.replies["Long?"] = Reply(text, "en", True, "standard", 0.9)
    chat.ask_and_wait("Is Intune covered?")
    chat.ask_and_wait("Long?")
    expect(chat.questions.last).to_be_in_viewport()
    expect(chat.answers.last.get_by_text("Line 59")).not_to_be_in_viewport()


def test_points_to_an_answer_below_the_fold(chat: Chat, service: RunningService) -> None:
    text = "\n".join(f"Line {number}" for number in range(60))
    service.assistant.replies["Long?"] = Reply(text, "en", True, "standard", 0.9)
    chat.ask_and_wait("Long?")
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    chat.log.evaluate("log => { log.scrollTop = 0; }")
    service.assistant.gate.set()
    jump = chat.element.get_by_role("button", name="New answer")
    jump.click()
    expect(chat.answers.last).to_be_in_viewport()
    expect(jump).to_be_hidden()


def test_opens_and_asks_for_the_page_around_it(launched: Chat, site: Site) -> None:
    launched.element.evaluate("chat => { chat.open(); chat.ask('Is Intune covered?'); }")
    expect(launched.answers).to_have_count(1)
    launched.element.evaluate("chat => chat.close()")
    expect(launched.panel).to_be_hidden()
