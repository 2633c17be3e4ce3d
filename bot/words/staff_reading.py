"""Words of the staff pages for the lists of what was asked, search, filters, the queue and judging."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {},
    "zh": {},
}
