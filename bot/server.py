"""Serving the app with gunicorn: WORKERS processes with many threads each; the assistant lives in all of them.

A single worker loads the assistant itself and listens meanwhile. Several are forked from a process that has loaded it
and answered a first question, so that they share its memory and one that dies is replaced at once; connections
wait in the queue of the socket until then.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import queue
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from bot.app import build_app, load_assistant
from bot.assistant.protocol import Assistant
from bot.errors import StorageUnavailable
from bot.metrics import share_counts
from bot.services import Services, prepare_folder
from bot.settings import Settings
from bot.starting import log_not_started
from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.database import Database
from bot.transcripts.grouping import Grouping, open_grouping
from bot.transcripts.migrate import migrate
from bot.transcripts.retention import Retention
from bot.workers.lingering import LingeringWorker

_log = logging.getLogger(__name__)

_IN_MEMORY = "/dev/shm"  # noqa: S108 - workers say that they live in a file, which must not wait for a busy disk
_GRACE = 30  # seconds for requests in hand when the service is told to stop
_STOPS = (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)
_PAUSE = 1.0  # seconds before a worker that could not start is tried again


class CannotListen(Exception):
    """The address cannot be listened on; the message is one line for the operator."""


def serve(settings: Settings, make: Callable[[], Assistant] | None = None) -> None:
    """Serve until told to stop (SIGTERM or SIGINT); requests in hand are finished first.

    Args:
        make: makes the assistant; None makes the one that the settings describe.

    Raises:
        SettingsError, DatabaseTooNew, StorageUnavailable, CannotListen: it cannot be started.
        SystemExit: always, at the end, with the status of the process.
    """
    os.umask(0o077)  # what the service writes is for this account alone
    prepare_folder(settings)
    _prepare_database(settings)
    listening = listen(settings.host, settings.port)
    _log.info("starting url=%s pid=%d workers=%d", _url(settings), os.getpid(), settings.workers)
    _Server(settings, listening, make, _loaded_to_fork(settings, make)).run()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        CannotListen: the port is taken, or the host is none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError):
        raise CannotListen(f"HOST {host!r} is not a known host or address") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise CannotListen(_reason(error, host, port)) from None
    return listening


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program; PORT chooses another one"
    if error.errno == errno.EACCES:
        return f"this account may not listen on port {port}; PORT chooses another one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST {host} is not an address of this machine"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def _url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _loaded_to_fork(settings: Settings, make: Callable[[], Assistant] | None) -> Assistant | None:
    """The assistant that several workers share; None where the only one loads it for itself.

    Raises:
        SystemExit: it cannot be loaded; the reason is logged.
    """
    if settings.workers == 1:
        return None
    from bot.assistant.factory import make_assistant

    share_counts(settings.var_dir / f"metrics-{settings.port}")
    try:
        assistant = make() if make else make_assistant(settings)
    except Exception as error:
        log_not_started(error)
        raise SystemExit(Arbiter.APP_LOAD_ERROR) from error
    gc.collect()
    gc.freeze()  # a collection would touch, and so copy, every page in each worker
    return assistant


def _prepare_database(settings: Settings) -> None:
    """Migrate before any process is forked, so that a failure is the command's own."""
    database = Database(settings.database)
    try:
        migrate(database)
    finally:
        database.close()


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's messages, sent the way of all others."""

    def setup(self, cfg: Any) -> None:
        """See `gunicorn.glogging.Logger.setup`."""
        super().setup(cfg)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured from the settings alone."""

    def __init__(
        self,
        settings: Settings,
        listening: socket.socket,
        make: Callable[[], Assistant] | None,
        loaded: Assistant | None,
    ) -> None:
        self._settings = settings
        self._listening = listening
        self._make = make
        self._assistant = loaded
        self._parts: Services | None = None
        self._retention: Retention | None = None
        self._grouping: Grouping | None = None
        self._came_early: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._replaces = False
        super().__init__()

    def load_config(self) -> None:
        """See `BaseApplication.load_config`."""
        values = {
            "bind": f"fd://{self._listening.fileno()}",
            "workers": self._settings.workers,
            "worker_class": LingeringWorker,
            "threads": self._settings.threads,
            "worker_connections": max(1000, 4 * self._settings.threads),
            "timeout": 120,
            "graceful_timeout": _GRACE,
            "keepalive": 30,
            "logger_class": _Log,
            "control_socket_disable": True,
            "worker_tmp_dir": _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None,
            "when_ready": self._listens,
            "post_fork": self._forked,
            "worker_exit": self._close,
            "proc_name": "compliance-faq",
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the app, in the worker process; see `BaseApplication.load`."""
        while not self._came_early.empty():
            if self._came_early.get() in _STOPS:
                raise SystemExit(0)
        try:
            return self._build()
        except Exception as error:
            if self._replaces or isinstance(error, StorageUnavailable):
                _let_another_try(error)
            raise

    def _build(self) -> Any:
        assistant = self._assistant or load_assistant(self._settings, self._make, self._loaded)
        app = build_app(self._settings, assistant)
        self._parts = app.extensions["compliance-faq"]
        self._retention = Retention(
            self._parts.store, DailyFigures(self._parts.database), self._settings.retention_days
        )
        self._retention.start()
        self._parts.activation.start()
        self._parts.effects.start()
        self._grouping = open_grouping(self._parts.database)
        self._grouping.start()
        return app

    def _listens(self, _arbiter: Any) -> None:
        if self._assistant is not None:
            self._loaded(None)

    def _loaded(self, error: Exception | None) -> None:
        if error is not None:
            _give_up()
        print(f"Ready: {_url(self._settings)}", flush=True)

    def _forked(self, arbiter: Any, worker: Any) -> None:
        self._came_early = arbiter.SIG_QUEUE  # signals from before the worker's own handlers, which gunicorn loses
        self._replaces = worker.age > arbiter.num_workers

    def _close(self, _server: Any, _worker: Any) -> None:
        if self._retention is not None:
            self._retention.close()
        if self._grouping is not None:
            self._grouping.close()
        if self._parts is not None:
            self._parts.close()


def _let_another_try(error: Exception) -> NoReturn:
    """End the worker such that gunicorn starts another: the service has run, or will once the database answers."""
    reason = error.__cause__ or error
    _log.error("a worker could not start; another will try: %s", reason, exc_info=_log.isEnabledFor(logging.DEBUG))
    time.sleep(_PAUSE)
    _end(1)


def _give_up() -> NoReturn:
    """End the worker such that gunicorn does not start another: without an assistant there is no service."""
    _end(Arbiter.APP_LOAD_ERROR)


def _end(status: int) -> NoReturn:
    """At once, whatever other threads do."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(status)
