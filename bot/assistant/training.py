"""Trains the Rasa model and builds the index, each only when something that it depends on has changed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bot.settings import PROJECT, Settings

MODELS = PROJECT / "models"
_STAMP = MODELS / "trained.json"
_DATA = ("data/nlu", "data/rules", "data/stories")
# What an index depends on, and what a trained model does: Rasa's files and the code that understands messages.
_INDEX_INPUTS = ("requirements.txt", "data/nlu", "data/knowledge", "index")
_MODEL_INPUTS = (*_INDEX_INPUTS, "config.yml", "domain.yml", "data/rules", "data/stories", "bot/nlu")


class TrainingFailed(Exception):
    """Rasa could not train a model; the message is one line."""


def train(settings: Settings, force: bool = False, report: Callable[[str], None] = print) -> Path:
    """Train the model if its inputs have changed.

    Returns:
        The model file.

    Raises:
        TrainingFailed: Rasa refused the data.
    """
    wanted = _fingerprint(settings, _MODEL_INPUTS)
    current = trained_model(wanted)
    if current and not force:
        report(f"model: up to date ({current.name})")
        return current
    report("model: training, about half a minute ...")
    model = _train(f"assistant-{wanted[:12]}")
    _write_stamp(_STAMP, {"fingerprint": wanted, "model": model.name})
    for old in MODELS.glob("assistant-*.tar.gz"):
        if old != model:
            old.unlink(missing_ok=True)
    report(f"model: trained ({model.name})")
    return model


def trained_model(fingerprint: str | None = None) -> Path | None:
    """The model trained last; None if there is none, or none of that fingerprint."""
    try:
        stamp = json.loads(_STAMP.read_text(encoding="utf-8"))
        model = MODELS / stamp["model"]
    except (OSError, ValueError, KeyError):
        return None
    matches = fingerprint is None or stamp.get("fingerprint") == fingerprint
    return model if matches and model.is_file() else None


def build_index(settings: Settings, force: bool = False, report: Callable[[str], None] = print) -> Path:
    """Build the retrieval index if the knowledge or the embedding model has changed.

    Whether it has is told from files alone, since opening the embedding model takes seconds. Every file of the index
    is read whole, which a service that opens it does not always do.

    Returns:
        The folder of the indexes.
    """
    folder = settings.var_dir / "index"
    stamp = folder / "built.json"
    wanted = _fingerprint(settings, _INDEX_INPUTS)
    damaged = _is_damaged(folder)
    if not (force or damaged) and _is_built(folder, stamp, wanted):
        report("index: up to date")
        return folder
    from index import shelf
    from index.library import build_library_index

    build_library_index(force=force or damaged, report=report)
    _write_stamp(stamp, {"fingerprint": wanted, "index": shelf.current(folder).name})
    return folder


def _is_damaged(folder: Path) -> bool:
    """Whether there is an index with a file that is missing or not as it was written."""
    from index import shelf
    from index.errors import IndexDamaged, RetrievalError
    from index.manifest import read_manifest, verify

    try:
        current = shelf.current(folder)
        verify(current, read_manifest(current))
    except IndexDamaged:
        return True
    except RetrievalError:
        return False
    return False


def _is_built(folder: Path, stamp: Path, fingerprint: str) -> bool:
    """Whether the index in use was built from these inputs."""
    from index import shelf
    from index.errors import RetrievalError

    try:
        built = json.loads(stamp.read_text(encoding="utf-8"))
        return bool(built == {"fingerprint": fingerprint, "index": shelf.current(folder).name})
    except (OSError, ValueError, RetrievalError):
        return False


def _train(name: str) -> Path:
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    logging.getLogger("rasa").setLevel(logging.WARNING)
    import rasa

    result = rasa.train(
        domain=str(PROJECT / "domain.yml"),
        config=str(PROJECT / "config.yml"),
        training_files=[str(PROJECT / folder) for folder in _DATA],
        output=str(MODELS),
        fixed_model_name=name,
        force_training=True,
    )
    if result.code or not result.model:
        raise TrainingFailed("Rasa could not train the model; its messages above say why")
    return Path(result.model)


def _write_stamp(path: Path, stamp: dict[str, str]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(stamp), encoding="utf-8")
    beside.replace(path)


def _fingerprint(settings: Settings, inputs: Iterable[str]) -> str:
    digest = hashlib.sha256(settings.embedding_model.encode())
    for path in sorted(_files_of(inputs)):
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files_of(inputs: Iterable[str]) -> Iterator[Path]:
    """The files named, and those in the folders named."""
    for path in (PROJECT / name for name in inputs):
        found = [path] if path.is_file() else path.rglob("*")
        yield from (each for each in found if each.is_file() and "__pycache__" not in each.parts)
