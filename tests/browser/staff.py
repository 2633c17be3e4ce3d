"""Somebody of the staff in front of a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from bot.transcripts.accounts import AccountError
from bot.words import Words
from tests.browser.serving import RunningService

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Staff:
    """The browser's page, the service, and the language that is read."""

    page: Page
    service: RunningService
    language: str = "en"

    def say(self, key: str, **values: object) -> str:
        """The words that the page shows for `key`."""
        return Words(self.language)(key, **values)

    def account(self, name: str, role: str = "viewer") -> None:
        """Make an account, if there is none of the name."""
        try:
            self.service.parts.accounts.add(name, PASSWORD, role)
        except AccountError as error:
            if error.key != "account_taken":
                raise

    def open(self, path: str) -> Staff:
        """Go to a page below /staff, in the language that is read."""
        mark = "&" if "?" in path else "?"
        self.page.goto(f"{self.service.url}/staff{path}{mark}lang={self.language}")
        return self

    def enter(self, name: str, password: str = PASSWORD) -> Staff:
        """Fill in the sign-in form and send it."""
        self.field("name").fill(name)
        self.field("password").fill(password)
        self.button("sign_in").click()
        return self

    def sign_in(self, role: str = "admin", name: str = "ann") -> Staff:
        """Sign in, as somebody who has the role."""
        self.account(name, role)
        self.open("/sign-in").enter(name)
        expect(self.page.locator("#account")).to_have_count(1)
        self.page.wait_for_load_state()  # its styles say what is to be seen
        return self

    def field(self, key: str) -> Locator:
        """The field with that label."""
        return self.page.get_by_label(self.say(key), exact=True).and_(self.page.locator(":visible"))

    def button(self, key: str, **values: object) -> Locator:
        """The button with these words."""
        return self.page.get_by_role("button", name=self.say(key, **values), exact=True)

    def link(self, key: str, **values: object) -> Locator:
        """The link with these words."""
        return self.page.get_by_role("link", name=self.say(key, **values), exact=True)

    def section(self, key: str) -> Locator:
        """The link to a section at the top."""
        links = self.page.locator("#sections").get_by_role("link", include_hidden=True)
        return links.filter(has_text=re.compile(f"^{re.escape(self.say(key))}$"))

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width
