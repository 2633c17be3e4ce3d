"""Connections that stay open: a thread waits with one for its next request, but never while others need threads."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from gunicorn.workers.gthread import ThreadWorker

from bot.workers.lingering import LingeringWorker
from tests.bot.serving import Serving, serving

BODY = json.dumps({"text": "Intune?"}).encode()
HEADERS = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("lingering"), WORKERS="1", THREADS="2") as running:
        yield running


def connect(service: Serving) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=30))


def ask(connection: http.client.HTTPConnection) -> bool:
    connection.request("POST", "/api/messages", BODY, HEADERS)
    answered: bool = json.load(connection.getresponse())["answered"]
    return answered


def test_one_connection_asks_again_and_again(service: Serving) -> None:
    with connect(service) as connection:
        assert all(ask(connection) for _ in range(20))


def test_open_connections_keep_nobody_else_waiting(service: Serving) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(service)) for _ in range(6)]
        for _ in range(3):
            assert all(ask(connection) for connection in connections)


def test_requests_sent_without_waiting_are_answered_in_order(service: Serving) -> None:
    head = (
        f"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
    )
    requests = [f"{head}{more}\r\n".encode() + BODY for more in ("", "", "Connection: close\r\n")]
    with socket.create_connection(("127.0.0.1", urlsplit(service.url).port or 80), timeout=30) as connection:
        connection.sendall(b"".join(requests))
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.count(b"HTTP/1.1 200 OK") == 3
    assert received.count(b'"answered":true') == 3


@pytest.mark.skipif(not hasattr(socket, "TCP_CORK"), reason="only Linux holds packets back")
def test_head_and_body_are_held_back_until_both_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    def note(_worker: object, _request: object, conn: SimpleNamespace) -> bool:
        held.append(conn.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK))
        return True

    monkeypatch.setattr(ThreadWorker, "handle_request", note)
    worker = object.__new__(LingeringWorker)
    with socket.socket() as connection:
        assert worker.handle_request(None, SimpleNamespace(sock=connection))
        held.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK))

    assert held == [1, 0]
