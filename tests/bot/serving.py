"""The service as a process of its own, for tests that stop or kill it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import PROJECT, SETTINGS

PATIENCE = 120  # seconds; for what takes one, on a machine that has much else to do
_PORTS = range(20_000, 32_000)  # below those that systems give to whoever connects or asks for any


@dataclass(frozen=True)
class Serving:
    """A running service; `process` leads a process group of its own, and `log` is a file."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def post(self, path: str, body: object) -> dict[str, Any]:
        """Send JSON and read JSON."""
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            parsed: dict[str, Any] = json.load(reply)
        return parsed

    def kill(self) -> None:
        """kill -9 for every process of the service."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """An environment with these settings and no others."""
    names = {setting.name for setting in SETTINGS}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "VAR_DIR": str(folder / "var"), **settings}


def free_port() -> int:
    """A port that nobody listens on, and that nobody is given by chance before it is used."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, module: str = "tests.fakes.serve", **settings: str) -> Iterator[Serving]:
    """Run the service until the end of the block; it is ready inside. What it logged is printed, for tests that fail.

    `module` is what python runs: the service with the fake assistant, or "bot" for the real one (with "serve").
    """
    port = free_port()
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT,
            env=environment(folder, PORT=str(port), **settings),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    running = Serving(process, f"http://127.0.0.1:{port}", folder / "log")
    try:
        first = process.stdout.readline()
        assert first == f"Ready: {running.url}\n", f"it is not ready, but says {first!r}"
        yield running
    finally:
        print(f"status {process.poll()}, log:\n{running.log.read_text()[-20_000:]}")
        running.kill()
        process.stdout.close()
