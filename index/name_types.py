"""What a name is, and a place in a text that mentions one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.knowledge import Localized

Kind = Literal["service", "vendor", "standard"]


@dataclass(frozen=True)
class Name:
    """A service, vendor or standard that people ask about.

    Attributes:
        id: of a service as its page has it, such as "power_bi"; of a vendor such as "microsoft"; of a standard with
            the prefix "standard:".
        also: ids under which further pages list the same service.
        vendor: id of the vendor of a service (a company's only product may be its own vendor); a vendor's own id;
            None for a standard.
        part_of: id of the service that this one is a part of.
        related_to: id of a service that is near in name or kind, yet another one.
        suite_of: ids of the services that this is a name for, taken together.
        renamed_from: id of the listed service that this is a later name of.
        listed: whether a loaded page lists it, under this name or an earlier one, or is about it.
    """

    id: str
    kind: Kind
    display: Localized
    vendor: str | None = None
    part_of: str | None = None
    related_to: str | None = None
    suite_of: tuple[str, ...] = ()
    renamed_from: str | None = None
    listed: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mention:
    """A name found in a text.

    Attributes:
        text: as it was typed; `start` and `end` are its offsets.
        score: 1.0 as spelt in the catalog, 0.9 for an ordinary word that the context makes a name, 0.8 and 0.7 for
            one and two slips of the keyboard.
        spelt: how the catalog spells what was typed, which need not be the name's display.
    """

    name: Name
    text: str
    start: int
    end: int
    score: float
    spelt: str = ""
