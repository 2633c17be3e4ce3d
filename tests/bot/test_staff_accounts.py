"""Staff accounts, and the admins' page of them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from bot.errors import StorageUnavailable
from bot.services import Services
from bot.transcripts.accounts import AccountError
from tests.bot.conftest import SignedIn
from tests.bot.staff_requests import PASSWORD, send_form, sign_in


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in("admin", "ann")


def last_row(parts: Services) -> tuple[str, str, str, str]:
    row = parts.audit.newest(limit=1)[0]
    return (row.actor, row.action, row.target, row.details)


@pytest.mark.parametrize(
    ("name", "password", "role", "reason"),
    [
        ("ann", "short", "viewer", "at least 12 characters"),
        ("ann", PASSWORD, "owner", "the role has to be one of viewer, reviewer, admin"),
        ("a b", PASSWORD, "viewer", "the name has to be"),
        ("", PASSWORD, "viewer", "the name has to be"),
        ("TAKEN", PASSWORD, "viewer", "there is already an account taken"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(
    parts: Services, name: str, password: str, role: str, reason: str
) -> None:
    parts.accounts.add("taken", PASSWORD, "admin")

    with pytest.raises(AccountError, match=reason):
        parts.accounts.add(name, password, role)


def test_names_of_any_script_are_accounts(parts: Services) -> None:
    parts.accounts.add("李雷", PASSWORD, "viewer")

    assert parts.accounts.check("李雷", PASSWORD)


def test_passwords_are_kept_as_argon2_hashes(parts: Services) -> None:
    user = parts.accounts.add("ann", PASSWORD, "viewer")

    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in repr(user) and user.password_hash not in repr(user)


def test_an_admin_adds_an_account(admin: FlaskClient, parts: Services) -> None:
    send_form(admin, "/staff/accounts/", {"name": "Bob", "password": PASSWORD, "role": "reviewer"})

    assert parts.accounts.get("bob").role == "reviewer"
    assert last_row(parts) == ("ann", "account.added", "bob", '{"role": "reviewer"}')
    assert "bob may sign in now." in admin.get("/staff/accounts/").text


@pytest.mark.parametrize(
    ("path", "fields", "reason"),
    [
        ("", {"name": "ann", "password": PASSWORD, "role": "viewer"}, "There is already an account of that name."),
        ("", {"name": "bob", "password": "short", "role": "viewer"}, "at least 12 characters"),
        ("", {"name": "b b", "password": PASSWORD, "role": "viewer"}, "A name has 1 to 64"),
        ("", {"name": "bob", "password": PASSWORD, "role": "owner"}, "There is no such role."),
        ("nobody/role", {"role": "viewer"}, "There is no such account."),
        ("nobody/password", {"password": PASSWORD}, "There is no such account."),
        ("ann/password", {"password": "short"}, "at least 12 characters"),
        ("ann/role", {"role": "owner"}, "There is no such role."),
        ("ann/role", {"role": "viewer"}, "No admin would be left."),
        ("ann/disabled", {"disabled": "yes"}, "No admin would be left."),
        ("eve/role", {"role": "viewer"}, "The sign-on provider decides the role"),
        ("eve/password", {"password": PASSWORD}, "This account signs in elsewhere"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    admin: FlaskClient, parts: Services, path: str, fields: dict[str, str], reason: str
) -> None:
    parts.accounts.of_subject("https://id.example.com", "1", "eve", "viewer")
    before = parts.accounts.all(), parts.audit.newest()
    reply = send_form(admin, f"/staff/accounts/{path}", fields)

    assert reply.status_code == 400
    assert reason in reply.text
    assert (parts.accounts.all(), parts.audit.newest()) == before


def test_an_admin_changes_a_role(admin: FlaskClient, parts: Services, signed_in: SignedIn) -> None:
    signed_in("viewer", "bob")
    send_form(admin, "/staff/accounts/bob/role", {"role": "reviewer"})

    assert parts.accounts.get("bob").role == "reviewer"
    assert last_row(parts) == ("ann", "account.role_changed", "bob", '{"role": "reviewer"}')


def test_an_admin_closes_an_account_and_opens_it_again(
    admin: FlaskClient, parts: Services, signed_in: SignedIn
) -> None:
    bob = signed_in("viewer", "bob")
    send_form(admin, "/staff/accounts/bob/disabled", {"disabled": "yes"})
    assert bob.get("/staff/").status_code == 302
    assert sign_in(bob, "bob").status_code == 401
    assert last_row(parts)[1] == "sign_in.refused"

    send_form(admin, "/staff/accounts/bob/disabled", {"disabled": "no"})
    assert last_row(parts)[:3] == ("ann", "account.enabled", "bob")
    assert sign_in(bob, "bob").status_code == 302


def test_an_admin_gives_a_new_password_which_unlocks(admin: FlaskClient, parts: Services, client: FlaskClient) -> None:
    parts.accounts.add("bob", PASSWORD, "viewer")
    for _ in range(11):
        parts.guesses.allow("bob")
    assert "Locked" in admin.get("/staff/accounts/").text
    send_form(admin, "/staff/accounts/bob/password", {"password": "another good password"})

    assert last_row(parts)[:3] == ("ann", "account.password_changed", "bob")
    assert sign_in(client, "bob", "another good password").status_code == 302


def test_an_admin_unlocks_an_account(admin: FlaskClient, parts: Services, client: FlaskClient) -> None:
    parts.accounts.add("bob", PASSWORD, "viewer")
    for _ in range(11):
        parts.guesses.allow("bob")
    send_form(admin, "/staff/accounts/bob/unlock")

    assert last_row(parts)[:3] == ("ann", "account.unlocked", "bob")
    assert sign_in(client, "bob").status_code == 302


def test_an_account_is_not_changed_if_that_cannot_be_recorded(parts: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    parts.accounts.add("ann", PASSWORD, "admin")

    def fail(*arguments: object) -> None:
        raise StorageUnavailable("no")

    monkeypatch.setattr(parts.audit, "record", fail)
    with pytest.raises(StorageUnavailable):
        parts.accounts.add("bob", PASSWORD, "admin")
    with pytest.raises(StorageUnavailable):
        parts.accounts.set_password("ann", "another good password")

    assert [user.name for user in parts.accounts.all()] == ["ann"]
    assert parts.accounts.check("ann", PASSWORD)


# ---- people for whom a sign-on provider vouches


def test_the_subject_decides_whose_account_it_is(parts: Services) -> None:
    ann = parts.accounts.of_subject("https://id.example.com", "1", "ann", "viewer")
    renamed = parts.accounts.of_subject("https://id.example.com", "1", "ann.smith", "reviewer")

    assert (renamed.id, renamed.name, renamed.role) == (ann.id, "ann", "reviewer")


@pytest.mark.parametrize(
    ("issuer", "subject"), [("https://id.example.com", "2"), ("https://other.example.com", "1")], ids=str
)
def test_a_name_never_leads_to_somebody_elses_account(parts: Services, issuer: str, subject: str) -> None:
    local = parts.accounts.add("ann", PASSWORD, "admin")
    first = parts.accounts.of_subject("https://id.example.com", "1", "Ann", "viewer")
    second = parts.accounts.of_subject(issuer, subject, "ANN", "viewer")

    assert len({local.id, first.id, second.id}) == 3
    assert first.name.startswith("ann+") and second.name.startswith("ann+") and first.name != second.name
    assert parts.accounts.get("ann").role == "admin"


@pytest.mark.parametrize("name", ["", "Ann Smith", "a" * 65, "\u202eann", "<b>"])
def test_a_name_that_is_none_makes_an_account_all_the_same(parts: Services, name: str) -> None:
    assert parts.accounts.of_subject("https://id.example.com", "1", name, "viewer").name == "person"


def test_nobody_gets_in_with_a_password_where_a_provider_vouches(parts: Services) -> None:
    parts.accounts.of_subject("https://id.example.com", "1", "ann", "viewer")

    assert parts.accounts.check("ann", "") is None
    assert parts.accounts.check("ann", "nobody has this password") is None


def test_a_closed_account_stays_closed_to_the_provider(parts: Services) -> None:
    parts.accounts.of_subject("https://id.example.com", "1", "ann", "viewer")
    parts.accounts.set_disabled("ann", True)

    with pytest.raises(AccountError, match="disabled"):
        parts.accounts.of_subject("https://id.example.com", "1", "ann", "viewer")
