"""gunicorn's threaded worker, whose threads stay with a connection for a moment after a reply.

A busy client, or the proxy of many, sends its next request on the same connection at once. Handing the connection back
to the main thread, which waits for the request and hands it to a thread again, costs two changes of threads, and the
main thread competes with the turn for Python's lock.
"""

from __future__ import annotations

import select
from types import SimpleNamespace
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from bot.afterwards import later

MOMENT = 20  # milliseconds


class LingeringWorker(ThreadWorker):  # type: ignore[misc]
    """Serves the next request of a connection on the same thread, if it comes at once and threads are not scarce."""

    def handle(self, conn: Any) -> Any:
        """See ThreadWorker; runs on a thread of the pool."""
        result = super().handle(conn)
        while result is True and self.alive and self.nr_conns <= self.cfg.threads and _has_more(conn):
            result = super().handle(conn)
        return result

    def handle_request(self, req: Any, conn: Any) -> Any:
        """See ThreadWorker; the head of a reply goes out with its body and not before it."""
        with later():
            sending = HeadWithBody(conn.sock)
            held = SimpleNamespace(sock=sending, client=conn.client, server=conn.server)
            result = super().handle_request(req, held)
            sending.flush()
            return result


class HeadWithBody:
    """A connection on which what is sent first, a reply's head, waits for what is sent next."""

    def __init__(self, connection: Any) -> None:
        """Args: connection: a socket, for whatever else is asked of it."""
        self._connection = connection
        self._has_begun = False
        self._waiting = b""

    def sendall(self, data: bytes) -> None:
        """See socket.socket."""
        if self._has_begun:
            waiting, self._waiting = self._waiting, b""
            self._connection.sendall(waiting + data)
        else:
            self._has_begun, self._waiting = True, data

    def flush(self) -> None:
        """Send the head by itself, if it still waits."""
        if self._waiting:
            self.sendall(b"")

    def __getattr__(self, name: str) -> Any:
        """What anybody else does with the connection comes after what was sent."""
        self.flush()
        return getattr(self._connection, name)


def _has_more(conn: Any) -> bool:
    """Whether another request begins to arrive within a moment; one that was read ahead is left to ThreadWorker."""
    if conn.parser.unreader.buf.getvalue():
        return False
    waiting = select.poll()
    waiting.register(conn.sock, select.POLLIN)
    return bool(waiting.poll(MOMENT))
