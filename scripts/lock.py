"""Resolve requirements*.in into the lock files.

    make lock                       keeps the versions that still fit
    make lock UPGRADE=--upgrade     takes the newest that fit

The locks hold for every system named in pyproject.toml and name no registry. What PyPI's torch for Linux
brings along for graphics cards goes into a file of its own: constraints, used only with that torch.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from setup import CUDA_VERSIONS, DEVELOPER_PACKAGES, PACKAGES, ROOT, SetUpError, find_uv, install_uv

FOR_GRAPHICS_CARDS = ("nvidia-", "cuda-", "triton==")
EVERY_SYSTEM = (
    "((platform_machine == 'arm64' and sys_platform == 'darwin')"
    " or (platform_machine == 'aarch64' and sys_platform == 'linux')"
    " or (platform_machine == 'x86_64' and sys_platform == 'linux'))"
)
HEADER = "# Written by `make lock` from {}; do not edit.\n"


def main() -> int:
    """Write the three lock files; return the exit status."""
    try:
        write_locks(find_uv() or install_uv(), sys.argv[1:])
    except SetUpError as error:
        print(f"lock: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


def write_locks(uv: str, options: list[str]) -> None:
    """Resolve first what the service needs, then, under those versions, what its developers need."""
    lines = resolve(uv, "requirements.in", [PACKAGES, CUDA_VERSIONS], options)
    of_cuda = [line for line in lines if line.startswith(FOR_GRAPHICS_CARDS)]
    write(PACKAGES, "requirements.in", [line for line in lines if line not in of_cuda])
    write(CUDA_VERSIONS, "requirements.in", of_cuda)
    write(
        DEVELOPER_PACKAGES,
        "requirements-dev.in",
        resolve(uv, "requirements-dev.in", [DEVELOPER_PACKAGES], options),
    )


def resolve(uv: str, source: str, earlier: list[str], options: list[str]) -> list[str]:
    """Resolve one file of requirements, keeping the versions of the earlier locks where they still fit.

    Returns:
        One line for each package, such as `redis==4.6.0    # via -r requirements.in`.
    """
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8", suffix=".txt") as output:
        for name in earlier:
            if (ROOT / name).exists():
                output.write((ROOT / name).read_text(encoding="utf-8"))
        output.flush()
        command = [
            uv,
            "pip",
            "compile",
            source,
            "--output-file",
            output.name,
            "--universal",
            "--python-version",
            "3.10",
        ]
        command += ["--quiet", "--no-header", "--annotation-style", "line", *options]
        subprocess.run(command, cwd=ROOT, check=True)
        resolved = Path(output.name).read_text(encoding="utf-8").splitlines()
    return [shorten(line) for line in resolved]


def shorten(line: str) -> str:
    """Drop from a line's marker what holds on every system of pyproject.toml."""
    for always in ("python_full_version < '3.11' and ", "platform_python_implementation == 'CPython' and "):
        line = line.replace(always, "")
    return line.replace(" ; " + EVERY_SYSTEM, "").replace(" and " + EVERY_SYSTEM, "")


def write(name: str, source: str, lines: list[str]) -> None:
    """Write one lock file."""
    (ROOT / name).write_text(HEADER.format(source) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(lines)} packages")


if __name__ == "__main__":
    sys.exit(main())
