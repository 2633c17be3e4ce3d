"""Joins the catalog of names with what the loaded pages list; a page's word goes before the catalog's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.knowledge import LaterName, Localized, Page, Service
from index.name_files import STANDARD, CatalogEntry
from index.name_table import key_of
from index.name_types import Kind, Name

_NOT_WORD = re.compile(r"[\W_]+")


@dataclass
class Merged:
    """The joined names; `merge` makes them.

    Attributes:
        names: by id.
        renumbered: an id that a name of the catalog or of a later page had -> the id that it has here.
        providers: id of a page -> id of its provider.
        listed: (id, spelling) as the pages have it; these go first.
        known: (id, spelling) as the catalog has it.
        variants: (id, spelling of what it is a variant of).
    """

    names: dict[str, Name] = field(default_factory=dict)
    renumbered: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    listed: list[tuple[str, str]] = field(default_factory=list)
    known: list[tuple[str, str]] = field(default_factory=list)
    variants: list[tuple[str, str]] = field(default_factory=list)

    def spellings(self) -> Iterable[tuple[Name, str]]:
        """Every name with each of its spellings, those of the pages first."""
        return self._with_names([*self.listed, *self.known])

    def variants_with_bases(self) -> Iterable[tuple[Name, str]]:
        """Every variant that somebody else runs, with each spelling of what it is a variant of."""
        return self._with_names(self.variants)

    def _with_names(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[Name, str]]:
        return ((self.names[self.renumbered.get(name_id, name_id)], text) for name_id, text in pairs)


def merge(catalog: Sequence[CatalogEntry], pages: Sequence[Page]) -> Merged:
    """All names of the catalog and of the pages.

    Two names are one when their ids are, when the page's name is a spelling known before, or when the page spells
    the name that the catalog shows.
    """
    merged = Merged(names={entry.name.id: entry.name for entry in catalog})
    merged.known = [(entry.name.id, text) for entry in catalog for text in entry.spellings]
    merged.variants = [(entry.name.id, text) for entry in catalog for text in entry.variant_of]
    joiner = _Joiner(merged, catalog)
    for page in pages:
        joiner.add(page)
    for name in list(merged.names.values()):
        merged.names[name.id] = _renumbered(name, merged.renumbered)
    return merged


class _Joiner:
    """Adds pages, one after another, and knows which names were there before."""

    def __init__(self, merged: Merged, catalog: Sequence[CatalogEntry]) -> None:
        self._merged = merged
        self._by_display: dict[tuple[Kind, str], str] = {}
        self._by_spelling: dict[tuple[Kind, str], str] = {}
        for entry in catalog:
            for text in entry.spellings:
                key = entry.name.kind, key_of(text)
                self._by_spelling.setdefault(key, entry.name.id)
                if text in (entry.name.display.zh, entry.name.display.en):
                    self._by_display.setdefault(key, entry.name.id)

    def add(self, page: Page) -> None:
        """Add what the page is about and what it lists."""
        vendor = self._add_provider(page)
        standard = Name(
            f"{STANDARD}{page.id}", "standard", Localized(page.standard.name, page.standard.name), listed=True
        )
        aliases = [page.standard.family, *page.standard.aliases]
        same = self._known_as("standard", [page.standard.name], aliases)
        self._put(standard, [page.standard.name, *aliases], same)
        for service in page.services:
            self._add_service(service, vendor, _names(service), service.aliases)
            for later in service.later_names:
                self._add_later(later, service.id, vendor)

    def _add_provider(self, page: Page) -> str:
        name = page.provider.name
        vendor = self._known_as("vendor", [name], page.provider.aliases) or _slug(name)
        self._merged.providers[page.id] = vendor
        self._merged.names.setdefault(vendor, Name(vendor, "vendor", Localized(name, name), vendor=vendor))
        self._spell("vendor", vendor, [name, *page.provider.aliases])
        return vendor

    def _add_service(self, service: Service, vendor: str, names: list[str], aliases: Sequence[str]) -> None:
        same = service.id if service.id in self._merged.names else self._known_as("service", names, aliases)
        name = Name(service.id, "service", service.name, vendor=vendor, listed=True)
        self._put(name, [*names, *aliases], same)

    def _add_later(self, later: LaterName, service_id: str, vendor: str) -> None:
        names = _names(later)
        name_id = self._known_as("service", names, later.aliases)
        if name_id in (None, service_id):  # "Power Apps" is spelt as "PowerApps" is, but for the space
            name_id = _slug(later.name.en)
        known = self._merged.names.get(name_id)
        if known is None or not known.listed:
            name = Name(name_id, "service", later.name, vendor, renamed_from=service_id, listed=True)
            self._put(name, [*names, *later.aliases], name_id)

    def _put(self, name: Name, texts: Sequence[str], same: str | None) -> None:
        """Add a listed name, in place of the catalog's or as one more id of an earlier page's."""
        names, known = self._merged.names, self._merged.names.get(same or "")
        if known and known.id != name.id and known.listed and not known.renamed_from:
            names[known.id] = replace(known, also=(*known.also, name.id))
            self._merged.renumbered[name.id] = known.id
            name = names[known.id]
        elif known and known.id != name.id:
            del names[known.id]
            self._merged.renumbered[known.id] = name.id
        names[name.id] = name
        self._spell(name.kind, name.id, texts)

    def _spell(self, kind: Kind, name_id: str, texts: Sequence[str]) -> None:
        self._merged.listed += [(name_id, text) for text in texts]
        self._by_spelling.update({(kind, key_of(text)): name_id for text in texts})

    def _known_as(self, kind: Kind, names: Sequence[str], aliases: Sequence[str]) -> str | None:
        """Id of the name that was there before."""
        found = [self._by_spelling.get((kind, key_of(text))) for text in names]
        found += [self._by_display.get((kind, key_of(text))) for text in aliases]
        return next((each for each in found if each in self._merged.names), None)


def _renumbered(name: Name, ids: dict[str, str]) -> Name:
    return replace(
        name,
        part_of=ids.get(name.part_of or "", name.part_of),
        related_to=ids.get(name.related_to or "", name.related_to),
        suite_of=tuple(ids.get(each, each) for each in name.suite_of),
        renamed_from=ids.get(name.renamed_from or "", name.renamed_from),
    )


def _names(named: Service | LaterName) -> list[str]:
    return [named.name.en, named.name.zh]


def _slug(text: str) -> str:
    return _NOT_WORD.sub("_", text.lower()).strip("_")
