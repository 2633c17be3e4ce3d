"""Taking fields out of a parsed body, every wrong one reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.channels.text import clean_text, is_blank
from bot.errors import FieldError, InvalidFields

LONGEST_TEXT = 8000


class Fields:
    """Reads fields one by one; `check` refuses them all together. An optional field may be null."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._errors: list[FieldError] = []

    def check(self) -> None:
        """Raises: InvalidFields: something read so far was wrong."""
        if self._errors:
            raise InvalidFields(self._errors)

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """A required text, cleaned; "" when it is wrong."""
        value = self._string(name, required=True)
        if value is None:
            return ""
        cleaned = clean_text(value)
        if is_blank(cleaned):
            self._wrong(name, "is empty")
        return self._within(name, cleaned, longest)

    def optional_text(self, name: str, longest: int) -> str:
        """A text that may be missing or blank, cleaned; "" then."""
        value = self._string(name, required=False)
        return self._within(name, clean_text(value), longest) if value else ""

    def token(self, name: str, required: bool = False) -> str | None:
        """A text that a program made, as it is."""
        return self._string(name, required)

    def choice(self, name: str, allowed: tuple[str, ...], required: bool = False) -> str | None:
        """One of `allowed`."""
        value = self._string(name, required)
        if value is not None and value not in allowed:
            self._wrong(name, "has to be one of " + ", ".join(allowed))
            return None
        return value

    def language(self, name: str) -> str | None:
        """ "zh" or "en", also from a tag such as zh-Hans or en-GB."""
        value = self._string(name, required=False)
        primary = (value or "").partition("-")[0].lower()
        if value is not None and primary not in ("zh", "en"):
            self._wrong(name, "has to be zh or en")
            return None
        return primary or None

    def uuid(self, name: str) -> str | None:
        """A UUID, in its usual spelling."""
        value = self._string(name, required=False)
        if value is None:
            return None
        try:
            return str(UUID(value))
        except ValueError:
            self._wrong(name, "has to be a UUID")
            return None

    def _string(self, name: str, required: bool) -> str | None:
        value = self._body.get(name)
        if value is None and not required:
            return None
        if value is None:
            self._wrong(name, "is missing")
        elif not isinstance(value, str):
            self._wrong(name, "has to be a text")
        else:
            return value
        return None

    def _within(self, name: str, value: str, longest: int) -> str:
        if len(value) > longest:
            self._wrong(name, f"is longer than {longest} characters")
        return value

    def _wrong(self, name: str, detail: str) -> None:
        self._errors.append(FieldError(name, detail))
