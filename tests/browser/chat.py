"""The chat as a person meets it: what can be seen and pressed, by its role and name where it has one."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

WORDS = {
    "en": {
        "launcher": "Open the compliance assistant",
        "field": "Your question",
        "send": "Send",
        "minimise": "Minimise",
        "start_over": "Start over",
        "person": "Talk to a person",
        "again": "Send again",
        "discard": "Delete",
        "up": "Helpful",
        "down": "Not helpful",
        "copy": "Copy answer",
    },
    "zh": {
        "launcher": "打开合规助手",
        "field": "你的问题",
        "send": "发送",
        "minimise": "收起",
        "start_over": "重新开始",
        "person": "联系人工",
        "again": "重新发送",
        "discard": "删除",
        "up": "有帮助",
        "down": "没有帮助",
        "copy": "复制答复",
    },
}


class Chat:
    """The one chat of a page, in the language of its interface."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page = page
        self.words = WORDS[language]
        self.element = page.locator("compliance-chat")
        self.panel = self.element.locator(".panel")
        self.launcher = self.element.locator(".launcher")
        self.badge = self.element.locator(".badge")
        self.log = self.element.get_by_role("log")
        self.field = self.element.get_by_label(self.words["field"], exact=True)
        self.questions = self.element.locator(".asked p")
        self.answers = self.element.locator(".outcome .answer")
        self.chips = self.element.locator(".chip")
        self.looking = self.element.locator(".looking")
        self.failure = self.element.locator(".failure")
        self.notes = self.element.locator(".notes")
        self.toast = self.element.locator(".toast")

    def button(self, name: str) -> Locator:
        """A button by its key in WORDS."""
        return self.panel.get_by_role("button", name=self.words[name], exact=True)

    def open(self) -> Chat:
        """Press the launcher."""
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def type(self, text: str) -> None:
        """Put a text into the field, without sending it."""
        self.field.fill(text)

    def ask(self, text: str) -> None:
        """Type a question and press Enter."""
        self.field.fill(text)
        self.field.press("Enter")

    def ask_and_wait(self, text: str) -> Locator:
        """Ask a question; returns its answer once it is there."""
        before = self.answers.count()
        self.ask(text)
        expect(self.answers).to_have_count(before + 1)
        return self.answers.last

    def focused(self) -> str:
        """Class of the element inside the chat that has the focus; "" when none has."""
        return str(self.element.evaluate("chat => chat.shadowRoot.activeElement?.className ?? ''"))


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG's contrast ratio of two colours given as red, green and blue; worked out here a second time."""

    def luminance(colour: list[int]) -> float:
        shares = [value / 255 for value in colour]
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
