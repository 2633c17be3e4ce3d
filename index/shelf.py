"""Where built indexes stand: one folder each, named by its content, and a pointer to the current one.

    var/index/current             the name of the index in use, replaced in one step
    var/index/3f2a.../            an index, complete and never changed
    var/index/.building-x8d1/     one being built, left behind only by a builder that was killed

A builder holds a lock, so two at once build one after the other. Readers take none: an index that is swept
away stays readable for whoever has it open.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexNotBuilt
from index.manifest import REMEDY

POINTER, LOCK, UNFINISHED = "current", ".lock", ".building-"
_NAME = re.compile(r"[0-9a-f]{40}")


def current(shelf: Path) -> Path:
    """The folder of the index in use.

    Raises:
        IndexNotBuilt: there is none.
    """
    try:
        name = (shelf / POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
    if not _NAME.fullmatch(name) or not (shelf / name).is_dir():
        raise IndexNotBuilt(f"there is no index in {shelf}; {REMEDY}")
    return shelf / name


@contextmanager
def locked(shelf: Path) -> Iterator[None]:
    """Hold the builders' lock, waiting for whoever has it.

    Raises:
        IndexNotBuilt: the folder cannot be written to.
    """
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        lock = (shelf / LOCK).open("w")
    except OSError as error:
        raise IndexNotBuilt(f"the index cannot be written to {shelf}: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def unfinished(shelf: Path) -> Iterator[Path]:
    """A new folder to build in, which is gone afterwards unless it was put up."""
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=shelf))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_up(folder: Path, name: str) -> None:
    """Give a finished folder its name, point to it, and sweep all but it and the one before.

    The one before stays for readers who have read the pointer and not yet opened the files.
    """
    shelf = folder.parent
    try:
        before = current(shelf).name
    except IndexNotBuilt:
        before = name
    if (shelf / name).exists():  # a damaged one: the lock's holder saw that it cannot be used
        (shelf / name).rename(folder / "damaged")
    folder.chmod(0o755)  # mkdtemp's folders are closed to others
    folder.rename(shelf / name)
    shutil.rmtree(shelf / name / "damaged", ignore_errors=True)
    _point(shelf, name)
    _sweep(shelf, {name, before})


def _point(shelf: Path, name: str) -> None:
    new = shelf / f"{UNFINISHED}{POINTER}"
    new.write_text(name + "\n", encoding="ascii")
    os.replace(new, shelf / POINTER)


def _sweep(shelf: Path, kept: set[str]) -> None:
    for path in shelf.iterdir():
        old = _NAME.fullmatch(path.name) or path.name.startswith(UNFINISHED)
        if old and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
