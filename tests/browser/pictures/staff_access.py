"""Signing in, one's own password, accounts, the audit log, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.staff import PASSWORD, Staff

# Nobody answers at this port.
SETTINGS = {
    "OIDC_ISSUER": "http://127.0.0.1:9",
    "OIDC_CLIENT_ID": "faq",
    "OIDC_CLIENT_SECRET": "a secret of these pictures",
}


def sign_in(staff: Staff) -> None:
    """Asked who one is."""
    staff.open("/sign-in")


def wrong_password(staff: Staff) -> None:
    """A wrong password."""
    staff.account("ann", "admin")
    staff.open("/sign-in").enter("ann", "guess")
    expect(staff.page.get_by_role("alert")).to_be_visible()


def locked(staff: Staff) -> None:
    """Too many wrong passwords."""
    for _ in range(11):
        staff.service.parts.guesses.allow("eve")
    staff.open("/sign-in").enter("eve")
    expect(staff.page.get_by_role("alert")).to_have_text(staff.say("locked"))


def no_role(staff: Staff) -> None:
    """Back from single sign-on, without a role."""
    staff.open("/sign-in?problem=no_role")


def provider_down(staff: Staff) -> None:
    """Single sign-on cannot be reached."""
    staff.open("/sign-in").link("sign_in_with").click()
    expect(staff.page.get_by_role("alert")).to_have_text(staff.say("sign_on_unreachable"))


def session_over(staff: Staff) -> None:
    """Back after the session has ended."""
    staff.sign_in(name="ann")
    staff.service.parts.accounts.set_password("ann", PASSWORD)  # which ends it
    staff.open("/password")
    expect(staff.page.get_by_role("status")).to_have_text(staff.say("session_over"))


def account_menu(staff: Staff) -> None:
    """The menu of one's own account."""
    staff.sign_in().page.locator(".account-button").click()


def sections_menu(staff: Staff) -> None:
    """The sections, behind a button where the window is small."""
    button = staff.sign_in().page.locator(".menu-button")
    if button.is_visible():
        button.click()


def own_password(staff: Staff) -> None:
    """One's own password."""
    staff.sign_in().open("/password")


def own_password_wrong(staff: Staff) -> None:
    """The present password was wrong."""
    staff.sign_in("viewer", "li.lei").open("/password")
    staff.field("present_password").fill("guess")
    staff.field("new_password").fill("a better pass phrase")
    staff.field("new_password_again").fill("a better pass phrase")
    staff.button("change_password").click()
    expect(staff.page.get_by_role("alert")).to_be_visible()


def accounts(staff: Staff) -> None:
    """The accounts."""
    _some_accounts(staff)
    staff.sign_in().open("/accounts/")


def new_account(staff: Staff) -> None:
    """A new account."""
    accounts(staff)
    staff.button("account_new").click()
    expect(staff.field("account_first_password")).to_be_visible()


def change_account(staff: Staff) -> None:
    """Changing an account that is locked."""
    accounts(staff)
    staff.button("account_change_of", name="li.lei").click()


def change_sign_on_account(staff: Staff) -> None:
    """Changing an account that a provider vouches for."""
    accounts(staff)
    staff.button("account_change_of", name="mei@example.com").click()


def account_added(staff: Staff) -> None:
    """An account was just added."""
    new_account(staff)
    name = f"chen.{staff.page.evaluate('Date.now()')}"
    staff.field("name").fill(name)
    staff.field("account_first_password").fill(PASSWORD)
    staff.button("account_add").click()
    expect(staff.page.get_by_role("status")).to_have_text(staff.say("account_added", name=name))


def account_refused(staff: Staff) -> None:
    """What cannot be done."""
    accounts(staff)
    staff.button("account_new").click()
    staff.field("name").fill("ann")
    staff.field("account_first_password").fill(PASSWORD)
    staff.button("account_add").click()
    expect(staff.page.get_by_role("alert")).to_have_text(staff.say("account_taken"))


def audit(staff: Staff) -> None:
    """The audit log."""
    record = staff.service.parts.audit.record
    record("mei@example.com", "conversation.viewed", "01JC4Z6Q2K9D8V7T5R3M1N0PWX", {"turns": 4})
    staff.sign_in().open("/audit/")


def audit_filtered(staff: Staff) -> None:
    """The audit log of one person."""
    _some_accounts(staff)
    staff.sign_in().open("/audit/?actor=mei@example.com")


def audit_none(staff: Staff) -> None:
    """A filter that nothing passes."""
    staff.sign_in().open("/audit/?actor=nobody")


def may_not(staff: Staff) -> None:
    """A page for another role."""
    staff.sign_in("viewer", "bob").open("/audit/")


def not_found(staff: Staff) -> None:
    """An address that leads nowhere."""
    staff.sign_in().open("/conversations/nothing")


def form_old(staff: Staff) -> None:
    """A form whose token does not count any more."""
    staff.open("/sign-in")
    staff.page.locator("[name=csrf_token]").evaluate("field => { field.value = 'old'; }")
    staff.enter("ann")
    expect(staff.page.get_by_role("heading", level=1)).to_have_text(staff.say("form_old_title"))


def _some_accounts(staff: Staff) -> None:
    parts = staff.service.parts
    for name, role in (("ann", "admin"), ("li.lei", "reviewer"), ("bob", "viewer"), ("tom.former", "reviewer")):
        staff.account(name, role)
    parts.accounts.of_subject("https://id.example.com", "mei", "mei@example.com", "reviewer")
    if not parts.accounts.get("tom.former").disabled:
        parts.accounts.set_disabled("tom.former", True)
    for _ in range(11):
        parts.guesses.allow("li.lei")


STATES: tuple[Callable[[Staff], None], ...] = (
    sign_in, wrong_password, locked, no_role, provider_down, session_over, account_menu, sections_menu, own_password,
    own_password_wrong, accounts, new_account, change_account, change_sign_on_account, account_added, account_refused,
    audit, audit_filtered, audit_none, may_not, not_found, form_old,
)  # fmt: skip
