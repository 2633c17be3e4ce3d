"""/staff/: signing in and out with a password."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from bot.services import Services
from tests.bot.conftest import Clock, MakeApp, SignedIn
from tests.bot.staff_requests import PASSWORD, send_form, sign_in, sign_out


@pytest.mark.parametrize("path", ["/staff/", "/staff/conversations/abc", "/staff/?after=1_c1"])
def test_without_a_session_every_page_leads_to_the_sign_in(client: FlaskClient, path: str) -> None:
    reply = client.get(path)

    assert reply.status_code == 302
    assert reply.location.startswith("/staff/sign-in?next=/staff/")


def test_after_signing_in_one_is_where_one_wanted_to_be(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("Ann", PASSWORD, "viewer")

    assert sign_in(client, " ANN ", next_page="/staff/conversations/abc").location == "/staff/conversations/abc"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/staff/../x//y", "javascript:1", ""],
)
def test_signing_in_never_leads_away(client: FlaskClient, parts: Services, elsewhere: str) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")

    assert sign_in(client, next_page=elsewhere).location == "/staff/"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("ann", PASSWORD + " "),
        ("' OR 1=1 --", "x"),
        ("\x00", "\x00"),
    ],
)
def test_a_wrong_name_or_password_says_which_of_both_it_is_not(
    client: FlaskClient, parts: Services, name: str, password: str
) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    reply = sign_in(client, name, password)

    assert reply.status_code == 401
    assert "Name or password is wrong." in reply.text
    assert client.get("/staff/").status_code == 302


def test_guessing_is_stopped_for_the_address_and_for_the_name(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    statuses = [sign_in(client, password="guess").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert sign_in(client).status_code == 429  # the right password does not tell either

    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    assert sign_in(client).status_code == 429
    assert sign_in(client, "bob").status_code == 401


def test_signing_in_does_not_count_as_guessing(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")

    for _ in range(12):
        assert sign_in(client).status_code == 302
        sign_out(client)


def test_a_locked_name_says_so_and_opens_again_by_itself(
    client: FlaskClient, parts: Services, moved_clock: Clock
) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    for _ in range(11):
        parts.guesses.allow("ann")
    assert "Wait 15 minutes" in sign_in(client).text

    moved_clock.forward(minutes=16)
    assert sign_in(client).status_code == 302


def test_a_name_without_an_account_is_locked_alike(client: FlaskClient, parts: Services) -> None:
    for _ in range(10):
        parts.guesses.allow("nobody")

    assert sign_in(client, "nobody").status_code == 429


def test_refused_sign_ins_are_recorded_without_what_was_typed(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    sign_in(client, "ann", "guess")
    sign_in(client, "my password, in the wrong field", "x")

    newest, before, _ = parts.audit.newest()
    assert (newest.action, newest.target) == ("sign_in.refused", "")
    assert (before.action, before.target, before.actor) == ("sign_in.refused", "ann", "")
    assert not any("wrong field" in row.details + row.target for row in parts.audit.newest())


def test_who_is_signed_in_is_not_asked_again(signed_in: SignedIn) -> None:
    reply = signed_in("viewer").get("/staff/sign-in?next=/staff/password")

    assert (reply.status_code, reply.location) == (302, "/staff/password")


def test_the_cookie_is_kept_from_scripts_and_from_the_api(make_app: MakeApp) -> None:
    client = make_app(PUBLIC_URL="https://faq.example.com").test_client()
    cookie = client.get("/staff/sign-in").headers["Set-Cookie"]

    for part in ("HttpOnly", "SameSite=Lax", "Path=/staff", "Secure", "Expires="):
        assert part in cookie


def test_one_changes_ones_own_password(signed_in: SignedIn, parts: Services) -> None:
    client, elsewhere = signed_in("viewer", "ann"), signed_in("viewer", "ann")
    changed = {
        "password": PASSWORD,
        "new_password": "a better pass phrase",
        "new_password_again": "a better pass phrase",
    }

    assert send_form(client, "/staff/password", changed).location == "/staff/password"
    assert "Your password is changed." in client.get("/staff/password").text
    assert elsewhere.get("/staff/").status_code == 302
    assert parts.accounts.check("ann", "a better pass phrase")
    assert (parts.audit.newest()[0].actor, parts.audit.newest()[0].action) == ("ann", "account.password_changed")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"password": "guess"}, "The present password is wrong."),
        ({"new_password_again": "something else here"}, "The two new passwords differ."),
        ({"new_password": "short", "new_password_again": "short"}, "at least 12 characters"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    signed_in: SignedIn, parts: Services, fields: dict[str, str], reason: str
) -> None:
    new = {"password": PASSWORD, "new_password": "a better pass phrase", "new_password_again": "a better pass phrase"}
    reply = send_form(signed_in("viewer"), "/staff/password", {**new, **fields})

    assert reply.status_code == 400
    assert reason in reply.text
    assert parts.accounts.check("viewer", PASSWORD)


def test_the_present_password_cannot_be_guessed_from_an_open_session(signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    statuses = [send_form(client, "/staff/password", {"password": "guess"}).status_code for _ in range(11)]

    assert statuses == [400] * 10 + [429]
