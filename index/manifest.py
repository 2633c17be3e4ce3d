"""The manifest of a built index: what it was made of, and the digests of its files, block by block.

A file that anybody has written to since (its size or its time tell), or that is small, is read whole when the index
is opened. Of a large one that nobody has touched, some blocks are read, other ones each time: that finds a disk
that loses data sooner or later, and takes milliseconds where reading gigabytes would take seconds. `verify` reads all.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import faiss

from index.encoder import Encoder
from index.errors import IndexDamaged, IndexMismatch
from index.passages import Passage
from index.reading import reading

FORMAT = 5  # raise it when the files change
FILE = "manifest.json"
BLOCK = 1 << 20  # bytes
SAMPLED = 16  # blocks read of a large file that nobody has touched; one of no more is read whole
REMEDY = "build it with: python -m bot index"
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` would make one for every line


@dataclass(frozen=True)
class FileSeal:
    """What a file was when it was written.

    Attributes:
        size: in bytes.
        modified: time in nanoseconds.
        blocks: SHA-256 of each `BLOCK` bytes, the first half of it.
    """

    size: int
    modified: int
    blocks: Sequence[str]


@dataclass(frozen=True)
class Manifest:
    """What an index was built from.

    Attributes:
        model: name of the embedding model, `revision` the version of its weights.
        content: digest of passages, model, format and reading; it is also the name of the index's folder.
        reading: how texts were read (`index.reading`).
        counts: passages by "language/kind".
        built: time, ISO 8601 in UTC.
        embedded: texts that were embedded for it; the others came from an index before.
        seconds: what each part took to build.
        files: path inside the folder -> its description.
    """

    model: str
    revision: str
    dimension: int
    passages: int
    counts: Mapping[str, int] = field(hash=False)
    content: str
    format: int
    reading: str
    faiss: str
    built: str
    embedded: int
    seconds: Mapping[str, float] = field(hash=False)
    files: Mapping[str, FileSeal] = field(hash=False)


def content_begun(encoder: Encoder) -> hashlib._Hash:
    """The digest that the lines of all passages go into; `content_of` is its name."""
    return hashlib.sha256(repr((FORMAT, reading(), encoder.name, encoder.revision, encoder.dimension)).encode())


def content_of(digest: hashlib._Hash) -> str:
    """What names an index: 40 hex digits."""
    return digest.hexdigest()[:40]


def content_hash(passages: Iterable[Passage], encoder: Encoder) -> str:
    """Digest that names an index: another text, label, model, format or reading gives another."""
    digest = content_begun(encoder)
    for passage in passages:
        digest.update(passage_line(passage))
    return content_of(digest)


def passage_line(passage: Passage) -> bytes:
    """One line of JSON, as it is stored and as it is hashed."""
    return _ENCODE(vars(passage)).encode() + b"\n"


def write_manifest(
    folder: Path, content: str, counts: Mapping[str, int], encoder: Encoder, embedded: int, seconds: Mapping[str, float]
) -> None:
    """Describe and seal the files of a folder that has just been built.

    Args:
        content: `content_hash` of the passages.
        counts: passages by "language/kind".
        embedded: texts that went to the encoder.
        seconds: what each part took.
    """
    manifest = Manifest(
        model=encoder.name,
        revision=encoder.revision,
        dimension=encoder.dimension,
        passages=sum(counts.values()),
        counts=dict(counts),
        content=content,
        format=FORMAT,
        reading=reading(),
        faiss=faiss.__version__,
        built=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        embedded=embedded,
        seconds=dict(seconds),
        files={str(path.relative_to(folder)): _sealed(path) for path in _files(folder)},
    )
    values = {**vars(manifest), "files": {name: vars(seal) for name, seal in manifest.files.items()}}
    text = json.dumps({**values, "seal": _seal(values)}, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index, its own digest checked.

    Raises:
        IndexDamaged: it is missing, cut short or altered.
        IndexMismatch: it is of another format, or texts were read otherwise then.
    """
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if values.pop("seal") != _seal(values):
            raise ValueError("it was altered")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise IndexDamaged(f"{FILE} of the index is unreadable ({error}); {REMEDY}") from error
    if values["format"] != FORMAT:
        raise IndexMismatch(f"the index has format {values['format']}, this version reads {FORMAT}; {REMEDY}")
    if values["reading"] != reading():
        raise IndexMismatch(f"the index was built when texts were read otherwise than by this version; {REMEDY}")
    files = {name: FileSeal(**seal) for name, seal in values.pop("files").items()}
    return Manifest(**values, files=files)


def check_files(folder: Path, manifest: Manifest) -> None:
    """See that every file is there and as it was written, as far as can be told at once.

    Raises:
        IndexDamaged: one is missing, or not as it was written.
    """
    for name, seal in manifest.files.items():
        _check(folder / name, name, seal, _suspects(folder / name, seal))


def verify(folder: Path, manifest: Manifest) -> None:
    """Read every file whole; otherwise as `check_files`."""
    for name, seal in manifest.files.items():
        _check(folder / name, name, seal, range(len(seal.blocks)))


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


def _sealed(path: Path) -> FileSeal:
    state = path.stat()
    with path.open("rb") as file:
        blocks = [_digest(block) for block in iter(lambda: file.read(BLOCK), b"")]
    return FileSeal(state.st_size, state.st_mtime_ns, blocks)


def _suspects(path: Path, seal: FileSeal) -> Sequence[int]:
    """Which blocks to read: all, or some of a large file that has not been touched."""
    blocks = range(len(seal.blocks))
    untouched = path.is_file() and path.stat().st_mtime_ns == seal.modified
    return random.sample(blocks, SAMPLED) if untouched and len(blocks) > SAMPLED else blocks


def _check(path: Path, name: str, seal: FileSeal, blocks: Sequence[int]) -> None:
    if not path.is_file():
        raise IndexDamaged(f"{name} of the index is missing; {REMEDY}")
    with path.open("rb") as file:
        if path.stat().st_size != seal.size or not all(_is_sound(file, number, seal) for number in blocks):
            raise IndexDamaged(f"{name} of the index is not as it was written; {REMEDY}")


def _is_sound(file: BinaryIO, number: int, seal: FileSeal) -> bool:
    file.seek(number * BLOCK)
    return _digest(file.read(BLOCK)) == seal.blocks[number]


def _digest(block: bytes) -> str:
    return hashlib.sha256(block).hexdigest()[:32]
