"""Sessions of staff: how long they last, and what ends them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.services import Services
from tests.bot.conftest import Clock, MakeApp, SignedIn
from tests.bot.staff_requests import PASSWORD, send_form, sign_in, sign_out


def is_in(client: FlaskClient) -> bool:
    return client.get("/staff/").status_code == 200


def copied(client: FlaskClient, app: Flask) -> FlaskClient:
    """A browser that got hold of another one's cookie."""
    cookie = client.get_cookie("staff", path="/staff")
    assert cookie
    thief = app.test_client()
    thief.set_cookie("staff", cookie.value, path="/staff")
    return thief


def test_a_session_ends_when_nobody_uses_it(signed_in: SignedIn, moved_clock: Clock) -> None:
    client = signed_in("viewer")
    for _ in range(3):
        moved_clock.forward(minutes=59)
        assert is_in(client)

    moved_clock.forward(minutes=61)
    assert not is_in(client)


def test_a_session_ends_even_if_it_is_used(signed_in: SignedIn, moved_clock: Clock) -> None:
    client = signed_in("viewer")
    for _ in range(12 * 60 // 30 - 1):
        moved_clock.forward(minutes=30)
        assert is_in(client)

    moved_clock.forward(minutes=31)
    assert not is_in(client)


def test_the_limits_are_settings(make_app: MakeApp, moved_clock: Clock) -> None:
    app = make_app(STAFF_IDLE_MINUTES="5", STAFF_SESSION_HOURS="1")
    app.extensions["compliance-faq"].accounts.add("ann", PASSWORD, "viewer")
    client = app.test_client()
    sign_in(client)

    moved_clock.forward(minutes=4)
    assert is_in(client)
    moved_clock.forward(minutes=6)
    assert not is_in(client)


def test_who_comes_back_too_late_is_told(signed_in: SignedIn, moved_clock: Clock) -> None:
    client = signed_in("viewer")
    moved_clock.forward(hours=2)
    reply = client.get("/staff/password")

    assert reply.location == "/staff/sign-in?next=/staff/password"
    assert "Your session has ended." in client.get(reply.location).text
    assert "Your session has ended." not in client.get(reply.location).text


def test_a_form_sent_too_late_leads_back_to_its_page(signed_in: SignedIn, moved_clock: Clock) -> None:
    client = signed_in("viewer")
    with client.session_transaction(path="/staff/") as session:
        assert session["_user_id"]
    token_page = client.get("/staff/password").text
    token = token_page.split('name="csrf_token" value="')[1].split('"')[0]
    moved_clock.forward(hours=2)
    referrer = {"Referer": "http://localhost/staff/conversations/abc"}
    reply = client.post("/staff/password", data={"csrf_token": token}, headers=referrer)

    assert reply.location == "/staff/sign-in?next=/staff/conversations/abc"


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(signed_in: SignedIn, app: Flask) -> None:
    client = signed_in("viewer")
    thief = copied(client, app)
    assert is_in(thief)

    sign_out(client)
    assert not is_in(client)
    assert not is_in(thief)


def test_signing_in_again_ends_the_session_before(signed_in: SignedIn, app: Flask, parts: Services) -> None:
    client = signed_in("viewer")
    before = copied(client, app)
    parts.accounts.add("ann", PASSWORD, "admin")
    send_form(client, "/staff/sign-in", {"name": "ann", "password": PASSWORD})

    assert is_in(client)
    assert not is_in(before)


def test_a_cookie_from_before_the_sign_in_is_worth_nothing(client: FlaskClient, parts: Services, app: Flask) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    client.get("/staff/sign-in")
    planted = copied(client, app)
    sign_in(client)

    assert is_in(client)
    assert not is_in(planted)


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_a_new_password_or_a_closed_account_ends_open_sessions(
    signed_in: SignedIn, parts: Services, change: str
) -> None:
    client = signed_in("viewer")
    if change == "password":
        parts.accounts.set_password("viewer", "another good password")
    else:
        parts.accounts.set_disabled("viewer", True)
    assert not is_in(client)

    parts.accounts.set_disabled("viewer", False)
    assert not is_in(client)


def test_a_new_role_holds_from_the_next_request(signed_in: SignedIn, parts: Services) -> None:
    client = signed_in("viewer")
    assert client.get("/staff/audit/").status_code == 403

    parts.accounts.set_role("viewer", "admin")
    assert client.get("/staff/audit/").status_code == 200


def test_the_database_holds_nothing_that_opens_a_session(signed_in: SignedIn, parts: Services) -> None:
    client = signed_in("viewer")
    with client.session_transaction(path="/staff/") as session:
        token = session["_user_id"]
    with parts.database.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM staff_sessions").all())

    assert token not in stored
