"""Approval and undo, seen from running services: two processes on one database answer the new way, unrestarted."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.knowledge_base.store import KnowledgeStore
from bot.settings import PROJECT, load_settings
from bot.terminal import open_knowledge
from tests.bench.approval import IN_CHINESE, LABEL, PAGE, QUESTION, approve, content
from tests.bot.serving import PATIENCE, Serving, serving

pytestmark = pytest.mark.slow

NEAR = "What colour is the badge of a datacenter visitor?"


@pytest.fixture
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """What both services are set to; on SQLite they share the folder too, as processes of one machine do.

    Each is one process, so that one that was seen to follow has followed as a whole.
    """
    common = {"SECRET_KEY": "the same for both", "WORKERS": "1"}
    for name in ("a", "b") if request.param == "postgres" else ("a",):
        (tmp_path / name / "var").mkdir(parents=True)
        (tmp_path / name / "var" / "index").symlink_to(PROJECT / "var" / "index")
    if request.param == "postgres":
        return {"DATABASE_URL": request.getfixturevalue("postgres_url"), **common}
    (tmp_path / "b").symlink_to(tmp_path / "a")
    return common


@pytest.fixture
def start(model: Path, shared: dict[str, str], tmp_path: Path) -> Iterator[Callable[[str], Serving]]:
    """Starts a service in one of the folders "a" and "b"."""
    with contextlib.ExitStack() as running:
        yield lambda name: running.enter_context(serving(tmp_path / name, "serve", module="bot", **shared))


@pytest.fixture
def store(shared: dict[str, str], tmp_path: Path) -> Iterator[KnowledgeStore]:
    """The store, reached from a third process."""
    settings = load_settings({"VAR_DIR": str(tmp_path / "a" / "var"), **shared})
    with open_knowledge(settings) as store:
        yield store


def wait_until(service: Serving, question: str, says: str) -> None:
    """Ask until the reply holds some words."""
    start = time.monotonic()
    while time.monotonic() - start < PATIENCE:
        reply = service.post("/api/messages", {"text": question})
        if says in reply["text"]:
            return
        time.sleep(0.1)
    pytest.fail(f"{question!r} is still answered with: {reply['text']}")


@pytest.mark.parametrize("shared", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_every_process_follows_an_approval_and_an_undo(start: Callable[[str], Serving], store: KnowledgeStore) -> None:
    services = [start("a"), start("b")]
    before = [service.post("/api/messages", {"text": QUESTION}) for service in services]
    assert [reply["answered"] for reply in before] == [False, False]

    approve(store, content("It is blue."))
    for service in services:
        wait_until(service, QUESTION, "It is blue.")
    assert services[1].post("/api/messages", {"text": IN_CHINESE})["text"].startswith("It is blue.（中文）")

    approve(store, content("It is red."))
    for service in services:
        wait_until(service, QUESTION, "It is red.")

    store.undo("cem", PAGE, LABEL, 2)
    for service in services:
        wait_until(service, QUESTION, "It is blue.")
    store.undo("cem", PAGE, LABEL, 1)
    for service in services:
        wait_until(service, QUESTION, before[0]["text"])


@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
def test_a_restart_keeps_to_it_what_has_expired_is_refused_and_what_is_excluded_never_led_to(
    start: Callable[[str], Serving], store: KnowledgeStore
) -> None:
    service = start("a")
    yesterday = datetime.date.today() - datetime.timedelta(days=2)
    excluded = {"zh": (), "en": (NEAR,)}

    approve(store, content("It is blue.", excludes=excluded))
    wait_until(service, QUESTION, "It is blue.")
    assert "It is blue." not in service.post("/api/messages", {"text": NEAR})["text"]

    service.kill()
    restarted = start("a")
    assert "It is blue." in restarted.post("/api/messages", {"text": QUESTION})["text"]

    approve(store, content("It is blue.", valid_until=yesterday))
    wait_until(restarted, QUESTION, "I'm not sure what you mean, or it is not on this page")
