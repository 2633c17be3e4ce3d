"""POST /api/messages: the contract of the web."""

from __future__ import annotations

import uuid

from flask.testing import FlaskClient

from bot.services import Services
from tests.bot.conftest import MakeApp
from tests.fakes.assistant import FakeAssistant


def test_a_question_is_answered_with_its_sources(client: FlaskClient) -> None:
    reply = client.post("/api/messages", json={"text": "Is Intune covered?"})

    assert reply.status_code == 200
    assert reply.content_type == "application/json"
    body = reply.json
    assert body.pop("conversation")
    assert body.pop("turn")
    assert body == {
        "answered": True,
        "text": "Yes, Intune is covered.",
        "language": "en",
        "topic": "coverage_service",
        "confidence": 0.97,
        "as_of": "2019-12-05",
        "sources": [
            {"title": "Certificate", "url": "https://example.com/certificate.pdf"},
            {"title": "Page", "url": "http://localhost/pages/iso-20000-1-2011#coverage_service/service"},
        ],
        "suggestions": ["And the certificate?"],
    }


def test_chinese_is_sent_as_it_is_written(client: FlaskClient) -> None:
    reply = client.post("/api/messages", json={"text": "Intune 包括在内吗？"})

    assert "是的，Intune 在认证范围内。" in reply.text


def test_a_refusal_is_not_an_answer(client: FlaskClient) -> None:
    body = client.post("/api/messages", json={"text": "What is the weather?"}).json

    assert body["answered"] is False
    assert body["sources"] == []


def test_the_token_continues_the_conversation(client: FlaskClient, assistant: FakeAssistant) -> None:
    first = client.post("/api/messages", json={"text": "Intune?"}).json
    second = client.post("/api/messages", json={"text": "And why?", "conversation": first["conversation"]}).json

    assert second["turn"] != first["turn"]
    assert assistant.seen[0].conversation == assistant.seen[1].conversation


def test_without_a_token_each_message_starts_a_conversation(client: FlaskClient, assistant: FakeAssistant) -> None:
    for _ in range(2):
        client.post("/api/messages", json={"text": "Intune?"})

    assert assistant.seen[0].conversation != assistant.seen[1].conversation


def test_links_to_our_own_pages_start_with_the_public_address(make_app: MakeApp) -> None:
    client = make_app(PUBLIC_URL="https://faq.example.com/").test_client()

    body = client.post("/api/messages", json={"text": "Intune?"}).json

    assert body["sources"][1]["url"].startswith("https://faq.example.com/pages/")


def test_a_message_sent_again_gets_the_stored_reply(
    client: FlaskClient, parts: Services, assistant: FakeAssistant
) -> None:
    token = client.post("/api/messages", json={"text": "Intune?"}).json["conversation"]
    message = {"text": "Intune again?", "conversation": token, "message_id": str(uuid.uuid4())}
    first = client.post("/api/messages", json=message).json
    second = client.post("/api/messages", json=message).json

    assert second["turn"] == first["turn"]
    assert len(assistant.seen) == 2
    assert len(parts.store.turns(parts.tokens.read(token))) == 2


def test_a_first_message_sent_again_finds_its_conversation(
    client: FlaskClient, parts: Services, assistant: FakeAssistant
) -> None:
    message = {"text": "Intune?", "message_id": str(uuid.uuid4())}
    first = client.post("/api/messages", json=message).json
    second = client.post("/api/messages", json=message).json

    assert second["turn"] == first["turn"]
    assert parts.tokens.read(second["conversation"]) == parts.tokens.read(first["conversation"])
    assert len(assistant.seen) == 1


def test_a_message_id_belongs_to_one_text(client: FlaskClient) -> None:
    message_id = str(uuid.uuid4())
    client.post("/api/messages", json={"text": "Intune?", "message_id": message_id})
    reply = client.post("/api/messages", json={"text": "Teams?", "message_id": message_id})

    assert reply.status_code == 409
    assert reply.json["type"] == "/problems/message-id-reused"


def test_the_language_is_handed_on_as_a_hint(client: FlaskClient, assistant: FakeAssistant) -> None:
    client.post("/api/messages", json={"text": "😀", "language": "zh-Hans"})

    assert assistant.seen[0].language == "zh"
