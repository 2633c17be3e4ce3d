"""Set-up, driven as `make` drives it, in a small project of its own with a stand-in for uv and pip."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Writes down what it is asked, and makes an environment with the Python that runs the tests.
UV = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
  --version) echo "uv {version} (test)" ;;
  "python find"*) echo "{python}" ;;
  venv*) for last; do :; done; rm -rf "$last"; mkdir -p "$last/bin"; ln -s "{python}" "$last/bin/python" ;;
  "pip compile"*) [ -n "$CPU_INDEX_ANSWERS" ] ;;
  "pip install"*) [ -z "$INSTALL_FAILS" ] || {{ echo "no space left"; exit 2; }} ;;
esac
"""
PIP = """
import os, pathlib, sys
if sys.argv[1:] == ["config", "list"]:
    print("global.cert='/certificates.pem'\\nglobal.index-url='https://packages.example/simple'")
if sys.argv[1] == "install":
    target = pathlib.Path(sys.argv[sys.argv.index("--target") + 1], "bin")
    target.mkdir(parents=True)
    (target / "uv").write_text({uv!r})
    (target / "uv").chmod(0o755)
"""


class Project:
    """A folder with set-up's script and locks; `calls` is what uv was asked, its look-ups left out."""

    def __init__(self, root: Path, uv_version: str = "0.13.0") -> None:
        self.root = root
        self.environment = {"PATH": f"{root}/bin:/usr/bin:/bin", "HOME": str(root), "CPU_INDEX_ANSWERS": "1"}
        (root / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "setup.py", root / "scripts")
        self.write("requirements.txt", "torch==2.12.1  # via -r requirements.in\n")
        self.write("requirements-dev.txt", "pytest==8.4.2\n")
        self.write("requirements-cuda.txt", "triton==3.7.1\n")
        self.write("pip/__main__.py", PIP.format(uv=self.uv("0.13.0")))
        self.write("bin/uv", self.uv(uv_version))
        (root / "bin" / "uv").chmod(0o755)

    def uv(self, version: str) -> str:
        return UV.format(log=self.root / "calls", python=sys.executable, version=version)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def command(self, *options: str) -> list[str]:
        return [sys.executable, str(self.root / "scripts" / "setup.py"), *options]

    def set_up(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options),
            env={**self.environment, "PYTHONPATH": str(self.root), **environment},
            capture_output=True,
            encoding="utf-8",
        )

    def calls(self) -> list[str]:
        log = self.root / "calls"
        asked = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [call for call in asked if call.startswith(("venv", "pip install"))]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "项目 folder"  # people have such paths
    root.mkdir()
    return Project(root)


def test_a_second_run_does_nothing(project: Project) -> None:
    first = project.set_up()
    assert first.returncode == 0, first.stderr
    assert [call.split()[0] for call in project.calls()] == ["venv", "pip"]
    assert re.fullmatch(r"(set-up: .* \.\.\. \d+\.\d s\n){2}", first.stdout)
    second = project.set_up()
    assert (second.returncode, second.stdout, project.calls()) == (0, "", [])


def test_a_changed_lock_installs_into_the_same_environment(project: Project) -> None:
    project.set_up()
    project.calls()
    project.write("requirements.txt", "torch==2.12.2\n")
    project.set_up()
    assert [call.split()[0] for call in project.calls()] == ["pip"]
    project.write("requirements-dev.txt", "pytest==8.4.3\n")
    assert project.set_up().stdout == ""


def test_the_developers_packages_stay_once_installed(project: Project) -> None:
    project.set_up()
    project.set_up("--developer")
    assert "requirements-dev.txt" in project.calls()[-1]
    project.write("requirements.txt", "torch==2.12.2\n")
    project.set_up()
    assert "requirements-dev.txt" in project.calls()[-1]
    assert project.set_up("--developer").stdout == ""


def test_an_environment_made_by_hand_is_adopted(project: Project) -> None:
    (project.root / ".venv/bin").mkdir(parents=True)
    (project.root / ".venv/bin/python").symlink_to(sys.executable)
    project.set_up()
    assert [call.split()[0] for call in project.calls()] == ["pip"]


@pytest.mark.parametrize("damage", ["interrupted", "python-gone"])
def test_a_half_made_environment_is_made_anew(project: Project, damage: str) -> None:
    project.set_up()
    project.calls()
    if damage == "interrupted":
        (project.root / ".venv/.set-up.json").unlink()
        (project.root / ".venv/.set-up-unfinished").touch()
    else:
        (project.root / ".venv/bin/python").unlink()
        (project.root / ".venv/bin/python").symlink_to("/no/such/python")
    project.set_up()
    assert [call.split()[0] for call in project.calls()] == ["venv", "pip"]
    assert not (project.root / ".venv/.set-up-unfinished").exists()


def test_a_failed_installation_says_why_and_is_tried_again(project: Project) -> None:
    failed = project.set_up(INSTALL_FAILS="1")
    assert failed.returncode == 1
    assert failed.stderr.startswith("set-up: packages") and failed.stderr.endswith("no space left\n")
    assert len(project.calls()) == 3  # the environment, torch for CPU, torch from PyPI
    assert project.set_up().returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="torch's CPU builds have an index of their own for Linux")
def test_torch_comes_from_pypi_where_the_cpu_index_does_not_answer(project: Project) -> None:
    project.set_up(CPU_INDEX_ANSWERS="")
    assert "--torch-backend" not in project.calls()[-1]
    project.write("requirements.txt", "torch==2.12.2\n")
    project.set_up()
    assert "--torch-backend=cpu" in project.calls()[-1]


def test_uv_comes_with_pip_and_pips_settings_where_the_one_on_the_path_is_old(tmp_path: Path) -> None:
    project = Project(tmp_path, uv_version="0.4.30")
    own = project.uv("0.13.0").replace('echo "$@"', 'echo "$@" $UV_DEFAULT_INDEX $SSL_CERT_FILE')
    project.write("pip/__main__.py", PIP.format(uv=own))
    assert project.set_up().stdout.startswith("set-up: uv into .uv ...")
    assert project.calls()[-1].endswith("https://packages.example/simple /certificates.pem")


def test_a_python_without_pip_is_named(tmp_path: Path) -> None:
    project = Project(tmp_path, uv_version="0.4.30")
    project.write("pip/__main__.py", "raise SystemExit('No module named pip')")
    assert project.set_up().stderr == (f"set-up: {sys.executable} has no pip; install it (Debian: python3-pip)\n")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_an_unwritable_folder_is_one_line(open_folder: Path) -> None:
    project = Project(open_folder)
    open_folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    python = "/usr/bin/python3" if os.getuid() == 0 else sys.executable
    answer = subprocess.run(
        [python, *project.command()[1:]],
        env=project.environment,
        user=65534 if os.getuid() == 0 else None,  # root may write anywhere
        capture_output=True,
        encoding="utf-8",
    )
    open_folder.chmod(0o755)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"set-up: cannot write into {open_folder}: Permission denied\n"


def test_two_set_ups_of_one_folder_take_turns(tmp_path: Path) -> None:
    project = Project(tmp_path)
    with open(tmp_path / ".set-up.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(project.command(), env=project.environment, stdout=subprocess.PIPE, encoding="utf-8")
        assert waiting.stdout and waiting.stdout.readline().startswith("set-up: waiting for another")
        assert project.calls() == []
    with waiting:
        assert waiting.wait() == 0
    assert len(project.calls()) == 2


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-cuda.txt"])
def test_locks_pin_every_package_and_name_no_registry(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert lines and all(re.match(r"[a-z0-9.-]+==[0-9][^ ]*( ; .*)?  # via ", line) for line in lines)
    assert not [line for line in lines if "://" in line or line.startswith("--")]
    for_graphics_cards = [line for line in lines if line.startswith(("nvidia-", "cuda-", "triton=="))]
    assert for_graphics_cards == (lines if name == "requirements-cuda.txt" else [])


@pytest.mark.parametrize("kind", ["requirements", "requirements-dev"])
def test_locks_hold_every_requirement(kind: str) -> None:
    asked = re.findall(r"^[A-Za-z][\w.-]*", (ROOT / f"{kind}.in").read_text(encoding="utf-8"), re.MULTILINE)
    locked = re.findall(r"^[^=#]+(?===)", (ROOT / f"{kind}.txt").read_text(encoding="utf-8"), re.MULTILINE)
    missing = {re.sub(r"[-_.]+", "-", name).lower() for name in asked} - set(locked)
    assert not missing, "run `make lock`"
