"""/healthz, /readyz and /metrics."""

from __future__ import annotations

from flask.testing import FlaskClient

from bot.services import Services
from tests.bot.conftest import MakeApp
from tests.fakes.assistant import FakeAssistant

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}


def test_a_process_that_answers_is_healthy(client: FlaskClient, assistant: FakeAssistant) -> None:
    assistant.is_ready = False

    assert client.get("/healthz").json == {"status": "ok"}


def test_it_is_ready_once_the_assistant_is(client: FlaskClient, assistant: FakeAssistant) -> None:
    assistant.is_ready = False
    reply = client.get("/readyz")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")

    assistant.is_ready = True
    assert client.get("/readyz").json == {"status": "ready"}


def test_it_is_not_ready_without_its_database(client: FlaskClient, parts: Services) -> None:
    parts.database.close()
    for file in parts.settings.var_dir.glob("transcripts.db*"):
        file.unlink()
    parts.settings.var_dir.joinpath("transcripts.db").mkdir()

    assert client.get("/readyz").status_code == 503


def test_turns_are_counted(client: FlaskClient) -> None:
    def count() -> float:
        name = 'faq_turns_total{channel="web",outcome="answered"} '
        lines = client.get("/metrics").text.splitlines()
        return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0.0)

    before = count()
    client.post("/api/messages", json={"text": "Intune?"})
    assert count() == before + 1


def test_figures_are_for_this_machine_alone(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_overrides=ELSEWHERE).status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 401


def test_a_token_opens_the_figures_to_others(make_app: MakeApp) -> None:
    client = make_app(METRICS_TOKEN="a token for prometheus").test_client()

    def get(authorization: str) -> int:
        headers = {"Authorization": authorization}
        return client.get("/metrics", headers=headers, environ_overrides=ELSEWHERE).status_code

    assert get("Bearer a token for prometheus") == 200
    assert get("Bearer another token") == 401
    assert get("Bearer \u00e9") == 401
