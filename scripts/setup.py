"""Set up what the project needs: uv, Python 3.10, the locked packages, the index and the Rasa model.

    python3 scripts/setup.py                the packages that the service needs
    python3 scripts/setup.py --developer    also those of the tests and checks
    python3 scripts/setup.py --ready        also a current index and a trained model

It runs on any Python from 3.8 on, since Python 3.10 may not be there yet, and needs nothing installed.
What is installed is written down in `.venv/.set-up.json`, last and by rename, so that a set-up that was cut
short is noticed and done again, and one that is complete costs a few milliseconds.
"""

import argparse
import ast
import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".set-up.json"
UNFINISHED = VENV / ".set-up-unfinished"
OWN_UV = ROOT / ".uv"

PACKAGES = "requirements.txt"
DEVELOPER_PACKAGES = "requirements-dev.txt"
CUDA_VERSIONS = "requirements-cuda.txt"  # of what PyPI's torch for Linux brings along; only constraints

OLDEST_UV = (0, 9)
UV_REQUIREMENT = "uv>=0.9,<0.14"
CPU_INDEX_SECONDS = 8  # how long the index of torch's CPU builds may take to answer

# Exits with 0 in a CPython 3.10 that was built with what the packages need.
IS_PYTHON_310 = (
    "import sys, platform, ctypes, sqlite3, ssl;"
    "sys.exit(sys.version_info[:2] != (3, 10) or platform.python_implementation() != 'CPython')"
)


class SetUpError(Exception):
    """What went wrong and what to do about it, for the person at the terminal."""


def main() -> int:
    """Set up what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(description="Set up what the project needs.")
    parser.add_argument("--developer", action="store_true", help="also what the tests and checks need")
    parser.add_argument("--ready", action="store_true", help="also a current index and a trained model")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        set_up(options.developer, options.ready)
    except SetUpError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up: stopped; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


def set_up(developer: bool, ready: bool) -> None:
    """Bring the environment, and with `ready` the index and the model, up to date."""
    if not ready and environment_is_current(developer):
        return
    with only_one():
        if not environment_is_current(developer):
            make_environment(developer)
        if ready:
            run_step("index", [str(VENV_PYTHON), "-m", "bot", "index"])
            run_step("Rasa model", [str(VENV_PYTHON), "-m", "bot", "train"])


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the folder's set-up lock; what is started inside inherits it, even if this process is killed."""
    try:
        lock = open(str(ROOT / ".set-up.lock"), "w")
    except OSError as error:
        raise SetUpError(f"cannot write into {ROOT}: {error.strerror}") from error
    with lock:
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("set-up: waiting for another set-up of this folder", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- the environment -------------------------------------------------------------------------------------


def environment_is_current(developer: bool) -> bool:
    """Whether `.venv` is complete and holds what the lock files say now."""
    stamp = read_stamp()
    if not VENV_PYTHON.exists() or stamp.get("packages") != digest(PACKAGES, CUDA_VERSIONS):
        return False
    if stamp.get("developer") is None:
        return not developer
    return bool(stamp["developer"] == digest(DEVELOPER_PACKAGES))


def make_environment(developer: bool) -> None:
    """Install the locked packages into `.venv`, made anew when it is missing, broken or half made.

    An environment that held the developer's packages keeps them.
    """
    developer = developer or read_stamp().get("developer") is not None
    uv = find_uv() or install_uv()
    environment = dict(os.environ, **settings_from_pip())
    if UNFINISHED.exists() or not is_python_310(VENV_PYTHON):
        python = find_python(uv) or install_python(uv, environment)
        run_step("environment in .venv", [uv, "venv", "--no-project", "--clear", "--python", python, str(VENV)])
    UNFINISHED.touch()
    with contextlib.suppress(FileNotFoundError):
        STAMP.unlink()
    install_packages(uv, environment, developer)
    write_stamp(developer)
    UNFINISHED.unlink()


def install_packages(uv: str, environment: Dict[str, str], developer: bool) -> None:
    """Install the locked packages and nothing else, with torch's CPU build where its index answers."""
    command = [uv, "pip", "install", "--exact", "--python", str(VENV_PYTHON)]
    command += ["--requirements", PACKAGES, "--constraints", CUDA_VERSIONS]
    if developer:
        command += ["--requirements", DEVELOPER_PACKAGES]
    if "UV_TORCH_BACKEND" in environment:
        run_step("packages, torch for " + environment["UV_TORCH_BACKEND"], command, environment)
    elif platform.system() != "Linux":
        run_step("packages", command, environment)
    elif not (
        cpu_index_answers(uv, environment)
        and try_step("packages, torch for CPU", [*command, "--torch-backend=cpu"], environment)
    ):
        run_step("packages, torch from PyPI since its CPU index does not answer", command, environment)


def cpu_index_answers(uv: str, environment: Dict[str, str]) -> bool:
    """Whether the index of torch's CPU builds offers the locked torch within a few seconds."""
    torch = re.search(r"^torch==[^ ;#]+", (ROOT / PACKAGES).read_text(encoding="utf-8"), re.MULTILINE)
    if torch is None:
        raise SetUpError(f"{PACKAGES} names no torch; make lock writes it anew")
    command = [uv, "pip", "compile", "--quiet", "--no-deps", "--torch-backend=cpu"]
    try:
        answer = subprocess.run(
            [*command, "--python", str(VENV_PYTHON), "-"],
            input=torch.group().encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=str(ROOT),
            env=dict(environment, UV_HTTP_TIMEOUT="5", UV_HTTP_RETRIES="0"),
            timeout=CPU_INDEX_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0


def read_stamp() -> Dict[str, Optional[str]]:
    """What the last complete set-up wrote down; empty when there was none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(developer: bool) -> None:
    """Write down, in one rename, what is installed now."""
    stamp = {
        "packages": digest(PACKAGES, CUDA_VERSIONS),
        "developer": digest(DEVELOPER_PACKAGES) if developer else None,
    }
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(stamp), encoding="utf-8")
    os.replace(str(draft), str(STAMP))


def digest(*names: str) -> str:
    """The SHA-256 of files of the project, in hexadecimal."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()


# --- uv and Python ---------------------------------------------------------------------------------------


def find_uv() -> Optional[str]:
    """The uv on the PATH or in the project's own folder, if it runs and is new enough."""
    for uv in (shutil.which("uv"), str(OWN_UV / "bin" / "uv")):
        version = re.match(r"uv (\d+)\.(\d+)", output_of([uv, "--version"]) or "") if uv else None
        if version and (int(version.group(1)), int(version.group(2))) >= OLDEST_UV:
            return uv
    return None


def install_uv() -> str:
    """Install uv into the project's own folder with the pip of this Python."""
    if sys.version_info < (3, 8):
        raise SetUpError("uv needs Python 3.8 or newer, or a uv on the PATH; this is " + sys.version.split()[0])
    if output_of([sys.executable, "-m", "pip", "--version"]) is None:
        raise SetUpError(f"{sys.executable} has no pip; install it (Debian: python3-pip)")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-user", "--upgrade"]
    command += ["--disable-pip-version-check", "--target", str(OWN_UV), UV_REQUIREMENT]
    run_step("uv into .uv", command, dict(os.environ, PIP_REQUIRE_VIRTUALENV="false"))
    uv = find_uv()
    if uv is None:
        raise SetUpError("the uv that pip installed into .uv does not run on this machine")
    return uv


def settings_from_pip() -> Dict[str, str]:
    """The package index and certificates that pip is set to use; uv does not read pip's settings."""
    listing = output_of([sys.executable, "-m", "pip", "config", "list"]) or ""
    found = {}  # type: Dict[str, str]
    for name, value in re.findall(r"^[^=]*\.(index-url|cert)=(.*)$", listing, re.MULTILINE):
        uv_name = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}[name]
        if uv_name not in os.environ:
            found.setdefault(uv_name, ast.literal_eval(value))
    return found


def find_python(uv: str) -> Optional[str]:
    """A Python 3.10 that truly runs: one that uv knows, one of pyenv's, or the one on the PATH."""
    find = [uv, "python", "find", "--system", "--no-project", "--no-python-downloads", "3.10"]
    known = (output_of(find) or "").strip()
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = sorted(pyenv.glob("versions/3.10*/bin/python"), key=patch_level, reverse=True)
    on_path = shutil.which("python3.10")
    for python in [known, *map(str, versions), on_path]:
        if python and is_python_310(Path(python)):
            return python
    return None


def patch_level(python: Path) -> int:
    """The 13 of `versions/3.10.13/bin/python`; 0 where there is none."""
    number = re.match(r"3\.10\.(\d+)", python.parent.parent.name)
    return int(number.group(1)) if number else 0


def install_python(uv: str, environment: Dict[str, str]) -> str:
    """Download Python 3.10 with uv."""
    if not try_step("Python 3.10", [uv, "python", "install", "3.10"], environment):
        raise SetUpError(
            "there is no Python 3.10 on this machine and none could be downloaded; install one "
            "(`python3.10` on the PATH, or `pyenv install 3.10`) and run the command again"
        )
    find = [uv, "python", "find", "--no-project", "--managed-python", "--no-python-downloads", "3.10"]
    return (output_of(find) or "").strip()


def is_python_310(python: Path) -> bool:
    """Whether this is a CPython 3.10 that runs."""
    return python.exists() and output_of([str(python), "-c", IS_PYTHON_310]) is not None


def output_of(command: List[str]) -> Optional[str]:
    """What the command prints; None when it cannot run or fails."""
    try:
        answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=str(ROOT))
    except OSError:
        return None
    return answer.stdout.decode("utf-8", "replace") if answer.returncode == 0 else None


# --- steps with a line each ------------------------------------------------------------------------------


def run_step(title: str, command: List[str], environment: Optional[Dict[str, str]] = None) -> None:
    """Run one command under a line of its own.

    Raises:
        SetUpError: it failed; with the end of what it printed.
    """
    end = step_output_if_failed(title, command, environment)
    if end is not None:
        raise SetUpError(f"{title} failed:\n{end}")


def try_step(title: str, command: List[str], environment: Dict[str, str]) -> bool:
    """Run one command under a line of its own; return whether it went well."""
    return step_output_if_failed(title, command, environment) is None


def step_output_if_failed(title: str, command: List[str], environment: Optional[Dict[str, str]]) -> Optional[str]:
    """Run one command, showing its title and seconds; return the end of its output if it fails."""
    started = time.monotonic()
    line = f"set-up: {title} ..."
    print(line, end="", flush=True)
    with tempfile.TemporaryFile() as printed:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=str(ROOT),
            env=environment,
            close_fds=False,  # it inherits the set-up lock
        )
        try:
            wait_and_count(child, line, started)
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
        seconds = time.monotonic() - started
        if child.returncode == 0:
            print(f" {as_seconds(seconds)}", flush=True)
            return None
        print(f" failed after {as_seconds(seconds)}", flush=True)
        printed.seek(0)
        return "\n".join(printed.read().decode("utf-8", "replace").splitlines()[-15:])


def wait_and_count(child: "subprocess.Popen[bytes]", line: str, started: float) -> None:
    """Wait for the child; on a terminal, count the seconds behind the line meanwhile."""
    while True:
        try:
            child.wait(timeout=1)
            return
        except subprocess.TimeoutExpired:
            if sys.stdout.isatty():
                seconds = as_seconds(time.monotonic() - started)
                print(f"\r{line} {seconds}\r{line}", end="", flush=True)


def as_seconds(seconds: float) -> str:
    """0.4 s, 41 s."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
