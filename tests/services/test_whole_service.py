"""The whole service on PostgreSQL and Redis, as replicas run it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.app import create_app
from bot.settings import SETTINGS
from tests.fakes.assistant import FakeAssistant

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

PASSWORD = "correct horse battery"


@pytest.fixture
def replicas(
    migrated_postgres_url: str, redis_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Flask]]:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    shared = {"DATABASE_URL": migrated_postgres_url, "REDIS_URL": redis_server, "SECRET_KEY": "the same for both"}
    apps = [create_app({**shared, "VAR_DIR": str(tmp_path / name)}, FakeAssistant()) for name in ("a", "b")]
    yield apps
    for app in apps:
        app.extensions["compliance-faq"].close()


def test_a_conversation_goes_on_with_any_replica(replicas: list[Flask]) -> None:
    one, other = (app.test_client() for app in replicas)
    message_id = str(uuid.uuid4())
    first = one.post("/api/messages", json={"text": "Intune?", "message_id": message_id}).json
    again = other.post("/api/messages", json={"text": "Intune?", "message_id": message_id}).json
    second = other.post("/api/messages", json={"text": "天气？", "conversation": first["conversation"]}).json
    other.post("/api/feedback", json={"turn": second["turn"], "value": "up", "comment": "好"})

    assert again["turn"] == first["turn"]
    turns = one.get(f"/api/conversations/{second['conversation']}").json["turns"]
    assert [turn["turn"] for turn in turns] == [first["turn"], second["turn"]]
    assert [turn["feedback"] for turn in turns] == [None, "up"]


def test_staff_can_read_on_any_replica(replicas: list[Flask]) -> None:
    replicas[0].test_client().post("/api/messages", json={"text": "Is Intune covered?"})
    replicas[0].extensions["compliance-faq"].accounts.add("ann", PASSWORD, "viewer")
    client = replicas[1].test_client()
    sign_in(client)

    assert "Is Intune covered?" in client.get("/staff/").text


@pytest.mark.parametrize(
    "path",
    ["/staff/conversations/%00", "/staff/?after=1_%00", "/staff/conversations/%ED%A0%80", "/api/conversations/%00"],
)
def test_what_postgresql_cannot_store_is_refused_before_it_gets_there(replicas: list[Flask], path: str) -> None:
    replicas[0].extensions["compliance-faq"].accounts.add("ann", PASSWORD, "viewer")
    client = replicas[0].test_client()
    sign_in(client, name="\x00")
    sign_in(client)

    assert client.get(path).status_code in (400, 404)


def test_a_text_with_nul_is_answered(replicas: list[Flask]) -> None:
    reply = (
        replicas[0]
        .test_client()
        .post("/api/messages", data=b'{"text": "\\u0000Intune\\u0000?"}', content_type="application/json")
    )

    assert reply.status_code == 200


def sign_in(client: FlaskClient, name: str = "ann") -> None:
    token = client.get("/staff/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/staff/sign-in", data={"name": name, "password": PASSWORD, "csrf_token": token})
