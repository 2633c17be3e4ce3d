"""Trains stock Rasa on a written project; what was trained before with the same files is used again."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import structlog

FILES = ("config.yml", "domain.yml", "nlu.yml", "rules.yml")


class BaselineFailed(Exception):
    """Rasa could not train the baseline."""


def train_stock(folder: Path, report: Callable[[str], None]) -> Path:
    """The model of the project in `folder`; Rasa's cache spares it what has not changed.

    Raises:
        BaselineFailed: Rasa refused the project.
    """
    name = f"stock-{_fingerprint(folder)}.tar.gz"
    model = folder / "models" / name
    if model.is_file():
        report(f"stock: {folder.name}: trained before ({name})")
        return model
    report(f"stock: {folder.name}: training ...")
    start = time.perf_counter()
    log = folder / "training.log"
    with log.open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
        trained = _train(folder, name)
    if trained is None:
        raise BaselineFailed(f"Rasa could not train {folder}; {log} says why")
    report(f"stock: {folder.name}: trained in {time.perf_counter() - start:.0f} s")
    return trained


def _train(folder: Path, name: str) -> Path | None:
    # A cache of its own, so that our own models are neither used nor pushed out.
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder.parent / "cache")
    import rasa

    hush()
    result = rasa.train(
        domain=str(folder / "domain.yml"),
        config=str(folder / "config.yml"),
        training_files=[str(folder / "nlu.yml"), str(folder / "rules.yml")],
        output=str(folder / "models"),
        fixed_model_name=name,
    )
    return Path(result.model) if result.model and not result.code else None


def hush() -> None:
    """Keep Rasa's event log to warnings; at first it prints everything, whatever `logging` says."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes() + b"\0")
    return digest.hexdigest()[:12]
