"""Connections that stay open: a thread waits with one for its next request, but never while others need threads."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from bot.workers.lingering import HeadWithBody
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


def test_a_reply_without_a_body_is_sent(service: Serving) -> None:
    with connect(service) as connection:
        for _ in range(2):
            connection.request("HEAD", "/healthz")
            reply = connection.getresponse()
            assert (reply.status, reply.read()) == (200, b"")


class Connection:
    """A socket that notes what is done with it."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def sendall(self, data: bytes) -> None:
        self.done.append(data)

    def settimeout(self, seconds: float) -> None:
        self.done.append(seconds)


def test_the_head_of_a_reply_goes_out_with_what_follows() -> None:
    connection = Connection()
    sending = HeadWithBody(connection)
    for data in (b"head ", b"body ", b"more"):
        sending.sendall(data)
    sending.flush()

    assert connection.done == [b"head body ", b"more"]


def test_a_head_that_nothing_follows_goes_out_before_anything_else_is_done() -> None:
    connection = Connection()
    sending = HeadWithBody(connection)
    sending.sendall(b"head")
    sending.settimeout(1)
    sending.sendall(b"body")
    sending.flush()

    assert connection.done == [b"head", 1, b"body"]
