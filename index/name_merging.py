"""Joins the catalog of names with what the loaded pages list; a page's word goes before the catalog's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from index.knowledge import LaterName, Localized, Page, Service
from index.name_files import STANDARD, CatalogEntry
from index.name_table import shape_of
from index.name_types import Kind, Name

_NOT_WORD = re.compile(r"[\W_]+")


@dataclass
class Merged:
    """The joined names while they are being joined.

    Attributes:
        names: by id.
        listed: (id, spelling) as the pages have it; these go first.
        known: (id, spelling) as the catalog has it.
        renumbered: id in the catalog -> id that the page gives the same name.
        providers: id of the page -> id of its provider.
    """

    names: dict[str, Name] = field(default_factory=dict)
    listed: list[tuple[str, str]] = field(default_factory=list)
    known: list[tuple[str, str]] = field(default_factory=list)
    renumbered: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)

    def spellings(self) -> Iterable[tuple[Name, str]]:
        """Every name with each of its spellings, those of the pages first."""
        for name_id, text in [*self.listed, *self.known]:
            yield self.names[self.renumbered.get(name_id, name_id)], text


def merge(catalog: Sequence[CatalogEntry], pages: Sequence[Page]) -> Merged:
    """All names of the catalog and of the pages.

    A name of the catalog and one of a page are the same when their ids are, or when the page spells the name that
    the catalog shows.
    """
    merged = Merged(names={entry.name.id: entry.name for entry in catalog})
    merged.known = [(entry.name.id, text) for entry in catalog for text in entry.spellings]
    by_display = {(entry.name.kind, key): entry.name.id for entry in catalog for key in _keys(entry.name.display)}
    for page in pages:
        _add_page(merged, page, by_display)
    for name in list(merged.names.values()):
        merged.names[name.id] = replace(
            name,
            part_of=merged.renumbered.get(name.part_of or "", name.part_of),
            related_to=merged.renumbered.get(name.related_to or "", name.related_to),
            renamed_from=merged.renumbered.get(name.renamed_from or "", name.renamed_from),
        )
    return merged


def _add_page(merged: Merged, page: Page, by_display: dict[tuple[Kind, str], str]) -> None:
    provider = [page.provider.name, *page.provider.aliases]
    vendor = _same(merged, by_display, "vendor", provider) or _slug(page.provider.name)
    merged.providers[page.id] = vendor
    display = Localized(page.provider.name, page.provider.name)
    merged.names.setdefault(vendor, Name(vendor, "vendor", display, vendor=vendor))
    merged.listed += [(vendor, text) for text in provider]

    texts = [page.standard.name, page.standard.family, *page.standard.aliases]
    same = _same(merged, by_display, "standard", texts)
    display = Localized(page.standard.name, page.standard.name)
    _put(merged, Name(f"{STANDARD}{page.id}", "standard", display, listed=True), texts, same)
    for service in page.services:
        _add_service(merged, service, vendor, by_display)


def _add_service(merged: Merged, service: Service, vendor: str, by_display: dict[tuple[Kind, str], str]) -> None:
    texts = _texts(service)
    same = service.id if service.id in merged.names else _same(merged, by_display, "service", texts)
    _put(merged, Name(service.id, "service", service.name, vendor=vendor, listed=True), texts, same)
    for later in service.later_names:
        texts = _texts(later)
        name_id = _same(merged, by_display, "service", texts) or _slug(later.name.en)
        if merged.names.get(name_id, None) is None or not merged.names[name_id].listed:
            name = Name(name_id, "service", later.name, vendor, renamed_from=service.id, listed=True)
            _put(merged, name, texts, name_id)


def _put(merged: Merged, name: Name, texts: Sequence[str], same: str | None) -> None:
    if same and same != name.id and same in merged.names and not merged.names[same].listed:
        merged.renumbered[same] = name.id
        del merged.names[same]
    merged.names[name.id] = name
    merged.listed += [(name.id, text) for text in texts]


def _same(merged: Merged, by_display: dict[tuple[Kind, str], str], kind: Kind, texts: Sequence[str]) -> str | None:
    """Id in the catalog of the name that one of the texts is."""
    found = (by_display.get((kind, shape_of(text)[0])) for text in texts)
    return next((each for each in found if each in merged.names), None)


def _texts(named: Service | LaterName) -> list[str]:
    return [named.name.en, named.name.zh, *named.aliases]


def _keys(display: Localized) -> set[str]:
    return {shape_of(display.en)[0], shape_of(display.zh)[0]}


def _slug(text: str) -> str:
    return _NOT_WORD.sub("_", text.lower()).strip("_")
