"""Trains stock Rasa on a written project; what was trained before with the same files is used again."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from tests.bench.baseline.project import Fallback

FILES = ("config.yml", "domain.yml", "nlu.yml", "rules.yml")


_ENDING = ".tar.gz"


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
    if not _train(folder, name, log):
        raise BaselineFailed(f"Rasa could not train {folder}; {log} says why")
    report(f"stock: {folder.name}: trained in {time.perf_counter() - start:.0f} s")
    return model


def with_fallback(model: Path, fallback: Fallback) -> Path:
    """The same model, refusing otherwise; thresholds are settings, and nothing that is trained depends on them."""
    changed = model.with_name(f"{model.name.removesuffix(_ENDING)}-{fallback.threshold}-{fallback.ambiguity}{_ENDING}")
    if changed.is_file():
        return changed
    beside = changed.with_suffix(".new")
    with tarfile.open(model) as before, tarfile.open(beside, "w:gz", compresslevel=1) as after:
        for member in before.getmembers():
            content = before.extractfile(member)
            if content is not None and Path(member.name).name == "metadata.json":
                text = json.dumps(_refusing(json.load(content), fallback)).encode()
                member.size, content = len(text), io.BytesIO(text)
            after.addfile(member, content)
    return beside.rename(changed)


def _refusing(metadata: dict[str, Any], fallback: Fallback) -> dict[str, Any]:
    """A model's metadata with other settings of its FallbackClassifier."""
    for node in metadata["predict_schema"]["nodes"].values():
        if node["uses"].endswith(".FallbackClassifier"):
            node["config"] |= {"threshold": fallback.threshold, "ambiguity_threshold": fallback.ambiguity}
    return metadata


def _train(folder: Path, name: str, log: Path) -> bool:
    """Run `rasa train`, as a process of its own: what this one has imported or changed of Rasa has no part in it."""
    command = [sys.executable, "-m", "rasa", "train", "--domain", "domain.yml", "--config", "config.yml"]
    command += ["--data", "nlu.yml", "rules.yml", "--out", "models", "--fixed-model-name", name]
    # A cache of its own, so that our own models are neither used nor pushed out.
    cache = {"RASA_CACHE_DIRECTORY": str(folder.parent / "cache"), "RASA_TELEMETRY_ENABLED": "false"}
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **cache}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    return done.returncode == 0 and (folder / "models" / name).is_file()


def hush() -> None:
    """Keep Rasa's event log to warnings; at first it prints everything, whatever `logging` says."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes() + b"\0")
    return digest.hexdigest()[:12]
