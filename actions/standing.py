"""How a service that somebody asks about stands on a page: a look-up, with renames and families."""

from __future__ import annotations

from dataclasses import dataclass

from actions.decision import Named
from actions.wording import listing
from index.knowledge import Page, Service
from index.names import Name


@dataclass(frozen=True)
class Standing:
    """One asked-for service and its place on the page.

    Attributes:
        asked: its name, as the answer should call it.
        services: the listed service that it is, was, belongs to or is near, or those that a suite has; may be none.
        relation: "listed", "renamed", "part", "suite", "near" or "unlisted".
    """

    asked: str
    services: tuple[Service, ...]
    relation: str

    def name(self, language: str) -> str:
        """What the page calls the services of this standing; empty when it lists none."""
        return listing([service.name[language] for service in self.services], language)


def standing_of(page: Page, name: Name | Named, language: str) -> Standing:
    """Look one name up in the page's list; a bare `Named` is a name that no catalog knows."""
    if isinstance(name, Named):
        return Standing(name.text, (), "unlisted")
    asked = name.display[language]
    listed = {service.id: service for service in page.services}
    if name.id in listed:
        return Standing(asked, (listed[name.id],), "listed")
    if name.renamed_from in listed:
        return Standing(asked, (listed[name.renamed_from],), "renamed")
    if name.part_of in listed:
        return Standing(asked, (listed[name.part_of],), "part")
    suite = tuple(listed[each] for each in name.suite_of if each in listed)
    if suite:
        return Standing(asked, suite, "suite")
    if name.related_to in listed:
        return Standing(asked, (listed[name.related_to],), "near")
    return Standing(asked, (), "unlisted")
