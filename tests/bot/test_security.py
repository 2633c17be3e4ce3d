"""Headers, origins and limits."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.bot.conftest import MakeApp

PARTNER = "https://www.partner.example"


@pytest.mark.parametrize("path", ["/api/nothing", "/staff/sign-in", "/healthz", "/pages/nothing"])
def test_every_response_keeps_browsers_safe(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_https_is_insisted_on_where_the_public_address_has_it(make_app: MakeApp) -> None:
    assert "Strict-Transport-Security" not in make_app().test_client().get("/healthz").headers
    secure = make_app(PUBLIC_URL="https://faq.example.com").test_client()
    assert secure.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_other_sites_are_closed_out_by_default(client: FlaskClient) -> None:
    reply = client.post("/api/messages", json={"text": "x"}, headers={"Origin": PARTNER})

    assert reply.status_code == 403
    assert reply.json["type"] == "/problems/origin-refused"
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert client.options("/api/messages", headers={"Origin": PARTNER}).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["null", "https://localhost.partner.example", "http://evil@localhost", "x", "http://[", "//localhost"],
)
def test_an_origin_that_only_looks_like_ours_is_closed_out(client: FlaskClient, origin: str) -> None:
    assert client.post("/api/messages", json={"text": "x"}, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost", "https://localhost"])
def test_our_own_pages_may_call(client: FlaskClient, origin: str) -> None:
    assert client.post("/api/messages", json={"text": "x"}, headers={"Origin": origin}).status_code == 200


def test_an_allowed_site_may_ask_and_call(make_app: MakeApp) -> None:
    client = make_app(ALLOWED_ORIGINS=f"{PARTNER}, https://other.example").test_client()

    preflight = client.options(
        "/api/messages",
        headers={
            "Origin": PARTNER,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == PARTNER
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"

    reply = client.post("/api/messages", json={"text": "x"}, headers={"Origin": PARTNER})
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == PARTNER
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "Origin" in reply.headers["Vary"]
    assert client.post("/api/messages", json={"text": "x"}, headers={"Origin": "https://x.example"}).status_code == 403


def test_an_allowed_site_can_read_problems_too(make_app: MakeApp) -> None:
    client = make_app(ALLOWED_ORIGINS=PARTNER).test_client()
    reply = client.post("/api/messages", json={"text": ""}, headers={"Origin": PARTNER})

    assert reply.status_code == 422
    assert reply.headers["Access-Control-Allow-Origin"] == PARTNER


def test_too_many_requests_are_told_to_wait(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="3/minute", ALLOWED_ORIGINS=PARTNER).test_client()
    replies = [client.post("/api/messages", json={"text": "x"}, headers={"Origin": PARTNER}) for _ in range(4)]

    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[3].content_type == "application/problem+json"
    assert 0 < int(replies[3].headers["Retry-After"]) <= 60
    assert "Retry-After" in replies[3].headers["Access-Control-Expose-Headers"]


def test_clients_are_counted_apart(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="1/minute").test_client()

    def ask(address: str) -> int:
        environ = {"REMOTE_ADDR": address}
        return client.post("/api/messages", json={"text": "x"}, environ_overrides=environ).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")] == [200, 429, 200]


def test_a_client_cannot_pass_for_another_by_a_header(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="1/minute").test_client()
    ask = [
        client.post("/api/messages", json={"text": "x"}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(2)
    ]

    assert [reply.status_code for reply in ask] == [200, 429]


def test_behind_a_trusted_proxy_the_client_behind_it_counts(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="1/minute", TRUSTED_PROXIES="1").test_client()

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return client.post("/api/messages", json={"text": "x"}, headers=headers).status_code

    assert [ask("192.0.2.1"), ask("6.6.6.6, 192.0.2.1"), ask("192.0.2.2")] == [200, 429, 200]


def test_by_default_this_machine_is_not_counted_but_others_are(client: FlaskClient) -> None:
    def ask(**environ: str) -> set[int]:
        return {
            client.post("/api/messages", json={"text": "x"}, environ_overrides=environ).status_code for _ in range(61)
        }

    assert ask() == {200}
    assert ask(REMOTE_ADDR="192.0.2.1") == {200, 429}
    assert ask(HTTP_X_FORWARDED_FOR="192.0.2.1") == {200, 429}  # a proxy on this machine, for somebody else


def test_off_counts_nobody(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="off").test_client()
    environ = {"REMOTE_ADDR": "192.0.2.1"}
    statuses = {client.get("/api/conversations/x", environ_overrides=environ).status_code for _ in range(70)}

    assert statuses == {400}


def test_a_redis_that_is_gone_does_not_close_the_door(make_app: MakeApp) -> None:
    client = make_app(REDIS_URL="redis://127.0.0.1:1/0", RATE_LIMIT="2/minute").test_client()
    replies = [client.post("/api/messages", json={"text": "x"}) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200, 200, 429]  # counted in the process meanwhile
    assert replies[0].json["topic"] == "unavailable"


@pytest.mark.redis
def test_replicas_count_together_in_redis(make_app: MakeApp, redis_server: str) -> None:
    replicas = [make_app(RATE_LIMIT="2/minute", REDIS_URL=redis_server).test_client() for _ in range(3)]
    statuses = [
        each.post("/api/messages", json={"text": "x"}, environ_overrides={"REMOTE_ADDR": "198.51.100.7"}).status_code
        for each in replicas
    ]

    assert statuses == [200, 200, 429]
