"""Several worker processes without Redis: order, counts and claims hold for all of them; one that dies is replaced."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from bot.locks import ConversationBusy
from bot.settings import PROJECT, SettingsError, load_settings
from bot.transcripts.database import Database
from bot.transcripts.store import TranscriptStore
from bot.workers.board import Board
from bot.workers.deliveries import WorkerDeliveries
from bot.workers.locks import WorkerLocks
from bot.workers.rates import WorkerRates
from tests.bot.serving import PATIENCE, Serving, serving


@contextlib.contextmanager
def holding(path: Path, conversation: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a conversation's lock."""
    command = [sys.executable, "-m", "tests.fakes.holding", str(path), conversation]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_conversation_that_another_process_answers_is_busy_and_others_are_free(tmp_path: Path) -> None:
    locks = WorkerLocks(tmp_path / "lock")
    with holding(tmp_path / "lock", "one"):
        with pytest.raises(ConversationBusy), locks.hold("one", 0.05):
            raise AssertionError("held twice")
        with locks.hold("another", 0.05):
            pass
    locks.close()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    locks = WorkerLocks(tmp_path / "lock")
    with holding(tmp_path / "lock", "one") as process:
        process.send_signal(signal.SIGKILL)
        with locks.hold("one", PATIENCE):
            pass
    locks.close()


def test_threads_of_one_process_queue_as_well(tmp_path: Path) -> None:
    locks = WorkerLocks(tmp_path / "lock")
    with locks.hold("one", 1):
        with pytest.raises(ConversationBusy), locks.hold("one", 0.01):
            raise AssertionError("held twice")
    with locks.hold("one", 0.01):
        pass
    locks.close()


def test_requests_are_counted_in_one_window_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    here, there = (WorkerRates(f"workers://{tmp_path}/board.db") for _ in range(2))

    assert here.acquire_entry("client", 3, 60)
    now[0] += 10
    assert there.acquire_entry("client", 3, 60, amount=2)
    assert not here.acquire_entry("client", 3, 60)
    assert here.acquire_entry("another client", 3, 60)
    assert there.get_moving_window("client", 3, 60) == (1000, 3)
    now[0] += 51  # the first has left the window
    assert here.acquire_entry("client", 3, 60)
    assert not there.acquire_entry("client", 3, 60)
    here.clear("client")
    assert there.get_moving_window("client", 3, 60) == (1061, 0)
    assert there.check()
    for rates in (here, there):
        rates.close()


def test_a_delivery_belongs_to_whoever_claims_it_first(tmp_path: Path) -> None:
    boards = [Board(tmp_path / "board.db") for _ in range(2)]
    here, there = (WorkerDeliveries(board, remembered=60) for board in boards)

    assert here.claim("m1")
    assert not there.claim("m1")
    assert there.claim("m2")
    here.release("m1")
    assert there.claim("m1")
    for board in boards:
        board.close()


@pytest.mark.parametrize("value", ["0", "65", "many"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="WORKERS has to be auto, or a whole number from 1 to 64"):
        load_settings(environ={"WORKERS": value})


def test_auto_is_one_a_core_and_four_at_most() -> None:
    assert 1 <= load_settings(environ={}).workers <= 4


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path, WORKERS="3") as running:
        yield running


def workers_of(service: Serving) -> list[psutil.Process]:
    """The workers, once all three of them are there."""
    end = time.monotonic() + PATIENCE
    while service.process.poll() is None and time.monotonic() < end:
        alive = [each for each in psutil.Process(service.process.pid).children() if is_alive(each)]
        if len(alive) == 3:
            return alive
        time.sleep(0.05)
    raise AssertionError("there are no three workers")


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs, rather than having ended or being about to."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def test_one_message_sent_to_all_workers_at_once_is_one_turn(service: Serving) -> None:
    body = {"text": "Intune?", "message_id": str(uuid.uuid4())}
    with ThreadPoolExecutor(12) as pool:
        turns = {reply["turn"] for reply in pool.map(lambda _: service.post("/api/messages", body), range(24))}

    assert len(turns) == 1


def test_turns_of_one_conversation_are_answered_one_by_one(service: Serving, tmp_path: Path) -> None:
    body = {"sender": "ann", "message": "Intune?"}
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: service.post("/webhooks/rest/webhook", body), range(36)))

    database = Database(f"sqlite:///{tmp_path}/var/transcripts.db")
    (conversation,) = TranscriptStore(database).conversations().conversations
    database.close()
    assert conversation.turn_count == 36


def test_the_metrics_are_those_of_all_workers(service: Serving) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: service.post("/api/messages", {"text": "Intune?"}), range(30)))

    def counted() -> bool:
        with urllib.request.urlopen(service.url + "/metrics") as reply:
            return 'faq_turns_total{channel="web",outcome="answered"} 30.0' in reply.read().decode().splitlines()

    end = time.monotonic() + PATIENCE
    while not counted():  # a turn is counted after its reply
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_client_is_limited_by_all_workers_together(tmp_path: Path) -> None:
    def status(service: Serving) -> int:
        try:
            service.post("/api/messages", {"text": "Intune?"})
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        return 200

    with serving(tmp_path, WORKERS="3", RATE_LIMIT="10/hour") as service, ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: status(service), range(30)))

    assert sorted(statuses) == [200] * 10 + [429] * 20


def test_a_worker_that_dies_is_replaced(service: Serving) -> None:
    before = workers_of(service)
    os.kill(before[0].pid, signal.SIGKILL)
    before[0].wait(PATIENCE)

    assert service.post("/api/messages", {"text": "Intune?"})["answered"]
    assert before[0] not in workers_of(service)


def test_a_worker_that_cannot_start_is_tried_again_while_the_others_serve(service: Serving) -> None:
    before = workers_of(service)
    assert service.post("/api/messages", {"text": "Intune?"})["answered"]
    key = service.log.parent / "var" / "secret_key"
    kept = key.rename(key.with_name("kept"))
    key.mkdir()
    os.kill(before[0].pid, signal.SIGKILL)
    wait_for("a worker could not start; another will try: ", service)
    assert service.post("/api/messages", {"text": "Intune?"})["answered"]

    key.rmdir()
    kept.rename(key)
    for each in before[1:]:
        os.kill(each.pid, signal.SIGKILL)
    assert service.post("/api/messages", {"text": "Intune?"})["answered"]
    assert "Traceback" not in service.log.read_text()


def wait_for(line: str, service: Serving) -> None:
    """Until the service has logged it."""
    end = time.monotonic() + PATIENCE
    while line not in service.log.read_text():
        assert service.process.poll() is None and time.monotonic() < end, "it was not logged"
        time.sleep(0.05)
