"""What the loaded pages are about, in terms of the name catalog."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.library import Library
from index.names import Mention

# The id of a part of a standard, with or without its edition, such as standard:iso-20000-1-2011.
_PART = re.compile(r"(?P<family>.*\d)-\d{1,2}(?:-\d{4})?")


@dataclass(frozen=True)
class Scope:
    """What the loaded pages are about.

    Attributes:
        topics: topics that their entries answer.
        provider: id of the provider in the name catalog.
        standards: ids of the standards that have a page.
        named_standards: ids of the standards that the pages name in passing.
        provider_wide: ids of the services that stand for the provider's cloud as a whole.
        years: the editions of the standards that have a page, such as "2011".
    """

    topics: frozenset[str]
    provider: str
    standards: frozenset[str]
    named_standards: frozenset[str]
    provider_wide: frozenset[str]
    years: frozenset[str] = frozenset()

    def is_sibling(self, standard: str) -> bool:
        """Whether a standard is another part of one that has a page: ISO 20000-2 beside ISO 20000-1."""
        families = {found["family"] for own in self.standards if (found := _PART.fullmatch(own))}
        part = _PART.fullmatch(standard)
        return standard not in self.standards and part is not None and part["family"] in families

    def is_foreign(self, mention: Mention) -> bool:
        """Whether the mention is another vendor, or a service of one."""
        if mention.name.kind == "vendor":
            return mention.name.id != self.provider
        return mention.name.kind == "service" and mention.name.vendor not in (None, self.provider)


def scope_of(library: Library) -> Scope:
    """What the loaded pages are about, in terms of the name catalog."""
    listed = {service.id for page in library.pages for service in page.services}
    return Scope(
        topics=frozenset(entry.topic for page in library.pages for entry in page.entries),
        provider=library.provider,
        standards=library.standards,
        named_standards=library.named_standards,
        provider_wide=library.names.wholes() & listed,
        years=frozenset(page.standard.name[-4:] for page in library.pages),
    )
