"""`python -m bot teams-try`, against a running service."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot import cli, teams_try
from bot.channels import teams
from bot.channels.teams_answer import Patience
from bot.services import Services
from tests.bot.conftest import MakeApp
from tests.bot.teams_requests import OTHER, SECRET, TEAM, TENANT, card_of
from tests.fakes.assistant import FakeAssistant

LIMITS = {"TEAMS_TENANTS": TENANT, "TEAMS_TEAMS": TEAM}


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(TEAMS_SECRET=SECRET, PUBLIC_URL="https://faq.example.com", **LIMITS)


@pytest.fixture
def running(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A service that takes requests; the environment says where and with which secret, as the operator's would."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    environment = {"PORT": str(server.server_port), "HOST": "0.0.0.0", "TEAMS_SECRET": SECRET, **LIMITS}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    yield app.extensions["compliance-faq"]
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_prints_what_teams_would_get(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["teams-try", "Is Intune & <Teams> covered?"]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert printed[:4] == [
        "Yes, Intune is covered.",
        "As of: 2019-12-05",
        "[Certificate] https://example.com/certificate.pdf",
        "[Page] https://faq.example.com/pages/iso-20000-1-2011#coverage_service/service",
    ]
    assert printed[4:6] == ["You can also ask", "- And the certificate?"]
    assert printed[6].startswith("[👍 Helpful] https://faq.example.com/teams/up-")
    [conversation] = running.store.conversations().conversations
    assert conversation.title == "Is Intune & <Teams> covered?"


def test_it_can_ask_in_chinese(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["teams-try", "🙂", "--language", "zh"]) == 0

    assert capsys.readouterr().out.startswith("这个问题不在我的范围内。")


def test_it_can_print_the_message_as_it_is(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["teams-try", "Intune?", "--json"]) == 0

    assert card_of(json.loads(capsys.readouterr().out))["lang"] == "en"


def test_it_says_what_is_wrong_in_one_line(
    running: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEAMS_SECRET", OTHER)
    assert cli.main(["teams-try", "Intune?"]) == 1
    assert "answered 401: The signature is missing or wrong" in capsys.readouterr().err

    monkeypatch.setenv("TEAMS_SECRET", "")
    assert cli.main(["teams-try", "Intune?"]) == 1
    assert capsys.readouterr().err == "bot: TEAMS_SECRET is not set, so the service refuses Teams\n"


def test_a_mention_alone_is_words_alone(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["teams-try", " "]) == 0

    assert capsys.readouterr().out.startswith("Please write your question")


def test_an_apology_is_printed_too(
    running: Services,
    assistant: FakeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(teams, "PATIENCE", Patience(0.05, 60, 60))
    assistant.gate.clear()

    assert cli.main(["teams-try", "Intune?"]) == 0
    assert capsys.readouterr().out.startswith("Sorry")


def test_without_a_service_it_asks_whether_one_runs(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEAMS_SECRET", SECRET)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

    assert cli.main(["teams-try", "Intune?", "--url", url]) == 1
    assert "is the service running?" in capsys.readouterr().err
    assert cli.main(["teams-try", "Intune?", "--url", "faq.example.com"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_service_that_is_too_slow_is_said(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEAMS_SECRET", SECRET)
    monkeypatch.setattr(teams_try, "_PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert cli.main(["teams-try", "Intune?", "--url", f"http://127.0.0.1:{silent.getsockname()[1]}"]) == 1

    assert "so Teams would show an error" in capsys.readouterr().err
