"""Labelled example utterances of the house (small talk, refusals, follow-ups), read from Rasa's own NLU files.

Rasa trains on the same files; reading them here keeps the retrieval library free of Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from index.errors import InvalidKnowledge, Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Example:
    """One utterance and the label (`topic/key`) it stands for."""

    text: str
    label: str


def load_examples(folder: Path) -> tuple[Example, ...]:
    """All examples of the .yml files in `folder`, in file order.

    Raises:
        InvalidKnowledge: a file is not an NLU file of Rasa's 3.1 format.
    """
    return tuple(example for path in sorted(folder.glob("*.yml")) for example in _read(path))


def _read(path: Path) -> list[Example]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        blocks = [(block["intent"], block["examples"]) for block in document["nlu"]]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise InvalidKnowledge([Problem(path.name, "nlu", "examples", f"not an NLU file: {error}")]) from error
    return [
        Example(line[2:].strip(), label)
        for label, examples in blocks
        for line in examples.splitlines()
        if line.startswith("- ") and line[2:].strip()
    ]
