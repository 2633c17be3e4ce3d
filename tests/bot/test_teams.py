"""POST /webhooks/teams: signature, text, card and deadline."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.assistant.protocol import AssistantUnavailable, Reply, Source
from bot.channels import teams
from bot.channels.teams_card import card_message
from bot.channels.teams_text import question_of
from bot.services import Services
from tests.bot.conftest import MakeApp
from tests.fakes.assistant import FakeAssistant

SECRET = base64.b64encode(b"the secret of one team").decode()
OTHER = base64.b64encode(b"the secret of another").decode()

ACTIVITY = {
    "type": "message",
    "id": "1700000000001",
    "timestamp": "2026-01-31T12:00:00.000Z",
    "serviceUrl": "https://smba.example.com/emea/",
    "channelId": "msteams",
    "from": {"id": "29:abc", "name": "Ann", "aadObjectId": "00000000-0000-0000-0000-000000000001"},
    "conversation": {"id": "19:channel@thread.tacv2;messageid=1700000000000", "isGroup": True},
    "recipient": None,
    "textFormat": "plain",
    "text": "<at>FAQ</at>&nbsp;Is Intune covered?\r\n",
    "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web"}],
    "channelData": {"teamsTeamId": "19:channel@thread.tacv2"},
}


def header(body: bytes, secret: str = SECRET) -> str:
    digest = hmac.new(base64.b64decode(secret), body, hashlib.sha256).digest()
    return "HMAC " + base64.b64encode(digest).decode()


def send(client: FlaskClient, activity: Mapping[str, Any] = ACTIVITY, secret: str = SECRET) -> TestResponse:
    body = json.dumps(activity, ensure_ascii=False).encode()
    headers = {"Authorization": header(body, secret), "Content-Type": "application/json; charset=utf-8"}
    return client.post("/webhooks/teams", data=body, headers=headers)


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app(TEAMS_SECRET=f"{SECRET}, {OTHER}", CONTACT_URL="https://example.com/help").test_client()


@pytest.fixture
def parts(client: FlaskClient) -> Services:
    services: Services = client.application.extensions["compliance-faq"]
    return services


def card(reply: TestResponse) -> dict[str, Any]:
    assert reply.status_code == 200
    [attachment] = reply.json["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    content: dict[str, Any] = attachment["content"]
    return content


def words(content: Mapping[str, Any]) -> str:
    return "\n".join(block["text"] for block in content["body"])


def test_a_signed_question_gets_a_card(client: FlaskClient) -> None:
    reply = send(client)

    content = card(reply)
    assert reply.json["type"] == "message"
    assert (content["type"], content["version"], content["lang"]) == ("AdaptiveCard", "1.5", "en")
    assert words(content) == "Yes, Intune is covered.\nSource page dated 2019-12-05"
    assert content["actions"] == [
        {"type": "Action.OpenUrl", "title": "Certificate", "url": "https://example.com/certificate.pdf"},
        {
            "type": "Action.OpenUrl",
            "title": "Page",
            "url": "http://localhost/pages/iso-20000-1-2011#coverage_service/service",
        },
    ]
    assert content["fallbackText"].startswith("Yes, Intune is covered.\nSource page dated 2019-12-05\nCertificate: ")


def test_while_a_secret_is_rotated_both_count(client: FlaskClient) -> None:
    assert send(client, secret=OTHER).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("HMAC", id="scheme-alone"),
        pytest.param("HMAC ", id="no-signature"),
        pytest.param(header(b"another body"), id="other-body"),
        pytest.param(header(b"", base64.b64encode(b"wrong secret").decode()), id="other-secret"),
        pytest.param("Bearer " + header(b"")[5:], id="other-scheme"),
        pytest.param("HMAC d\u00e9j\u00e0 vu", id="latin-1"),
        pytest.param("HMAC \u00ff\u00fe", id="not-text"),
    ],
)
@pytest.mark.parametrize("body", [json.dumps(ACTIVITY).encode(), b"not json \xff"])
def test_a_wrong_signature_is_refused_before_the_body_is_read(
    client: FlaskClient, assistant: FakeAssistant, authorization: str | None, body: bytes
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    reply = client.post("/webhooks/teams", data=body, headers=headers)

    assert reply.status_code == 401
    assert reply.json["type"] == "/problems/unauthorized"
    assert assistant.seen == []


def test_a_signature_covers_every_byte(client: FlaskClient) -> None:
    body = json.dumps(ACTIVITY).encode()
    reply = client.post("/webhooks/teams", data=body + b" ", headers={"Authorization": header(body)})

    assert reply.status_code == 401


def test_without_a_secret_nothing_is_accepted(make_app: MakeApp) -> None:
    body = json.dumps(ACTIVITY).encode()
    empty = "HMAC " + base64.b64encode(hmac.new(b"", body, hashlib.sha256).digest()).decode()
    client = make_app().test_client()

    assert client.post("/webhooks/teams", data=body, headers={"Authorization": empty}).status_code == 401


def test_a_signed_body_that_is_not_json_is_a_bad_request(client: FlaskClient) -> None:
    reply = client.post("/webhooks/teams", data=b"{", headers={"Authorization": header(b"{")})

    assert reply.status_code == 400


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("<at>FAQ</at> Is Intune covered?", "Is Intune covered?"),
        ("<at>FAQ</at>&nbsp;Is Intune covered?\r\n", "Is Intune covered?"),
        ("  \n<at id=\"0\">合规 问答</at>Intune 包括吗？", "Intune 包括吗？"),
        ('<at><img src="x">FAQ</at> hello', "hello"),
        ("&nbsp;<AT>FAQ</AT>&#160;hello", "hello"),
        ("<at>FAQ</at> does <at>Bob Li</at> know?", "does Bob Li know?"),
        ("<at>FAQ</at> <at>Bob</at> asks: Teams?", "Bob asks: Teams?"),
        ("Is it R&amp;D &lt;b&gt;?", "Is it R&D <b>?"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("one\r\ntwo", "one\ntwo"),
        ("Is Intune covered?", "Is Intune covered?"),
        ("<at>FAQ</at>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_question_is_what_the_person_typed(text: str, question: str) -> None:
    assert question_of(text) == question


def test_almost_any_field_may_be_missing(client: FlaskClient) -> None:
    assert words(card(send(client, {"text": "Intune?"}))).startswith("Yes")


@pytest.mark.parametrize(
    "odd",
    [
        {"from": "null", "conversation": "null", "recipient": "null"},
        {"from": None, "conversation": None, "entities": None, "id": None, "channelData": None},
        {"from": [], "conversation": [], "entities": {"a": 1}, "id": 5},
        {"entities": [None, "x", {"type": "clientInfo"}, {"type": "clientInfo", "locale": 7}]},
        {"conversation": {"id": 7}, "id": "x" * 5000},
    ],
)
def test_odd_fields_are_passed_over(client: FlaskClient, odd: dict[str, Any]) -> None:
    assert words(card(send(client, {**ACTIVITY, **odd}))).startswith("Yes")


def test_a_thread_is_one_conversation_and_names_nobody(client: FlaskClient, assistant: FakeAssistant) -> None:
    send(client)
    send(client, {**ACTIVITY, "id": "2"})
    send(client, {**ACTIVITY, "id": "3", "conversation": {"id": "19:channel@thread.tacv2;messageid=9"}})

    first, second, other = (utterance.conversation for utterance in assistant.seen)
    assert first == second != other
    assert "19:" not in first


def test_an_activity_sent_again_is_answered_once(client: FlaskClient, assistant: FakeAssistant) -> None:
    assert send(client).json == send(client).json
    assert len(assistant.seen) == 1


def test_the_language_of_teams_is_a_hint(client: FlaskClient, assistant: FakeAssistant) -> None:
    for locale in ("zh-CN", "en-US", "fr-FR"):
        entities = [{"type": "mention", "text": "<at>FAQ</at>"}, {"type": "clientInfo", "locale": locale}]
        send(client, {**ACTIVITY, "id": locale, "entities": entities})

    assert [utterance.language for utterance in assistant.seen] == ["zh", "en", None]


@pytest.mark.parametrize(("locale", "reply"), [("zh-CN", "请在提到我之后写下你的问题。"), ("en-US", "Please write")])
def test_a_mention_without_a_question_gets_a_word(
    client: FlaskClient, assistant: FakeAssistant, locale: str, reply: str
) -> None:
    entities = [{"type": "clientInfo", "locale": locale}]
    body = send(client, {**ACTIVITY, "text": "<at>FAQ</at>&nbsp;", "entities": entities}).json

    assert body["text"].startswith(reply)
    assert assistant.seen == []


def test_other_activities_are_acknowledged(client: FlaskClient, assistant: FakeAssistant) -> None:
    assert send(client, {**ACTIVITY, "type": "messageReaction"}).json == {}
    assert assistant.seen == []


def test_when_the_assistant_fails_the_card_apologises(client: FlaskClient, assistant: FakeAssistant) -> None:
    assistant.error = AssistantUnavailable("no model")
    content = card(send(client))

    assert words(content).startswith("Sorry")
    assert content["actions"] == [
        {"type": "Action.OpenUrl", "title": "Talk to a person", "url": "https://example.com/help"}
    ]


def test_a_slow_assistant_does_not_keep_teams_waiting(
    client: FlaskClient, assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert teams.PATIENCE < 5
    monkeypatch.setattr(teams, "PATIENCE", 0.05)
    assistant.gate.clear()

    assert words(card(send(client))).startswith("Sorry")


def test_what_cannot_be_stored_is_said_plainly(client: FlaskClient, parts: Services) -> None:
    parts.database.close()
    for file in parts.settings.var_dir.glob("transcripts.db*"):
        file.unlink()
    parts.settings.var_dir.joinpath("transcripts.db").mkdir()

    assert send(client).json["text"].startswith("Sorry, the service cannot take your question")


def test_a_card_shows_text_as_text() -> None:
    reply = Reply("See [this](https://evil.example) *now*\n\n- one_two\n- `three`", "en", True, "greeting", 1.0)
    content = card_message(reply, [])["attachments"][0]["content"]

    assert [block["text"] for block in content["body"]] == [
        r"See \[this\](https://evil.example) \*now\*",
        r"- one\_two",
        r"- \`three\`",
    ]


def test_a_card_has_no_more_buttons_than_teams_shows() -> None:
    reply = Reply("Yes.", "zh", True, "resources", 1.0, as_of="2019-12-05")
    content = card_message(reply, [Source(str(number), "https://example.com") for number in range(9)])
    card = content["attachments"][0]["content"]

    assert len(card["actions"]) == 6
    assert card["body"][-1]["text"] == "来源页面日期：2019-12-05"
