"""POST /webhooks/rest/webhook, as a client of Rasa's REST channel uses it."""

from __future__ import annotations

from flask.testing import FlaskClient

from bot.services import Services
from tests.fakes.assistant import FakeAssistant


def test_the_answer_has_the_shape_of_rasas_channel(client: FlaskClient) -> None:
    reply = client.post("/webhooks/rest/webhook", json={"sender": "bob", "message": "Is Intune covered?"})

    [message] = reply.json
    assert message["recipient_id"] == "bob"
    assert message["text"] == "Yes, Intune is covered."
    assert message["custom"]["topic"] == "coverage_service"
    assert message["custom"]["sources"][1]["url"].startswith("http://localhost/pages/")


def test_a_sender_has_one_conversation(client: FlaskClient, assistant: FakeAssistant) -> None:
    for sender in ("bob", "bob", "eve"):
        client.post("/webhooks/rest/webhook", json={"sender": sender, "message": "Intune?"})

    first, second, other = (utterance.conversation for utterance in assistant.seen)
    assert first == second != other
    assert "bob" not in first


def test_messages_without_a_sender_do_not_meet(client: FlaskClient, assistant: FakeAssistant) -> None:
    for _ in range(2):
        reply = client.post("/webhooks/rest/webhook", json={"message": "Intune?"})

    assert reply.json[0]["recipient_id"] == "default"
    assert assistant.seen[0].conversation != assistant.seen[1].conversation


def test_a_sender_cannot_reach_a_conversation_of_the_web(
    client: FlaskClient, parts: Services, assistant: FakeAssistant
) -> None:
    token = client.post("/api/messages", json={"text": "Intune?"}).json["conversation"]
    client.post("/webhooks/rest/webhook", json={"sender": parts.tokens.read(token), "message": "Intune?"})

    assert assistant.seen[0].conversation != assistant.seen[1].conversation


def test_the_channel_says_that_it_is_there(client: FlaskClient) -> None:
    assert client.get("/webhooks/rest/").json == {"status": "ok"}
