"""One person who asks a service one question after the other."""

from __future__ import annotations

import json
import socket
import time
from urllib.parse import urlsplit

from tests.bench.load import LoadFailed
from tests.bench.sides import PATH, Running, is_answer, message

_PATIENCE = 120  # seconds


class Person:
    """Asks over one connection, which is a bare socket.

    The time is the service's alone that way: from the last byte of a request to the last byte of its reply. Python's
    own HTTP client takes 0.7 ms more, for the two pieces in which it sends a request and for what it reads of a reply's
    head, in which it also clears the processor's cache. wrk, in C, is as quick as this.
    """

    def __init__(self, running: Running) -> None:
        """Connect."""
        self._name = running.name
        address = urlsplit(running.url)
        self._head = f"POST {PATH} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        self._connection = socket.create_connection((address.hostname, address.port), timeout=_PATIENCE)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sender: str, text: str) -> float:
        """Milliseconds until the answer.

        Raises:
            LoadFailed: there was none.
        """
        body = json.dumps(message(sender, text)).encode()
        request = f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        start = time.perf_counter()
        self._connection.sendall(request)
        head, reply = self._reply()
        taken = 1000 * (time.perf_counter() - start)
        if b" 200 " not in head.partition(b"\r\n")[0] or not is_answer(json.loads(reply)):
            raise LoadFailed(f"{self._name} did not answer")
        return taken

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def _reply(self) -> tuple[bytes, bytes]:
        """Head and body of the next reply."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = self._length(head)
        while len(body) < length:
            body += self._more()
        return head, body

    def _more(self) -> bytes:
        received = self._connection.recv(1 << 16)
        if not received:
            raise LoadFailed(f"{self._name} closed the connection")
        return received

    def _length(self, head: bytes) -> int:
        """Bytes of the body that a head announces."""
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return int(line[len(b"content-length:") :])
        raise LoadFailed(f"{self._name} did not say how long its reply is")
