"""Single sign-on, against a provider that runs here."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from bot.services import Services
from bot.settings import load_settings
from bot.sign_on import role_of
from tests.bot.conftest import MakeApp
from tests.bot.staff_requests import PASSWORD, sign_out
from tests.services.bot_framework_server import public_jwk
from tests.services.sign_on_provider import CLIENT_SECRET, Provider, Signer

HTML = {"Accept": "text/html"}


@pytest.fixture
def app(make_app: MakeApp, provider: Provider) -> Flask:
    return make_app(**provider.settings())


def begin(client: FlaskClient, wanted: str = "") -> dict[str, str]:
    """What the browser is sent to the provider with."""
    reply = client.get("/staff/sign-on/", query_string={"next": wanted})
    assert reply.status_code == 302, reply.text
    return dict(parse_qsl(urlsplit(reply.location).query))


def come_back(client: FlaskClient, provider: Provider, person: str = "ann", wanted: str = "") -> TestResponse:
    """The whole way, up to what the service answers to the code."""
    return open_page(client, provider.grant(begin(client, wanted), person))


def open_page(client: FlaskClient, url: str) -> TestResponse:
    """The page at an address; where the way in ends with a refusal, the page that says so."""
    address = urlsplit(url)
    reply = client.get(f"{address.path}?{address.query}", headers=HTML)
    return client.get(reply.location, headers=HTML) if "problem=" in (reply.location or "") else reply


def newest(parts: Services) -> tuple[str, str, str]:
    row = parts.audit.newest(limit=1)[0]
    return (row.actor, row.action, row.details)


def test_a_person_comes_in_with_the_role_that_the_provider_gives(
    client: FlaskClient, provider: Provider, parts: Services
) -> None:
    reply = come_back(client, provider, wanted="/staff/password")

    assert (reply.status_code, reply.location) == (302, "/staff/password")
    assert "ann@example.com" in client.get("/staff/").text
    user = parts.accounts.get("ann@example.com")
    assert (user.role, user.issuer) == ("reviewer", provider.url)
    actor, action, details = newest(parts)
    assert (actor, action) == ("ann@example.com", "signed_in")
    assert '"way": "single sign-on"' in details


def test_what_is_sent_to_the_provider_ties_the_answer_to_this_browser(client: FlaskClient, provider: Provider) -> None:
    sent, again = begin(client), begin(client)

    assert sent["response_type"] == "code"
    assert sent["code_challenge_method"] == "S256"
    assert sent["scope"] == "openid profile email"
    assert sent["redirect_uri"] == "http://localhost/staff/sign-on/callback"
    for name in ("state", "nonce", "code_challenge"):
        assert len(sent[name]) >= 20 and sent[name] != again[name]


def test_the_address_to_come_back_to_is_the_public_one(make_app: MakeApp, provider: Provider) -> None:
    client = make_app(PUBLIC_URL="https://faq.example.com", **provider.settings()).test_client()

    assert begin(client)["redirect_uri"] == "https://faq.example.com/staff/sign-on/callback"


@pytest.mark.parametrize(
    "signer",
    [
        pytest.param(Signer(spoiled=True), id="bad signature"),
        pytest.param(Signer(key="key-2"), id="another key under a known id"),
        pytest.param(Signer(key="key-2", kid="key-2"), id="unknown key"),
        pytest.param(Signer(algorithm="none"), id="alg none"),
        pytest.param(Signer(algorithm="HS256", secret=CLIENT_SECRET), id="signed with the client secret"),
        pytest.param(Signer(algorithm="HS256", secret=public_jwk("key-1", [])["n"]), id="signed with the public key"),
        pytest.param(Signer(algorithm="RS512"), id="another algorithm"),
        pytest.param(Signer(changed={"aud": "another-client"}), id="for another client"),
        pytest.param(Signer(changed={"aud": "another-client", "azp": "faq"}), id="for another client, through us"),
        pytest.param(Signer(changed={"aud": ["faq", "another"], "azp": "another"}), id="through another client"),
        pytest.param(Signer(changed={"aud": None}), id="for nobody"),
        pytest.param(Signer(changed={"iss": "https://id.example.com"}), id="another issuer"),
        pytest.param(Signer(changed={"iss": None}), id="no issuer"),
        pytest.param(Signer(changed={"nonce": "of another sign-in"}), id="wrong nonce"),
        pytest.param(Signer(changed={"nonce": None}), id="no nonce"),
        pytest.param(Signer(changed={"exp": 1_600_000_000}), id="expired"),
        pytest.param(Signer(changed={"exp": None}), id="never expires"),
        pytest.param(Signer(changed={"iat": 4_000_000_000}), id="issued in the future"),
        pytest.param(Signer(changed={"nbf": 4_000_000_000}), id="not valid yet"),
        pytest.param(Signer(changed={"sub": None}), id="about nobody"),
        pytest.param(Signer(changed={"sub": ""}), id="about nobody at all"),
        pytest.param(Signer(left_out=True), id="no ID token"),
    ],
)
def test_a_wrong_token_is_refused(client: FlaskClient, provider: Provider, parts: Services, signer: Signer) -> None:
    provider.signer = signer
    reply = come_back(client, provider)

    assert reply.status_code == 401
    assert "What the sign-on service sent cannot be trusted." in reply.text
    assert parts.accounts.all() == ()
    assert client.get("/staff/").status_code == 302
    assert newest(parts)[:2] == ("", "sign_in.refused")
    assert '"reason": "token"' in newest(parts)[2]


def test_a_new_key_of_the_provider_is_fetched(client: FlaskClient, provider: Provider) -> None:
    assert come_back(client, provider).status_code == 302
    provider.keys, provider.signer = ["key-2"], Signer(key="key-2", kid="key-2")
    assert come_back(client, provider).status_code == 302
    assert provider.asked.count("/keys") == 2

    sign_out(client)
    provider.signer = Signer()
    assert come_back(client, provider).status_code == 401  # the old key is not trusted any more


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    app: Flask, client: FlaskClient, provider: Provider, parts: Services
) -> None:
    reply = open_page(app.test_client(), provider.grant(begin(client), "ann"))

    assert reply.status_code == 401
    assert "This sign-in was begun elsewhere" in reply.text
    assert "/token" not in provider.asked
    assert '"reason": "state"' in newest(parts)[2]


@pytest.mark.parametrize("change", [("state", "made-up"), ("state", ""), ("iss", "https://id.example.com")], ids=str)
def test_another_state_or_issuer_is_refused(client: FlaskClient, provider: Provider, change: tuple[str, str]) -> None:
    address = urlsplit(provider.grant(begin(client), "ann"))
    query = {**dict(parse_qsl(address.query)), change[0]: change[1]}

    assert open_page(client, f"{address.path}?{urlencode(query)}").status_code == 401
    assert "/token" not in provider.asked


def test_a_code_counts_once(client: FlaskClient, provider: Provider) -> None:
    address = provider.grant(begin(client), "ann")
    assert open_page(client, address).status_code == 302
    sign_out(client)

    assert open_page(client, address).status_code == 401


def test_who_cancels_is_back_at_the_sign_in(client: FlaskClient, provider: Provider) -> None:
    state = begin(client)["state"]
    query = {"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": state}
    reply = open_page(client, f"/staff/sign-on/callback?{urlencode(query)}")

    assert reply.status_code == 401
    assert "or you cancelled" in reply.text
    assert "alert(1)" not in reply.text


def test_a_wrong_client_secret_is_no_way_in(make_app: MakeApp, provider: Provider) -> None:
    client = make_app(**provider.settings(OIDC_CLIENT_SECRET="another secret")).test_client()

    assert come_back(client, provider).status_code == 401


@pytest.mark.parametrize("roles", [None, [], "", "owner", ["Admin"], {"admin": True}], ids=str)
def test_nobody_comes_in_without_a_role(
    client: FlaskClient, provider: Provider, parts: Services, roles: object
) -> None:
    provider.people["eve"] = {"sub": "eve-1", "preferred_username": "eve", "roles": roles}
    reply = come_back(client, provider, "eve")

    assert reply.status_code == 403
    assert "gives you no role here" in reply.text
    assert parts.accounts.all() == ()
    assert '"reason": "no_role"' in newest(parts)[2]


def test_a_new_role_holds_from_the_next_sign_in(client: FlaskClient, provider: Provider, parts: Services) -> None:
    come_back(client, provider)
    provider.people["ann"]["roles"] = ["viewer"]
    come_back(client, provider)
    assert parts.accounts.get("ann@example.com").role == "viewer"

    sign_out(client)
    provider.people["ann"]["roles"] = []
    assert come_back(client, provider).status_code == 403


def test_a_name_gives_nobody_the_account_of_somebody_else(
    client: FlaskClient, provider: Provider, parts: Services
) -> None:
    parts.accounts.add("root", PASSWORD, "admin")
    provider.people["eve"] = {"sub": "eve-1", "preferred_username": "root", "roles": ["viewer"]}
    come_back(client, provider, "eve")

    eve = next(user for user in parts.accounts.all() if user.issuer)
    assert eve.name.startswith("root+")
    assert client.get("/staff/audit/").status_code == 403
    assert parts.accounts.check("root", PASSWORD)


def test_a_disabled_account_stays_out(client: FlaskClient, provider: Provider, parts: Services) -> None:
    come_back(client, provider)
    parts.accounts.set_disabled("ann@example.com", True)
    reply = come_back(client, provider)

    assert reply.status_code == 403
    assert "Your account here is disabled." in reply.text


def test_an_account_of_the_provider_has_no_password_page(client: FlaskClient, provider: Provider) -> None:
    come_back(client, provider)

    assert client.get("/staff/password", headers=HTML).status_code == 403
    assert "/staff/password" not in client.get("/staff/").text


@pytest.mark.parametrize("when", ["before", "between"])
def test_a_provider_that_cannot_be_reached_is_a_page(client: FlaskClient, provider: Provider, when: str) -> None:
    query = begin(client) if when == "between" else {}
    provider.failing = True
    client.get("/staff/sign-in?lang=zh")
    reply = open_page(client, provider.grant(query, "ann") if query else "/staff/sign-on/")

    assert reply.status_code == 503
    assert "无法连接单点登录服务" in reply.text


def test_a_provider_that_calls_itself_otherwise_is_not_used(client: FlaskClient, provider: Provider) -> None:
    provider.issuer = "https://id.example.com"

    assert open_page(client, "/staff/sign-on/").status_code == 503


@pytest.mark.parametrize("path", ["/staff/sign-on/", "/staff/sign-on/callback"])
def test_without_settings_there_is_none(make_app: MakeApp, path: str) -> None:
    client = make_app().test_client()

    assert client.get(path).status_code == 404
    assert "single sign-on" not in client.get("/staff/sign-in").text


def test_passwords_can_be_switched_off(make_app: MakeApp, provider: Provider) -> None:
    app = make_app(STAFF_PASSWORDS="off", **provider.settings())
    client = app.test_client()

    assert 'type="password"' not in client.get("/staff/sign-in").text
    app.extensions["compliance-faq"].accounts.add("bob", PASSWORD, "viewer")
    with client.session_transaction(path="/staff/") as session:
        session["csrf_token"] = "known"
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps("known")
    form = {"name": "bob", "password": PASSWORD, "csrf_token": token}
    assert client.post("/staff/sign-in", data=form, headers=HTML).status_code == 403
    assert come_back(client, provider).status_code == 302


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["a", "faq-admins", "faq-readers"]}, "admin"),
        ({"groups": "faq-readers"}, "viewer"),
        ({"groups": ["faq-readers-not"]}, None),
        ({"roles": ["admin"]}, None),
    ],
    ids=str,
)
def test_any_claim_can_decide_the_role(claims: dict[str, object], role: str | None) -> None:
    settings = load_settings({"OIDC_ROLE_CLAIM": "groups", "OIDC_ROLES": "viewer=faq-readers,admin=faq-admins"})

    assert role_of(claims, settings) == role


@pytest.mark.parametrize(
    ("verified", "role"), [(True, "admin"), (None, "admin"), (False, None), ("false", None)], ids=str
)
def test_an_address_that_was_not_verified_gives_no_role(verified: object, role: str | None) -> None:
    settings = load_settings({"OIDC_ROLE_CLAIM": "email", "OIDC_ROLES": "admin=ann@example.com"})
    claims = {"email": "ann@example.com", **({} if verified is None else {"email_verified": verified})}

    assert role_of(claims, settings) == role
