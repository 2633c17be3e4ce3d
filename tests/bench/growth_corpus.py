"""Embeddings of the grown corpus, kept in a folder: a million of them take a quarter of an hour or more.

The first passages, as many as one wants to wait for, are embedded by the service's encoder. Those beyond are mixtures
of two real ones with the same place in their entries (a question in Chinese, an answer in English, ...), about the
mean of all: such sums have the mean and the covariance of what they are made of, and so its spectrum. Questions are
asked about the real part alone, so that each has neighbours that mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.corpus import text_key
from index.encoder import Encoder
from index.text import normalise
from tests.bench.grown import ENTRY, GrownCorpus

CHUNK = 50_000
BATCH = 256
MIXED = np.float32(0.95), np.float32(0.3122)  # their squares add up to 1
Report = Callable[[str], None]


class KeptEncoder:
    """Looks passages up among those kept; anything else goes to the real encoder, and is counted."""

    def __init__(self, encoder: Encoder, texts: Sequence[str], rows: np.ndarray) -> None:
        self.name, self.revision, self.dimension = encoder.name, encoder.revision, encoder.dimension
        self.encode_queries, self.expect = encoder.encode_queries, encoder.expect
        self._encoder = encoder
        self._rows = rows
        self._places = {text_key(normalise(text)): place for place, text in enumerate(texts)}
        self.new = 0

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings `(n, d)` of normalised texts."""
        places = [self._places.get(text_key(text)) for text in texts]
        new = [text for text, place in zip(texts, places, strict=True) if place is None]
        self.new += len(new)
        fresh = iter(self._encoder.encode_passages(new) if new else ())
        return np.stack([next(fresh) if place is None else self._rows[place] for place in places])


def kept_embeddings(folder: Path, size: int, real: int, encoder: Encoder, report: Report) -> np.ndarray:
    """Embeddings float32 `(size, d)`, memory-mapped; the first `real` by the encoder, made where they are missing."""
    real = min(real, size)
    path = folder / f"{size}-{real}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        begun = path.with_suffix(".begun.npy")
        rows = np.lib.format.open_memmap(begun, "w+", np.float32, (size, encoder.dimension))
        for start in range(0, real, CHUNK):
            rows[start : min(start + CHUNK, real)] = _embedded(folder, start, min(CHUNK, real - start), encoder, report)
        _mix(rows, real)
        rows.flush()
        begun.rename(path)
    return np.asarray(np.load(path, mmap_mode="r"))


def _embedded(folder: Path, start: int, count: int, encoder: Encoder, report: Report) -> np.ndarray:
    """Embeddings of passages `start` to `start + count`; a whole chunk of them is kept."""
    path = folder / f"real-{start // CHUNK:02}.npy"
    if path.exists():
        rows: np.ndarray = np.load(path, mmap_mode="r")[:count]
        return rows
    texts = [normalise(passage.text) for passage in GrownCorpus(start + count)[start:]]
    different = list(dict.fromkeys(texts))
    found: dict[str, np.ndarray] = {}
    for done in range(0, len(different), BATCH):
        batch = different[done : done + BATCH]
        found.update(zip(batch, encoder.encode_passages(batch), strict=True))
        if done % (40 * BATCH) == 0:
            report(f"embedding passages {start + done} to {start + count}")
    rows = np.stack([found[text] for text in texts])
    if count == CHUNK:
        begun = path.with_suffix(".begun.npy")
        np.save(begun, rows)
        begun.rename(path)
    return rows


def _mix(rows: np.ndarray, real: int) -> None:
    """Fill `rows` from `real` on with mixtures of those before."""
    chance = np.random.default_rng(0)
    mean = rows[: min(real, CHUNK)].mean(axis=0)
    entries = real // ENTRY
    for start in range(real, len(rows), CHUNK):
        slots = np.arange(start, min(start + CHUNK, len(rows))) % ENTRY
        one, other = (rows[chance.integers(entries, size=len(slots)) * ENTRY + slots] - mean for _ in range(2))
        mixed = mean + MIXED[0] * one + MIXED[1] * other
        rows[start : start + len(slots)] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
