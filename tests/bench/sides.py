"""Both sides of the comparison: the service of this project, and stock Rasa with the same model, data and actions.

Stock Rasa is `rasa run` and `rasa run actions`, two processes as its documentation has it, started with Rasa's own
defaults from this project's files: the trained model with its components, the knowledge and the index, and the
actions with their retrieval. Nothing of Rasa is changed in there. Its tracker store is SQL on SQLite, because
Rasa's default forgets every conversation with the process, and ours stores each turn durably: SQLite is what both
can do without another server.

Both get the very same requests: Rasa's REST channel, which our service has as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.assistant.training import trained_model
from bot.settings import PROJECT
from tests.bench.processes import Process, ServerFailed, Servers, first_answer, free_port

PATH = "/webhooks/rest/webhook"
FIRST_QUESTION = "Which services are covered?"


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes:
        name: as the report calls it.
        processes: makes what has to be started, given a port and a folder for what it writes.
    """

    name: str
    processes: Callable[[int, Path], list[Process]]

    def start(self, folder: Path) -> Running:
        """Start it and wait for its first answer.

        Raises:
            ServerFailed: there is none.
        """
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        servers = Servers(self.processes(port, folder), folder)
        url = f"http://127.0.0.1:{port}"
        try:
            seconds = first_answer(servers, url + PATH, message("first", FIRST_QUESTION), is_answer)
        except BaseException:
            servers.stop()
            raise
        return Running(self.name, url, servers, seconds)


@dataclass(frozen=True)
class Running:
    """A side that answers; it took `start_seconds` until it first did."""

    name: str
    url: str
    servers: Servers
    start_seconds: float


def message(sender: str, text: str) -> dict[str, str]:
    """The body of a request."""
    return {"sender": sender, "message": text}


def is_answer(reply: Any) -> bool:
    """Whether the reply holds words; an apology for a failure does not count."""
    return bool(reply) and all(_is_word(each) for each in reply) and any(each.get("text") for each in reply)


def _is_word(each: Mapping[str, Any]) -> bool:
    return bool((each.get("custom") or {}).get("topic") != "unavailable")


def service(port: int, folder: Path, command: Sequence[str], **more: str) -> Process:
    """Our service, started with `command`, with a database in `folder` and `more` settings."""
    settings = {
        **more,
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder}/transcripts.db",
        "SECRET_KEY": "only-for-the-benchmark",
        "RATE_LIMIT": "off",
    }
    return Process("service", command, settings)


def _ours(port: int, folder: Path) -> list[Process]:
    return [service(port, folder, [sys.executable, "-m", "bot", "serve"])]


def _stock(port: int, folder: Path) -> list[Process]:
    model = trained_model()
    if model is None:
        raise ServerFailed("there is no trained model; run: make train")
    actions = free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        yaml.safe_dump(
            {
                "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"},
                "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")},
            }
        )
    )
    rasa = [sys.executable, "-m", "rasa", "run"]
    return [
        Process(
            "rasa-run",
            [*rasa, "-m", str(model), "--endpoints", str(endpoints), "--credentials", str(PROJECT / "credentials.yml"),
             "-i", "127.0.0.1", "-p", str(port)],
            {},
        ),
        Process("rasa-run-actions", [*rasa, "actions", "-p", str(actions)], {}),
    ]  # fmt: skip


OURS, STOCK = Side("ours", _ours), Side("stock Rasa", _stock)
SIDES = (OURS, STOCK)
