"""gunicorn's threaded worker, whose threads stay with a connection for a moment after a reply.

A busy client, or the proxy of many, sends its next request on the same connection at once. Handing the connection back
to the main thread, which waits for the request and hands it to a thread again, costs two changes of threads, and the
main thread competes with the turn for Python's lock.
"""

from __future__ import annotations

import contextlib
import select
import socket
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from bot.afterwards import later

MOMENT = 20  # milliseconds
_CORK: int | None = getattr(socket, "TCP_CORK", None)  # of Linux


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
            _cork(conn.sock, True)
            try:
                return super().handle_request(req, conn)
            finally:
                _cork(conn.sock, False)


def _has_more(conn: Any) -> bool:
    """Whether another request begins to arrive within a moment; one that was read ahead is left to ThreadWorker."""
    if conn.parser.unreader.buf.getvalue():
        return False
    waiting = select.poll()
    waiting.register(conn.sock, select.POLLIN)
    return bool(waiting.poll(MOMENT))


def _cork(connection: socket.socket, corked: bool) -> None:
    """Hold back what is not a full packet yet, or no longer; what waits for longer than 0.2 s goes all the same."""
    if _CORK is not None:
        with contextlib.suppress(OSError):  # the client has gone, which sending to it will say
            connection.setsockopt(socket.IPPROTO_TCP, _CORK, corked)
