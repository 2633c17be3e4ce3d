"""POST /api/teams/messages: who is let in, and how the reply gets back."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.channels import bot_framework, bot_framework_connector
from bot.channels.bot_framework_cloud import CLOUDS
from bot.channels.bot_framework_deliveries import LocalDeliveries, RedisDeliveries
from bot.services import Services
from bot.settings import SettingsError, load_settings
from tests.bot.conftest import MakeApp
from tests.bot.teams_requests import TENANT, activity, card_of, links, words
from tests.fakes.assistant import FakeAssistant
from tests.services.bot_framework_server import (
    APP_ID,
    PASSWORD,
    Answer,
    BotFrameworkServer,
    public_jwk,
)

MakeClient = Callable[..., FlaskClient]
BOT = {"id": f"28:{APP_ID}", "name": "FAQ"}
MENTION = {"type": "mention", "mentioned": BOT, "text": "<at>FAQ</at>"}


@pytest.fixture
def server(bot_framework_server: BotFrameworkServer) -> BotFrameworkServer:
    return bot_framework_server


@pytest.fixture
def make_client(make_app: MakeApp, server: BotFrameworkServer, monkeypatch: pytest.MonkeyPatch) -> MakeClient:
    """Makes a client of an app whose cloud is the local server."""
    monkeypatch.setitem(CLOUDS, "public", server.cloud)
    monkeypatch.setattr(bot_framework_connector, "PAUSES", (0.0, 0.0))

    def make(**settings: str) -> FlaskClient:
        return make_app(TEAMS_APP_ID=APP_ID, TEAMS_APP_PASSWORD=PASSWORD, **settings).test_client()

    return make


@pytest.fixture
def client(make_client: MakeClient) -> FlaskClient:
    return make_client()


def said(server: BotFrameworkServer, **changed: Any) -> dict[str, Any]:
    """What the connector sends when somebody mentions the bot in a channel."""
    return activity(**{"serviceUrl": server.service_url, "recipient": BOT, "entities": [MENTION], **changed})


def send(client: FlaskClient, token: str | None, message: Mapping[str, Any]) -> TestResponse:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.post("/api/teams/messages", json=message, headers=headers)


# ---- the answer


def test_an_activity_is_answered_through_the_connector(client: FlaskClient, server: BotFrameworkServer) -> None:
    reply = send(client, server.token(), said(server))

    assert (reply.status_code, reply.json) == (200, {})
    [(path, authorization, message)] = server.replies
    quoted = "19%3Aa694a70b0a7f4bfd9572b2d912c5d160%40thread.tacv2%3Bmessageid%3D1700000000000"
    assert path == f"/emea/v3/conversations/{quoted}/activities/1700000000001"
    assert authorization == "Bearer token-1"
    assert words(card_of(message)) == "Yes, Intune is covered."
    assert (message["replyToId"], message["from"]["id"], message["recipient"]["id"]) == (
        "1700000000001",
        BOT["id"],
        "29:abc",
    )
    assert server.forms == [
        {
            "grant_type": ["client_credentials"],
            "client_id": [APP_ID],
            "client_secret": [PASSWORD],
            "scope": [server.cloud.scope],
        }
    ]


def test_the_transcript_keeps_it_as_any_other(client: FlaskClient, server: BotFrameworkServer) -> None:
    send(client, server.token(), said(server))

    parts: Services = client.application.extensions["compliance-faq"]
    [conversation] = parts.store.conversations().conversations
    [turn] = parts.store.turns(conversation.id)
    assert (turn.channel, turn.text) == ("teams", "Is Intune covered?")
    assert "29:abc" not in repr(turn)


def test_keys_and_tokens_are_fetched_once(client: FlaskClient, server: BotFrameworkServer) -> None:
    for number in range(3):
        assert send(client, server.token(), said(server, id=str(number))).status_code == 200

    assert (server.count("/metadata"), server.count("/keys"), len(server.forms)) == (1, 1, 1)


def test_a_bot_of_one_tenant_asks_that_tenant_for_its_token(
    make_client: MakeClient, server: BotFrameworkServer
) -> None:
    for tenant, path in (("", "/login/botframework.example"), ("contoso.example", "/login/contoso.example")):
        send(make_client(TEAMS_APP_TENANT=tenant), server.token(), said(server, id=path))
        assert server.count(f"{path}/oauth2/v2.0/token") == 1


def test_other_activities_are_acknowledged(client: FlaskClient, server: BotFrameworkServer) -> None:
    assert send(client, server.token(), said(server, type="conversationUpdate", text=None)).json == {}
    assert server.replies == []


def test_a_personal_chat_is_answered(make_client: MakeClient, server: BotFrameworkServer) -> None:
    client = make_client(TEAMS_TENANTS=TENANT, TEAMS_TEAMS="19:some@thread.tacv2")
    place = {"id": "a:1", "conversationType": "personal", "tenantId": TENANT}
    message = said(server, conversation=place, text="Intune?", entities=[], channelData={"tenant": {"id": TENANT}})

    assert send(client, server.token(), message).status_code == 200
    assert words(card_of(server.replies[0][2])) == "Yes, Intune is covered."


# ---- off unless configured


def test_without_an_app_id_there_is_no_such_route(make_app: MakeApp, server: BotFrameworkServer) -> None:
    assert send(make_app().test_client(), server.token(), said(server)).status_code == 404


def test_half_a_configuration_is_refused() -> None:
    with pytest.raises(SettingsError, match="TEAMS_APP_PASSWORD"):
        load_settings({"TEAMS_APP_ID": APP_ID})


# ---- every rule of the token


def unsigned(server: BotFrameworkServer) -> str:
    return jwt.encode({"iss": server.cloud.issuer}, None, algorithm="none", headers={"kid": "key-1"})


def signed_with_the_public_key(server: BotFrameworkServer) -> str:
    """The old trick: HS256, keyed with what everybody can read. Put together by hand, since PyJWT declines to."""

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    claims = jwt.decode(server.token(), options={"verify_signature": False})
    head = part(json.dumps({"alg": "HS256", "kid": "key-1"}).encode()) + "." + part(json.dumps(claims).encode())
    public = json.dumps(public_jwk("key-1")).encode()
    return head + "." + part(hmac.digest(public, head.encode(), hashlib.sha256))


def tampered(server: BotFrameworkServer) -> str:
    head, _, signature = server.token().split(".")
    claims = {"iss": server.cloud.issuer, "aud": APP_ID, "serviceurl": server.service_url}
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{signature}"


WRONG_TOKENS: dict[str, Callable[[BotFrameworkServer], str | None]] = {
    "missing": lambda server: None,
    "empty": lambda server: "",
    "not-a-token": lambda server: "abc.def",
    "unsigned": unsigned,
    "signed-with-the-public-key": signed_with_the_public_key,
    "tampered": tampered,
    "other-algorithm": lambda server: server.token(algorithm="RS384"),
    "unknown-key": lambda server: server.token(kid="key-9"),
    "other-issuer": lambda server: server.token(iss="https://api.botframework.invalid"),
    "no-issuer": lambda server: server.token(iss=None),
    "other-audience": lambda server: server.token(aud="11111111-2222-3333-4444-555555555555"),
    "one-audience-of-several": lambda server: server.token(aud=[APP_ID, "other"]),
    "no-audience": lambda server: server.token(aud=None),
    "expired": lambda server: server.token(exp=int(time.time()) - 310),
    "no-expiry": lambda server: server.token(exp=None),
    "not-yet": lambda server: server.token(nbf=int(time.time()) + 310, iat=None),
    "no-beginning": lambda server: server.token(nbf=None),
    "other-service": lambda server: server.token(serviceurl="https://smba.trafficmanager.net/emea/"),
    "no-service": lambda server: server.token(serviceurl=None),
    "odd-service": lambda server: server.token(serviceurl=["x"]),
}


@pytest.mark.parametrize("case", WRONG_TOKENS)
def test_a_token_that_breaks_a_rule_is_refused(
    client: FlaskClient, server: BotFrameworkServer, assistant: FakeAssistant, case: str
) -> None:
    reply = send(client, WRONG_TOKENS[case](server), said(server))

    assert reply.status_code == 403
    assert reply.json["type"] == "/problems/forbidden"
    assert assistant.seen == [] and server.replies == [] and server.forms == []


def test_another_scheme_is_refused(client: FlaskClient, server: BotFrameworkServer) -> None:
    headers = {"Authorization": f"Basic {server.token()}"}

    assert client.post("/api/teams/messages", json=said(server), headers=headers).status_code == 403


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -200), ("nbf", 200)])
def test_clocks_may_differ_by_five_minutes(
    client: FlaskClient, server: BotFrameworkServer, claim: str, seconds: int
) -> None:
    token = server.token(**{claim: int(time.time()) + seconds})
    assert send(client, token, said(server)).status_code == 200


def test_a_short_key_is_refused(client: FlaskClient, server: BotFrameworkServer) -> None:
    server.keys.append(public_jwk("short", bits=1024))
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        token = server.token(kid="short", bits=1024)

    assert send(client, token, said(server)).status_code == 403


def test_a_token_is_checked_before_the_body_is_read(client: FlaskClient, server: BotFrameworkServer) -> None:
    wrong = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    right = {**wrong, "Authorization": f"Bearer {server.token()}"}

    assert client.post("/api/teams/messages", data=b"{", headers=wrong).status_code == 403
    assert client.post("/api/teams/messages", data=b"{", headers=right).status_code == 400


@pytest.mark.parametrize(
    ("endorsements", "channel", "status"),
    [
        (["webchat", "msteams"], "msteams", 200),
        (["webchat"], "msteams", 403),
        (["msteams"], "webchat", 403),
        (["msteams"], "", 403),
        ([], "msteams", 403),
        ([], "", 403),
    ],
)
def test_a_key_speaks_only_for_the_channels_it_is_endorsed_for(
    client: FlaskClient, server: BotFrameworkServer, endorsements: list[str], channel: str, status: int
) -> None:
    server.keys = [public_jwk("key-1", endorsements)]

    assert send(client, server.token(), said(server, channelId=channel)).status_code == status


@pytest.mark.parametrize("service_url", [None, "", "https://smba.trafficmanager.net/emea/", 7])
def test_the_service_url_has_to_be_the_tokens(
    client: FlaskClient, server: BotFrameworkServer, service_url: object
) -> None:
    assert send(client, server.token(), said(server, serviceUrl=service_url)).status_code == 403
    assert server.replies == []


# ---- where replies may go

FOREIGN = [
    "https://evil.example/",
    "http://127.0.0.1:1/",
    "http://169.254.169.254/latest/",
    "http://[::1]/",
    "file:///etc/passwd",
    "https://smba.trafficmanager.net@evil.example/",
    "https://smba.trafficmanager.net\\@evil.example/",
    "https://evil.example/?smba.trafficmanager.net",
]


@pytest.mark.parametrize("service_url", FOREIGN)
def test_not_even_a_valid_token_makes_us_call_a_foreign_host(
    client: FlaskClient, server: BotFrameworkServer, assistant: FakeAssistant, service_url: str
) -> None:
    reply = send(client, server.token(serviceurl=service_url), said(server, serviceUrl=service_url))

    assert reply.status_code == 403
    assert "TEAMS_APP_HOSTS" in reply.json["detail"]
    assert assistant.seen == [] and server.forms == []


@pytest.mark.parametrize(
    ("cloud", "url", "allowed"),
    [
        ("public", "https://smba.trafficmanager.net/emea/76a2ae5a-9f00-4f6b-95ed-5d33d77c4d61/", True),
        ("public", "https://SMBA.trafficmanager.net/teams", True),
        ("public", "https://smba.infra.gcc.teams.microsoft.com/gcc/", True),
        ("public", "https://webchat.botframework.com/", True),
        ("public", "https://own.example.com/", True),
        ("public", "http://own.example.com/", False),
        ("public", "http://smba.trafficmanager.net/emea/", False),
        ("public", "https://attacker.trafficmanager.net/", False),
        ("public", "https://smba.trafficmanager.net.evil.example/", False),
        ("public", "https://smba.trafficmanager.net:8443/", False),
        ("public", "https://evilbotframework.com/", False),
        ("public", "https://botframework.com.evil.example/", False),
        ("public", "https://smba.trafficmanager.net/../../x", False),
        ("public", "https://smba.trafficmanager.net/\n", False),
        ("public", "", False),
        ("china", "https://frontend.botapi.msg.infra.teams.microsoftonline.cn", True),
        ("china", "https://msteams.botframework.azure.cn/teams", True),
        ("china", "https://smba.trafficmanager.net/emea/", False),
    ],
)
def test_replies_go_to_the_hosts_of_the_cloud_alone(cloud: str, url: str, allowed: bool) -> None:
    assert CLOUDS[cloud].takes_replies(url, ("own.example.com",)) is allowed


def test_a_redirect_is_not_followed(client: FlaskClient, server: BotFrameworkServer) -> None:
    server.say("reply", Answer(307, {}))

    assert send(client, server.token(), said(server)).status_code == 502
    assert [path.rpartition("/")[2] for path, _, _ in server.replies] == ["1700000000001"]


def test_a_conversation_cannot_lead_elsewhere(client: FlaskClient, server: BotFrameworkServer) -> None:
    send(client, server.token(), said(server, id="../../x?y#z", conversation={"id": "../../../login/a?b"}))

    path = server.replies[0][0]
    assert path.startswith("/emea/v3/conversations/..%2F..%2F..%2Flogin%2Fa%3Fb/activities/..%2F..%2Fx%3Fy%23z")


def test_an_activity_without_a_conversation_cannot_be_answered(client: FlaskClient, server: BotFrameworkServer) -> None:
    assert send(client, server.token(), said(server, conversation=None)).status_code == 422


@pytest.mark.parametrize("changed", [{"channelData": {"tenant": {"id": "other"}}}, {"channelData": None}])
def test_tenants_can_be_limited(make_client: MakeClient, server: BotFrameworkServer, changed: dict[str, Any]) -> None:
    client = make_client(TEAMS_TENANTS=TENANT)

    assert send(client, server.token(), said(server)).status_code == 200
    assert send(client, server.token(), said(server, id="2", **changed)).status_code == 403


# ---- the keys


def test_a_new_key_is_found(client: FlaskClient, server: BotFrameworkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    keys = client.application.extensions["bot-framework"].tokens._keys
    monkeypatch.setattr(keys, "_clock", lambda: now)
    assert send(client, server.token(), said(server, id="1")).status_code == 200

    server.keys = [public_jwk("key-2")]
    assert send(client, server.token(kid="key-2"), said(server, id="2")).status_code == 403  # asked just before
    now += 301
    assert send(client, server.token(kid="key-2"), said(server, id="3")).status_code == 200
    assert send(client, server.token(kid="key-1"), said(server, id="4")).status_code == 403  # withdrawn


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        pytest.param("metadata", Answer(500, {}), id="metadata-fails"),
        pytest.param("metadata", Answer(302, {}), id="metadata-elsewhere"),
        pytest.param("metadata", Answer(200, b"<html>"), id="metadata-is-no-json"),
        pytest.param("metadata", Answer(200, []), id="metadata-is-a-list"),
        pytest.param("metadata", Answer(200, {"jwks_uri": "file:///etc/passwd"}), id="keys-in-a-file"),
        pytest.param("metadata", Answer(200, {"jwks_uri": "http://127.0.0.1:1/"}), id="no-algorithms"),
        pytest.param("keys", Answer(503, {}), id="keys-fail"),
        pytest.param("keys", Answer(200, {"keys": []}), id="no-keys"),
        pytest.param("keys", Answer(200, {"keys": [None, {"kid": 1}, {"kid": "x", "kty": "RSA"}]}), id="odd-keys"),
        pytest.param("keys", Answer(200, {"keys": [{"kid": "key-1", "kty": "oct", "k": "eHg"}]}), id="symmetric-key"),
    ],
)
def test_without_keys_nobody_is_let_in(
    client: FlaskClient, server: BotFrameworkServer, assistant: FakeAssistant, kind: str, answer: Answer
) -> None:
    server.say(kind, answer)
    reply = send(client, server.token(), said(server))

    assert reply.status_code == 503
    assert reply.json["type"] == "/problems/keys-unavailable"
    assert assistant.seen == []


# ---- the reply


def test_an_activity_sent_again_is_answered_once(
    client: FlaskClient, server: BotFrameworkServer, assistant: FakeAssistant
) -> None:
    for _ in range(3):
        assert send(client, server.token(), said(server)).status_code == 200

    assert len(server.replies) == len(assistant.seen) == 1


@pytest.mark.parametrize("status", [412, 429, 502, 504])
def test_what_may_pass_is_tried_again(client: FlaskClient, server: BotFrameworkServer, status: int) -> None:
    server.say("reply", Answer(status, {}), Answer(status, {}))

    assert send(client, server.token(), said(server)).status_code == 200
    assert len(server.replies) == 3


def test_what_does_not_pass_is_said_and_the_stored_answer_can_still_be_fetched(
    client: FlaskClient, server: BotFrameworkServer, assistant: FakeAssistant
) -> None:
    server.say("reply", Answer(403, {}))
    refused = send(client, server.token(), said(server))
    assert (refused.status_code, refused.json["type"]) == (502, "/problems/reply-not-delivered")

    assert send(client, server.token(), said(server)).status_code == 200
    assert len(server.replies) == 2
    assert len(assistant.seen) == 1


def test_a_token_that_is_not_taken_is_replaced(client: FlaskClient, server: BotFrameworkServer) -> None:
    server.say("reply", Answer(401, {}))

    assert send(client, server.token(), said(server)).status_code == 200
    assert [authorization for _, authorization, _ in server.replies] == ["Bearer token-1", "Bearer token-2"]


def test_a_token_is_replaced_before_it_ends(client: FlaskClient, server: BotFrameworkServer) -> None:
    server.say("token", Answer(200, {"access_token": "short", "expires_in": 299}))
    send(client, server.token(), said(server, id="1"))
    send(client, server.token(), said(server, id="2"))

    assert [authorization for _, authorization, _ in server.replies] == ["Bearer short", "Bearer token-2"]


@pytest.mark.parametrize("answer", [Answer(401, {"error": "invalid_client"}), Answer(200, {}), Answer(200, b"x")])
def test_without_a_token_of_its_own_the_bot_says_which_settings_to_look_at(
    client: FlaskClient, server: BotFrameworkServer, answer: Answer
) -> None:
    server.say("token", answer)
    reply = send(client, server.token(), said(server))

    assert reply.status_code == 502
    assert "TEAMS_APP_PASSWORD" in reply.json["detail"]
    assert PASSWORD not in reply.text


def test_a_connector_that_is_away_is_said(client: FlaskClient, server: BotFrameworkServer) -> None:
    parts = client.application.extensions["bot-framework"]
    gone = "http://127.0.0.1:9/"
    client.application.extensions["bot-framework"] = replace_origins(parts, gone)
    reply = send(client, server.token(serviceurl=gone), said(server, serviceUrl=gone))

    assert reply.status_code == 502


def replace_origins(bot: bot_framework.BotFramework, url: str) -> bot_framework.BotFramework:
    return dataclasses.replace(bot, cloud=dataclasses.replace(bot.cloud, origins=(url.rstrip("/"),)))


def test_the_buttons_of_a_bots_answer_lead_to_our_pages(client: FlaskClient, server: BotFrameworkServer) -> None:
    send(client, server.token(), said(server))
    url = links(card_of(server.replies[0][2]))["👍 Helpful"]

    assert client.get(url.removeprefix("http://localhost")).status_code == 200


def test_claims_are_handed_out_once_and_given_back() -> None:
    deliveries = LocalDeliveries()

    assert [deliveries.claim("a"), deliveries.claim("a"), deliveries.claim("b")] == [True, False, True]
    deliveries.release("a")
    assert deliveries.claim("a")


@pytest.mark.redis
def test_replicas_share_their_claims(redis_server: str) -> None:
    with redis.Redis.from_url(redis_server) as one, redis.Redis.from_url(redis_server) as other:
        first, second = RedisDeliveries(one), RedisDeliveries(other)
        assert [first.claim("a"), second.claim("a")] == [True, False]
        second.release("a")
        assert first.claim("a")
