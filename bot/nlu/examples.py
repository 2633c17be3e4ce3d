"""The examples that a model was trained on, kept beside it so that a few more can be added without reading all anew."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_FILE = "examples.json"


@dataclass(frozen=True)
class Trained:
    """One example.

    Attributes:
        text: as it was written.
        plain: as the model reads it.
        label: what it stands for.
    """

    text: str
    plain: str
    label: str


def save_trained(examples: Iterable[Trained], folder: Path) -> None:
    """Write examples into an existing folder, in order."""
    rows = [[each.text, each.plain, each.label] for each in examples]
    (folder / _FILE).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def load_trained(folder: Path) -> tuple[Trained, ...]:
    """Read what `save_trained` wrote."""
    rows = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return tuple(Trained(*row) for row in rows)
