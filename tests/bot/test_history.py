"""GET /api/conversations/<token> and POST /api/feedback."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient

from bot.ids import new_id
from bot.services import Services


def test_a_conversation_is_given_back_to_its_owner(client: FlaskClient) -> None:
    message_id = str(uuid.uuid4())
    first = client.post("/api/messages", json={"text": "Intune?", "message_id": message_id}).json
    token = first.pop("conversation")
    second = client.post("/api/messages", json={"text": "天气？", "conversation": token}).json
    second.pop("conversation")

    body = client.get(f"/api/conversations/{token}").json

    assert set(body) == {"conversation", "turns"}
    asked = [(turn["asked"], turn["message_id"]) for turn in body["turns"]]
    assert asked == [("Intune?", message_id), ("天气？", None)]
    assert [turn["reply"] for turn in body["turns"]] == [first, second]
    assert [turn["turn"] for turn in body["turns"]] == [first["turn"], second["turn"]]
    assert body["turns"][0]["created"].endswith("+00:00")


def test_the_token_that_comes_back_opens_the_same_conversation(client: FlaskClient) -> None:
    token = client.post("/api/messages", json={"text": "Intune?"}).json["conversation"]
    fresh = client.get(f"/api/conversations/{token}").json["conversation"]

    assert len(client.get(f"/api/conversations/{fresh}").json["turns"]) == 1


def test_a_deleted_conversation_has_expired(client: FlaskClient, parts: Services) -> None:
    reply = client.get(f"/api/conversations/{parts.tokens.issue(new_id())}")

    assert reply.status_code == 410
    assert reply.json["type"] == "/problems/conversation-expired"


def test_why_an_answer_was_given_is_not_for_the_asker(client: FlaskClient) -> None:
    reply = client.post("/api/messages", json={"text": "Intune?"})
    history = client.get(f"/api/conversations/{reply.json['conversation']}")

    for shown in (reply.text, history.text):
        assert "evidence" not in shown and "hits" not in shown


def test_feedback_is_kept_with_its_turn(client: FlaskClient) -> None:
    body = client.post("/api/messages", json={"text": "Intune?"}).json
    reply = client.post("/api/feedback", json={"turn": body["turn"], "value": "down", "comment": " 不对\x00 "})

    assert (reply.status_code, reply.data) == (204, b"")
    turn = client.get(f"/api/conversations/{body['conversation']}").json["turns"][0]
    assert turn["feedback"] == "down"


def test_a_second_thumb_replaces_the_first(client: FlaskClient) -> None:
    body = client.post("/api/messages", json={"text": "Intune?"}).json
    for value in ("down", "up"):
        client.post("/api/feedback", json={"turn": body["turn"], "value": value})

    assert client.get(f"/api/conversations/{body['conversation']}").json["turns"][0]["feedback"] == "up"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"turn": new_id(), "value": "up"}, 404, id="unknown-turn"),
        pytest.param({"turn": "\x00", "value": "up"}, 404, id="nul"),
        pytest.param({"turn": "' OR 1=1 --", "value": "up"}, 404, id="sql"),
        pytest.param({"value": "up"}, 422, id="no-turn"),
        pytest.param({"turn": new_id()}, 422, id="no-value"),
        pytest.param({"turn": new_id(), "value": "sideways"}, 422, id="no-such-value"),
        pytest.param({"turn": 7, "value": True}, 422, id="types"),
        pytest.param({"turn": new_id(), "value": "up", "comment": "x" * 2001}, 422, id="long-comment"),
        pytest.param({"turn": new_id(), "value": "up", "comment": []}, 422, id="comment-type"),
    ],
)
def test_feedback_that_makes_no_sense_is_refused(client: FlaskClient, body: dict[str, object], status: int) -> None:
    reply = client.post("/api/feedback", json=body)

    assert reply.status_code == status
    assert reply.content_type == "application/problem+json"
