"""Real servers for tests: a PostgreSQL cluster and a Redis server of their own, in temporary folders.

Where their programs are missing, the tests that need them are skipped; in CI (CI=true) they fail.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

_FORGETFUL = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of a running cluster's socket."""
    with postgres_cluster(_FORGETFUL) as folder:
        yield folder


@contextlib.contextmanager
def postgres_cluster(options: str = "") -> Iterator[Path]:
    """A cluster of its own, gone at the end; the folder of its socket.

    Args:
        options: for the server; without any it is as durable as PostgreSQL is by default.
    """
    programs = _postgres_programs()
    with _folder_for_postgres() as (folder, run):
        data = folder / "data"
        made = ["-U", "faq", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        run([programs / "initdb", "-D", data, *made])
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} {options}"
        run([programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start"])
        try:
            yield folder
        finally:
            run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])


@contextlib.contextmanager
def postgres_database(server: Path, name: str = "", copied_from: str = "template1") -> Iterator[str]:
    """The address of a new database of a cluster, dropped at the end; an empty one unless it is copied."""
    name = name or f"test_{uuid.uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {copied_from}")
    try:
        yield f"postgresql://faq@/{name}?host={server}"
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """An empty database, for one test."""
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a running Redis."""
    program = shutil.which("redis-server") or _missing("redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if not any("Ready to accept connections" in line for line in process.stdout):
            pytest.fail("redis-server did not start")
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@contextlib.contextmanager
def _folder_for_postgres() -> Iterator[tuple[Path, _Run]]:
    """A folder, and what runs programs as its owner, for PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="faq-postgres-"))
    owner = None
    if os.getuid() == 0:
        owner = _unprivileged()
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        yield folder, _Run(folder, owner)
    finally:
        shutil.rmtree(folder)


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return pytest.fail("no account to run PostgreSQL as")


class _Run:
    def __init__(self, folder: Path, owner: pwd.struct_passwd | None) -> None:
        self._folder = folder
        self._who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}

    def __call__(self, command: list[str | Path]) -> None:
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, **self._who)


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        _missing("initdb")
    return found[-1].parent if found else Path(str(on_path)).parent


def _missing(program: str) -> str:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed")
    pytest.skip(f"{program} is not installed")


def _administer(server: Path, statement: str) -> None:
    connection = psycopg2.connect(host=str(server), user="faq", dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
