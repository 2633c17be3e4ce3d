"""The manifest of a built index: what it was made of, and the digest of each of its files."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faiss

from index.encoder import Encoder
from index.errors import IndexDamaged, IndexMismatch
from index.passages import Passage

FORMAT = 2  # raise it when the files, the tokens or the normalisation of texts change
FILE = "manifest.json"
REMEDY = "build it with: python -m bot index"


@dataclass(frozen=True)
class Manifest:
    """What an index was built from.

    Attributes:
        model: name of the embedding model, `revision` the version of its weights.
        content: digest of passages, model and format; it is also the name of the index's folder.
        counts: passages by "language/kind".
        built: time, ISO 8601 in UTC.
        files: path inside the folder -> SHA-256.
    """

    model: str
    revision: str
    dimension: int
    passages: int
    counts: Mapping[str, int] = field(hash=False)
    content: str
    format: int
    faiss: str
    built: str
    files: Mapping[str, str] = field(hash=False)


def content_hash(passages: Iterable[Passage], encoder: Encoder) -> str:
    """Digest that names an index: another text, label, model or format gives another (40 hex digits)."""
    digest = hashlib.sha256(repr((FORMAT, encoder.name, encoder.revision, encoder.dimension)).encode())
    for passage in passages:
        digest.update(passage_line(passage))
    return digest.hexdigest()[:40]


def passage_line(passage: Passage) -> bytes:
    """One line of JSON, as it is stored and as it is hashed."""
    return json.dumps(vars(passage), ensure_ascii=False).encode() + b"\n"


def write_manifest(folder: Path, passages: Sequence[Passage], encoder: Encoder) -> None:
    """Describe and seal the files of a folder that has just been built."""
    manifest = Manifest(
        model=encoder.name,
        revision=encoder.revision,
        dimension=encoder.dimension,
        passages=len(passages),
        counts=dict(Counter(f"{passage.language}/{passage.kind}" for passage in passages)),
        content=content_hash(passages, encoder),
        format=FORMAT,
        faiss=faiss.__version__,
        built=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        files={str(path.relative_to(folder)): _digest(path) for path in _files(folder)},
    )
    values = vars(manifest)
    text = json.dumps({**values, "seal": _seal(values)}, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index, its own digest checked.

    Raises:
        IndexDamaged: it is missing, cut short or altered.
        IndexMismatch: it is of another format.
    """
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if values.pop("seal") != _seal(values):
            raise ValueError("it was altered")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise IndexDamaged(f"{FILE} of the index is unreadable ({error}); {REMEDY}") from error
    if values["format"] != FORMAT:
        raise IndexMismatch(f"the index has format {values['format']}, this version reads {FORMAT}; {REMEDY}")
    return Manifest(**values)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its digest.

    Raises:
        IndexDamaged: one is missing, or not as it was written.
    """
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamaged(f"{name} of the index is missing; {REMEDY}")
        if _digest(path) != digest:
            raise IndexDamaged(f"{name} of the index is not as it was written; {REMEDY}")


def check_model(manifest: Manifest, encoder: Encoder) -> None:
    """Refuse an index whose embeddings another model made.

    Raises:
        IndexMismatch: model, revision or dimension differ.
    """
    built = (manifest.model, manifest.revision, manifest.dimension)
    wanted = (encoder.name, encoder.revision, encoder.dimension)
    if built != wanted:
        raise IndexMismatch(
            "the index was built with {} ({}, {} dimensions), ".format(*built)
            + "the service uses {} ({}, {} dimensions); ".format(*wanted)
            + REMEDY
        )


def _seal(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILE)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
