"""Nothing personal gets into the database, whichever way it comes in; what is given back is what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bot.assistant.protocol import Reply, Utterance
from bot.services import Services
from bot.transcripts.tables import metadata
from tests.bot.conftest import MakeApp
from tests.bot.teams_requests import SECRET, activity, send
from tests.fakes.assistant import FakeAssistant

SECRETS = ("13811925200", "jane@example.com", "11010519491231002X", "4258153549306668", "Tr0ub4dor&3")
TEXT = "Intune? 我的手机13811925200, jane@example.com, 身份证11010519491231002X, 4258153549306668, 密码：Tr0ub4dor&3"
KEPT = "Intune? 我的手机[phone], [email], 身份证[id], [card], 密码：[secret]"


class Echo(FakeAssistant):
    """Keeps and says what it was told in every way there is."""

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """The text in reply, evidence and memory, as it is and in lower case."""
        super().respond(utterance, timeout)
        heard = utterance.text
        parts = [{"text": clause.lower()} for clause in heard.split(",")]
        return Reply(
            heard, "zh", True, "echo", 0.9, evidence={"read_as": heard.lower(), "parts": parts}, memory={"last": heard}
        )


@pytest.fixture
def assistant() -> Echo:
    return Echo()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, make_app: MakeApp) -> Flask:
    database = {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("migrated_postgres_url")}
    return make_app(TEAMS_SECRET=SECRET, **database)


def everything_stored(parts: Services) -> Iterator[str]:
    """Every value of every table, as text."""
    with parts.database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                yield from map(str, row)


def check_nothing_personal(parts: Services) -> None:
    stored = "\n".join(everything_stored(parts)).lower()
    assert "[phone]" in stored
    assert [secret for secret in SECRETS if secret.lower() in stored] == []


def by_api(client: FlaskClient) -> Any:
    return client.post("/api/messages", json={"text": TEXT})


def by_rasa(client: FlaskClient) -> Any:
    return client.post("/webhooks/rest/webhook", json={"sender": "s1", "message": TEXT})


def by_teams(client: FlaskClient) -> Any:
    return send(client, activity(text=f"<at>FAQ</at> {TEXT}"))


@pytest.mark.parametrize("door", [by_api, by_rasa, by_teams])
def test_a_message_is_masked_before_it_is_kept(door: Any, app: Flask, parts: Services) -> None:
    assert door(app.test_client()).status_code == 200

    check_nothing_personal(parts)


def test_a_comment_is_masked_before_it_is_kept(client: FlaskClient, parts: Services) -> None:
    turn = client.post("/api/messages", json={"text": "Intune?"}).json["turn"]
    client.post("/api/feedback", json={"turn": turn, "value": "down", "comment": TEXT})

    check_nothing_personal(parts)
    assert parts.store.turn(turn).comment == KEPT


def test_what_is_given_back_is_what_is_kept(client: FlaskClient) -> None:
    token = client.post("/api/messages", json={"text": TEXT}).json["conversation"]

    assert client.get(f"/api/conversations/{token}").json["turns"][0]["asked"] == KEPT


def test_a_message_that_is_sent_again_is_known_although_it_is_masked(client: FlaskClient) -> None:
    message = {"text": TEXT, "message_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}
    first = client.post("/api/messages", json=message).json
    again = client.post("/api/messages", json={**message, "conversation": first["conversation"]})

    assert again.status_code == 200
    assert again.json["turn"] == first["turn"]


def test_the_assistant_gets_nothing_personal(client: FlaskClient, assistant: Echo) -> None:
    """So neither its logs nor the tracker store of a separate Rasa server keep any."""
    client.post("/api/messages", json={"text": TEXT})

    assert [utterance.text for utterance in assistant.seen] == [KEPT]
