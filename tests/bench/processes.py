"""Servers that run as processes of their own: started, waited for, weighed and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.settings import PROJECT
from tests.bench.environment import with_settings

_PATIENCE = 180  # seconds that a server may take to give its first answer
_POLL = 0.01


class ServerFailed(Exception):
    """A server ended, or never answered; the message names its log."""


@dataclass(frozen=True)
class Process:
    """One process to start.

    Attributes:
        name: also that of its log.
        settings: of the service, by name; it gets no others.
    """

    name: str
    command: Sequence[str]
    settings: Mapping[str, str]


class Servers:
    """Processes that answer together, each leading a process group of its own."""

    def __init__(self, processes: Sequence[Process], logs: Path) -> None:
        """Start them all at once."""
        logs.mkdir(parents=True, exist_ok=True)
        self.started = time.perf_counter()
        self._logs = {each.name: logs / f"{each.name}.log" for each in processes}
        self._running = {each.name: _start(each, self._logs[each.name]) for each in processes}

    def check(self) -> None:
        """Raises: ServerFailed: a process has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ServerFailed(f"{name} has ended; see {self._logs[name]}")

    def cpu_seconds(self) -> float:
        """User and system time of all processes so far."""
        times = [each.cpu_times() for each in self._all()]
        return sum(each.user + each.system for each in times)

    def memory(self) -> dict[str, int]:
        """Bytes by process: its proportional share of shared pages, where the system tells, else its resident set."""
        return {name: sum(_share(each) for each in _tree(running.pid)) for name, running in self._running.items()}

    def stop(self) -> None:
        """End all processes, politely and then not."""
        for running in self._running.values():
            _signal(running, signal.SIGTERM)
        for running in self._running.values():
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                pass
            _signal(running, signal.SIGKILL)
            running.wait()

    def _all(self) -> list[psutil.Process]:
        return [each for running in self._running.values() for each in _tree(running.pid)]


def first_answer(servers: Servers, url: str, body: Mapping[str, Any], is_answer: Any) -> float:
    """Ask until there is an answer; the seconds since the start.

    Raises:
        ServerFailed: a process ended, or there was no answer within three minutes.
    """
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    while time.perf_counter() - servers.started < _PATIENCE:
        servers.check()
        with contextlib.suppress(OSError, ValueError, urllib.error.URLError):
            with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:
                if is_answer(json.load(reply)):
                    return time.perf_counter() - servers.started
        time.sleep(_POLL)
    raise ServerFailed(f"{url} did not answer")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _start(process: Process, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            process.command,
            cwd=PROJECT,
            env=with_settings(process.settings),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def _tree(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _share(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0
    return int(getattr(full, "pss", full.rss))


def _signal(running: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, number)
