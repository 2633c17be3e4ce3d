"""How texts are read, as one digest: an index made by other rules than there are now would not fit the questions."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

# What makes words and vectors of a passage: normalisation, tokens and how they are counted.
_CODE = ("text.py", "informal.py", "lexical.py", "postings.py")
_PACKAGES = ("jieba", "opencc-python-reimplemented")


@lru_cache(maxsize=1)
def reading() -> str:
    """16 hex digits that change with the code and with the packages that read a text."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(repr([version(name) for name in _PACKAGES]).encode())
    for name in _CODE:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()[:16]
