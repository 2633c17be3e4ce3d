"""What a detector finds, and the kinds there are."""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS = ("email", "phone", "id", "card", "iban", "secret")


@dataclass(frozen=True)
class Finding:
    """A part of a text that is personal or secret.

    Attributes:
        kind: one of KINDS.
        start, end: where it stands in the text.
    """

    kind: str
    start: int
    end: int

    @property
    def placeholder(self) -> str:
        """What stands in its place; short and alike for readers of both languages."""
        return f"[{self.kind}]"

    def overlaps(self, other: Finding) -> bool:
        """Whether they share a character."""
        return self.start < other.end and other.start < self.end


def group(kind: str, match: re.Match[str], name: str | int = 0) -> Finding:
    """The finding that a group of a match is."""
    return Finding(kind, match.start(name), match.end(name))
