"""The service as a process: starting, stopping, and what survives kill -9."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.server import CannotListen, listen
from bot.services import prepare_folder
from bot.settings import PROJECT, load_settings
from bot.transcripts.database import Database
from bot.transcripts.store import TranscriptStore
from tests.bot.serving import PATIENCE, Serving, environment, free_port, serving


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_every_acknowledged_turn_survives_kill_9(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    default = f"sqlite:///{tmp_path}/var/transcripts.db"
    url = default if kind == "sqlite" else request.getfixturevalue("postgres_url")
    acknowledged: list[str] = []
    enough = threading.Event()

    def ask_on(service: Serving) -> None:
        while True:
            try:
                acknowledged.append(service.post("/api/messages", {"text": "Intune?"})["turn"])
            except (OSError, http.client.HTTPException):
                return  # killed in the middle of it
            if len(acknowledged) >= 60:
                enough.set()

    with serving(tmp_path, DATABASE_URL=url) as service, ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(ask_on, service)
        assert enough.wait(PATIENCE)
        service.kill()

    database = Database(url)
    store = TranscriptStore(database)
    stored = {turn.id for each in store.conversations(limit=10_000).conversations for turn in store.turns(each.id)}
    database.close()
    assert set(acknowledged) <= stored
    with serving(tmp_path, DATABASE_URL=url) as service:  # and the service starts again on what is left
        assert service.post("/api/messages", {"text": "Intune?"})["answered"]


def test_many_processes_may_prepare_the_folder_at_once(tmp_path: Path) -> None:
    settings = load_settings(environ={"VAR_DIR": str(tmp_path / "var")})
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(prepare_folder, settings) for _ in range(400)]:
            done.result()

    assert list((tmp_path / "var").iterdir()) == []


def test_told_to_stop_it_finishes_what_it_has_begun(tmp_path: Path) -> None:
    with serving(tmp_path, "0.5") as service, ThreadPoolExecutor(1) as pool:
        reply = pool.submit(service.post, "/api/messages", {"text": "Intune?"})
        assert service.process.stdout is not None
        assert service.process.stdout.readline() == "asked\n"
        service.process.send_signal(signal.SIGTERM)

        assert reply.result()["answered"]
        assert service.process.wait(PATIENCE) == 0


_STOPPED_EARLY = """
import os, signal, time
from bot import server
from bot.logging_setup import configure_logging
from bot.settings import load_settings
from tests.fakes.assistant import FakeAssistant

forked, build_app = server._Server._forked, server.build_app

def told_to_stop(self, arbiter, worker):
    forked(self, arbiter, worker)
    os.kill(os.getppid(), signal.SIGTERM)
    while self._came_early.empty():
        time.sleep(0.01)

def build_and_say(*given):
    print("built", flush=True)
    return build_app(*given)

server._Server._forked, server.build_app = told_to_stop, build_and_say
settings = load_settings()
configure_logging(settings)
server.serve(settings, FakeAssistant)
"""


def test_a_worker_that_is_told_to_stop_before_it_can_hear_it_does_not_start(tmp_path: Path) -> None:
    result = python("-c", _STOPPED_EARLY, folder=tmp_path, PORT=str(free_port()), WORKERS="2")

    assert result.stdout.startswith("Ready: ")
    assert "built" not in result.stdout
    assert result.returncode == 0, result.stderr


def test_a_body_that_is_too_large_gets_its_answer_over_a_real_socket(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        for size in (100_000, 900_000):
            with pytest.raises(urllib.error.HTTPError, match="413") as caught:
                service.post("/api/messages", {"text": "a" * size})
            caught.value.close()
        connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
        headers = {"Content-Type": "application/json"}
        chunks = iter([b'{"text": "'] + [b"a" * 30_000] * 4 + [b'"}'])
        connection.request("POST", "/api/messages", chunks, headers, encode_chunked=True)
        assert connection.getresponse().read().count(b'"status": 413') == 1
        connection.request("GET", "/healthz")  # the connection is still of use
        assert connection.getresponse().status == 200
        connection.close()


def python(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Python, with these arguments and settings, until it ends."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def run(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot serve`, which is expected to give up."""
    return python("-m", "bot", "serve", folder=folder, **settings)


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(tmp_path, PORT=port, LOG_LEVEL="warning")

    assert result.returncode == 1
    assert result.stderr == f"bot: port {port} on 127.0.0.1 is taken by another program; PORT chooses another one\n"


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(tmp_path, VAR_DIR=str(tmp_path / "file" / "var"))

    assert result.returncode == 2
    assert result.stderr.endswith("cannot be written (Not a directory); VAR_DIR names another folder\n")
    assert result.stderr.count("\n") == 1


def test_a_database_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    result = run(tmp_path, DATABASE_URL=f"postgresql://faq:hunter2@127.0.0.1:{free_port()}/faq")

    assert result.returncode == 1
    assert result.stderr.startswith("bot: the database does not answer: ")
    assert result.stderr.count("\n") == 1
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_without_an_assistant_the_service_ends_and_says_why(workers: str, tmp_path: Path) -> None:
    script = (
        "from bot.server import serve; from bot.settings import load_settings\n"
        "from bot.logging_setup import configure_logging; from bot.assistant.protocol import AssistantUnavailable\n"
        "def make(): raise AssistantUnavailable('There is no trained model.')\n"
        "configure_logging(load_settings()); serve(load_settings(), make)"
    )
    result = python("-c", script, folder=tmp_path, PORT=str(free_port()), WORKERS=workers)

    assert result.returncode != 0
    assert "the assistant could not be started: There is no trained model." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "HOST 192.0.2.1 is not an address of this machine"),
        ("no-such-host.invalid", "HOST 'no-such-host.invalid' is not a known host or address"),
        ("a" * 300, "is not a known host or address"),
    ],
)
def test_a_host_that_is_none_of_ours_is_one_clear_line(host: str, reason: str) -> None:
    with pytest.raises(CannotListen, match=reason.replace(".", r"\.")):
        listen(host, free_port())


def test_both_kinds_of_address_can_be_listened_on() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        listen(host, free_port()).close()
