"""How an index is written: passages, embeddings, vectors, words; and what of it an earlier index has already.

Passages are gone through once for each part and never held all together. A text that an earlier index has is
neither embedded nor cut into words again; if little is new, the cells that vectors lie in stay as they are, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index import shelf
from index.corpus import write_corpus
from index.encoder import Encoder
from index.errors import IndexNotBuilt
from index.lexical import LexicalIndex
from index.manifest import content_begun, content_of, write_manifest
from index.parts import EMBEDDINGS, LEXICAL, TEXTS, VECTORS, Match, Parts, match
from index.passages import Passage
from index.text import normalise
from index.vectors import VectorIndex

BATCH = 256  # passages embedded between two reports of progress
PART = 65_536  # passages whose texts or embeddings are in memory at once

Progress = Callable[[int, int], None]  # embedded so far, to embed


def write_index(
    folder: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    progress: Progress | None = None,
    earlier: Sequence[Parts] = (),
) -> None:
    """Write the index of these passages and make it the current one; the builders' lock is held.

    Args:
        folder: where indexes stand.
        earlier: indexes of the same model, to take over from.

    Raises:
        IndexNotBuilt: there are no passages.
    """
    if not passages:
        raise IndexNotBuilt("there are no passages to index")
    seconds: dict[str, float] = {}
    digest = content_begun(encoder)
    with shelf.unfinished(folder) as new:
        with _timed(seconds, "corpus"):
            written = write_corpus(passages, new, digest.update)
            np.save(new / TEXTS, written.texts)
            matches = [match(parts.texts, written.texts) for parts in earlier]
        with _timed(seconds, "embeddings"):
            known = [(parts.embeddings, each.same) for parts, each in zip(earlier, matches, strict=True)]
            embeddings, embedded = _embed(passages, written.texts, encoder, known, new / EMBEDDINGS, progress)
        base, rows = _closest(earlier, matches, len(written.texts))
        with _timed(seconds, "vectors"):
            changed = base.vectors.changed(embeddings, rows) if base else None
            (changed or VectorIndex.build(embeddings)).save(new / VECTORS)
        with _timed(seconds, "lexical"):
            texts = (passages[row].text for row in np.flatnonzero(rows < 0).tolist())
            LexicalIndex.build(texts, base.lexical if base else None, rows).save(new / LEXICAL)
        content = content_of(digest)
        write_manifest(new, content, written.counts, encoder, embedded, seconds)
        shelf.put_up(new, content)


def _closest(earlier: Sequence[Parts], matches: Sequence[Match], size: int) -> tuple[Parts | None, np.ndarray]:
    """The earlier index that has most of the passages, and its row of each, or -1."""
    if not earlier:
        return None, np.full(size, -1)
    most = max(range(len(earlier)), key=lambda i: np.count_nonzero(matches[i].rows >= 0))
    return earlier[most], matches[most].rows


@contextmanager
def _timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[part] = round(time.perf_counter() - started, 3)


def _embed(
    passages: Sequence[Passage],
    texts: np.ndarray,
    encoder: Encoder,
    known: Sequence[tuple[np.ndarray, np.ndarray]],
    path: Path,
    progress: Progress | None,
) -> tuple[np.ndarray, int]:
    """Embeddings float32 `(n, d)`, written to `path`, and how many texts went to the encoder.

    Args:
        texts: keys of the passages' texts.
        known: embeddings of an earlier index, and for each passage a row of it, or -1.
    """
    shape = (len(texts), encoder.dimension)
    embeddings = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    missing = np.ones(len(texts), dtype=bool)
    for rows, same in known:
        for start in range(0, len(texts), PART):
            taken = start + np.flatnonzero(missing[start : start + PART] & (same[start : start + PART] >= 0))
            embeddings[taken] = rows[same[taken]]
        missing &= same < 0
    new = np.flatnonzero(missing)
    _, first, place = np.unique(texts[new], return_index=True, return_inverse=True)
    embedded = _encode(passages, np.sort(new[first]), encoder, embeddings, progress)
    for start in range(0, len(new), PART):
        part = slice(start, start + PART)
        embeddings[new[part]] = embeddings[new[first][place[part]]]
    embeddings.flush()
    return embeddings, embedded


def _encode(
    passages: Sequence[Passage],
    rows: np.ndarray,
    encoder: Encoder,
    embeddings: np.ndarray,
    progress: Progress | None,
) -> int:
    """Fill in the embeddings of these passages; returns how many texts went to the encoder."""
    embedded = 0
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH].tolist()
        texts = [normalise(passages[row].text) for row in batch]
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        embeddings[batch] = encoder.encode_passages(list(places))[[places[text] for text in texts]]
        embedded += len(places)
        if progress:
            progress(start + len(batch), len(rows))
    return embedded
