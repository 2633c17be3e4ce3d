"""Trains the Rasa model and builds the index, each only when something that it depends on has changed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.settings import PROJECT, Settings

MODELS = PROJECT / "models"
_STAMP = MODELS / "trained.json"
# What a trained model depends on: Rasa's files, the knowledge, and the code that understands messages.
_INPUTS = ("config.yml", "domain.yml", "requirements.txt")
_INPUT_FOLDERS = ("data/nlu", "data/rules", "data/stories", "data/knowledge", "bot/nlu", "index")
_DATA = ("data/nlu", "data/rules", "data/stories")


class TrainingFailed(Exception):
    """Rasa could not train a model; the message is one line."""


def train(settings: Settings, force: bool = False, report: Callable[[str], None] = print) -> Path:
    """Train the model if its inputs have changed.

    Returns:
        The model file.

    Raises:
        TrainingFailed: Rasa refused the data.
    """
    wanted = _fingerprint(settings)
    current = trained_model(wanted)
    if current and not force:
        report(f"model: up to date ({current.name})")
        return current
    report("model: training, about half a minute ...")
    model = _train(f"assistant-{wanted[:12]}")
    _write_stamp({"fingerprint": wanted, "model": model.name})
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

    Returns:
        The folder of the index in force.
    """
    from index.library import build_library_index

    return build_library_index(force=force, report=report)


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


def _write_stamp(stamp: dict[str, str]) -> None:
    beside = _STAMP.with_suffix(".new")
    beside.write_text(json.dumps(stamp), encoding="utf-8")
    beside.replace(_STAMP)


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(settings.embedding_model.encode())
    for path in _input_files():
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _input_files() -> Iterable[Path]:
    files = [PROJECT / name for name in _INPUTS if (PROJECT / name).is_file()]
    for folder in _INPUT_FOLDERS:
        files += [p for p in (PROJECT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted(files)
