"""Signing in, accounts and the audit log in a real browser: by mouse, by keyboard, on small windows, for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.browser.pictures import staff_access
from tests.browser.serving import RunningService
from tests.browser.staff import PASSWORD, Staff
from tests.browser.test_accessibility import PHONE, check_in_both_schemes
from tests.services.sign_on_provider import Provider, provider  # noqa: F401

pytestmark = pytest.mark.browser


@pytest.fixture
def staff(page: Page, service: RunningService) -> Staff:
    return Staff(page, service)


# ---- every state, as colleagues' areas can test theirs


@pytest.mark.parametrize(("language", "device"), [("zh", PHONE), ("en", {})], ids=["zh-phone", "en-desktop"])
def test_axe_finds_nothing_in_any_state_and_a_small_phone_is_wide_enough(
    make_service: Callable[..., RunningService], new_context: NewContext, language: str, device: dict[str, object]
) -> None:
    service = make_service(**staff_access.SETTINGS)
    for state in staff_access.STATES:
        context = new_context(bypass_csp=True, **device)
        staff = Staff(context.new_page(), service, language)
        state(staff)
        # axe cannot make out what lies behind the top layer, where dialogs are.
        check_in_both_schemes(staff.page, unclear_contrast=staff.page.locator(":popover-open").count() > 0)
        staff.page.set_viewport_size({"width": 320, "height": 640})
        assert staff.overflow() <= 0, state.__name__
        context.close()


# ---- signing in


def test_signing_in_with_the_keyboard_alone(staff: Staff) -> None:
    staff.account("ann", "admin")
    staff.open("/accounts/")
    expect(staff.field("name")).to_be_focused()
    keyboard = staff.page.keyboard
    keyboard.type("ann")
    keyboard.press("Tab")
    keyboard.type("guess")
    keyboard.press("Enter")
    expect(staff.page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(staff.field("name")).to_be_focused()
    keyboard.type("ann")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Tab")
    keyboard.press("Enter")

    expect(staff.page.get_by_role("heading", level=1)).to_have_text("Accounts")


def test_an_address_is_locked_after_ten_guesses(staff: Staff) -> None:
    staff.open("/sign-in")
    for number in range(10):
        staff.enter(f"somebody{number}", "guess")
        expect(staff.page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    staff.account("bob")
    staff.enter("bob")

    expect(staff.page.get_by_role("alert")).to_contain_text("Too many attempts.")


def test_a_name_is_locked_after_ten_guesses_and_an_admin_unlocks_it(staff: Staff, new_context: NewContext) -> None:
    staff.account("bob")
    for _ in range(10):
        staff.service.parts.guesses.allow("bob")
    locked_out = Staff(new_context().new_page(), staff.service)
    locked_out.open("/sign-in").enter("bob")
    expect(locked_out.page.get_by_role("alert")).to_contain_text("Too many attempts.")

    staff.sign_in().open("/accounts/")
    staff.button("account_change_of", name="bob").click()
    staff.button("account_unlock").click()
    expect(staff.page.get_by_role("status")).to_have_text("bob may try again.")
    assert staff.service.parts.guesses.allow("bob")


def test_signing_out_leads_to_the_sign_in_and_nowhere_back(staff: Staff) -> None:
    staff.sign_in().open("/accounts/")
    staff.page.locator(".account-button").click()
    staff.button("sign_out").click()
    expect(staff.field("password")).to_be_visible()
    staff.page.go_back()

    expect(staff.field("password")).to_be_visible()


def test_the_password_is_changed(staff: Staff) -> None:
    staff.sign_in("viewer", "bob")
    staff.page.locator(".account-button").click()
    staff.link("change_password").click()
    staff.field("present_password").fill(PASSWORD)
    staff.field("new_password").fill("a better pass phrase")
    staff.field("new_password_again").fill("a better pass phrase")
    staff.button("change_password").click()
    expect(staff.page.get_by_role("status")).to_contain_text("Your password is changed.")

    assert staff.service.parts.accounts.check("bob", "a better pass phrase")


# ---- single sign-on


@pytest.fixture
def trusting(make_service: Callable[..., RunningService], page: Page, provider: Provider) -> Staff:  # noqa: F811
    """A browser before a service that trusts the provider."""
    return Staff(page, make_service(**provider.settings()))


def test_a_person_comes_in_through_the_provider(trusting: Staff) -> None:
    trusting.open("/?after=1_c1")
    trusting.link("sign_in_with").click()
    trusting.page.get_by_role("button", name="ann").click()

    expect(trusting.page.get_by_role("button", name="Your account: ann@example.com")).to_be_visible()
    assert "/staff/?after=1_c1" in trusting.page.url
    user = trusting.service.parts.accounts.get("ann@example.com")
    assert (user.role, user.issuer is not None) == ("reviewer", True)


def test_who_cancels_there_is_back_here(trusting: Staff) -> None:
    trusting.open("/sign-in").link("sign_in_with").click()
    trusting.page.get_by_role("button", name="Cancel").click()
    expect(trusting.page.get_by_role("alert")).to_contain_text("or you cancelled")

    trusting.page.get_by_role("link", name="中文").click()
    expect(trusting.page.get_by_role("alert")).to_contain_text("或者你取消了登录")


def test_who_has_no_role_is_told(trusting: Staff, provider: Provider) -> None:  # noqa: F811
    provider.people["eve"] = {"sub": "eve", "preferred_username": "eve", "roles": []}
    trusting.open("/sign-in").link("sign_in_with").click()
    trusting.page.get_by_role("button", name="eve").click()

    expect(trusting.page.get_by_role("alert")).to_contain_text("gives you no role here")
    assert trusting.service.parts.accounts.all() == ()


# ---- accounts and audit log


def test_an_account_is_added_changed_and_closed(staff: Staff, new_context: NewContext) -> None:
    staff.sign_in().open("/accounts/")
    staff.button("account_new").click()
    expect(staff.field("name")).to_be_focused()
    staff.field("name").fill("Bob")
    staff.page.get_by_label("Reviewer").check()
    staff.field("account_first_password").fill(PASSWORD)
    staff.page.keyboard.press("Enter")
    row = staff.page.get_by_role("row").filter(has_text="bob")
    expect(row).to_contain_text("Reviewer")

    bob = Staff(new_context().new_page(), staff.service).sign_in("reviewer", "bob")
    staff.button("account_change_of", name="bob").click()
    staff.page.get_by_label("Role", exact=True).locator("visible=true").select_option("viewer")
    staff.button("account_set_role").click()
    expect(row).to_contain_text("Viewer")

    staff.button("account_change_of", name="bob").click()
    staff.button("account_disable").click()
    expect(row).to_contain_text("Disabled")
    bob.open("/")
    expect(bob.page.get_by_role("status")).to_have_text("Your session has ended. Sign in again to go on.")


def test_a_dialog_closes_by_key_and_gives_the_focus_back(staff: Staff) -> None:
    staff.sign_in().open("/accounts/")
    opener = staff.button("account_new")
    opener.focus()
    staff.page.keyboard.press("Enter")
    expect(staff.page.get_by_role("dialog", name="New account")).to_be_visible()
    staff.page.keyboard.press("Escape")

    expect(staff.page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_audit_log_shows_what_was_done(staff: Staff) -> None:
    staff.sign_in().open("/accounts/")
    staff.button("account_new").click()
    staff.field("name").fill("bob")
    staff.field("account_first_password").fill(PASSWORD)
    staff.button("account_add").click()
    staff.section("audit_log").click()
    staff.field("audit_who").fill("ann")
    staff.page.get_by_label("Action", exact=True).select_option("Account added")
    staff.button("audit_filter").click()

    rows = staff.page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("bob")
    staff.link("audit_all").click()
    expect(rows.first).to_contain_text("Audit log viewed")


# ---- the frame


def test_the_first_key_leads_past_the_sections(staff: Staff) -> None:
    staff.sign_in().open("/accounts/")
    staff.page.keyboard.press("Tab")
    expect(staff.link("skip")).to_be_focused()
    expect(staff.link("skip")).to_be_in_viewport()
    staff.page.keyboard.press("Enter")
    staff.page.keyboard.press("Tab")

    expect(staff.button("account_new")).to_be_focused()


def test_the_sections_say_where_one_is(staff: Staff) -> None:
    staff.sign_in().open("/audit/")

    expect(staff.section("audit_log")).to_have_attribute("aria-current", "page")
    expect(staff.section("accounts")).not_to_have_attribute("aria-current", "page")


def test_only_sections_of_ones_role_are_offered(staff: Staff) -> None:
    staff.sign_in("viewer", "bob")

    expect(staff.section("conversations")).to_be_visible()
    expect(staff.section("accounts")).to_have_count(0)
    staff.open("/audit/")
    expect(staff.page.get_by_text("Your role does not include this.")).to_be_visible()


def test_on_a_phone_the_sections_stand_behind_a_button(new_context: NewContext, service: RunningService) -> None:
    staff = Staff(new_context(**PHONE).new_page(), service).sign_in()
    expect(staff.section("accounts")).to_be_hidden()
    staff.button("menu").click()
    staff.section("accounts").click()

    expect(staff.page.get_by_role("heading", level=1)).to_have_text("Accounts")


@pytest.mark.parametrize("width", [1280, 1201, 1200, 721, 720, 421, 320])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_frame_fits_any_window(new_context: NewContext, service: RunningService, language: str, width: int) -> None:
    staff = Staff(new_context(viewport={"width": width, "height": 640}).new_page(), service, language)
    staff.sign_in("admin", "somebody.with-a-long-name@example.com").open("/accounts/")

    assert staff.overflow() <= 0


def test_the_other_language_shows_the_same_page(staff: Staff) -> None:
    staff.sign_in().open("/audit/?actor=ann")
    staff.page.get_by_role("link", name="中文").click()

    expect(staff.page.get_by_role("heading", level=1)).to_have_text("审计日志")
    expect(staff.page.get_by_label("操作人")).to_have_value("ann")
