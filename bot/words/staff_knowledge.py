"""Words of the staff pages for writing, approving and importing entries."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {},
    "zh": {},
}
