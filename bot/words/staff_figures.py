"""Words of the staff pages for the dashboard, exports and privacy."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {},
    "zh": {},
}
