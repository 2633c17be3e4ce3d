"""Pages and entries as a knowledge file has them: plain mappings, in the order in which people write them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.knowledge import LANGUAGES, Entry, History, Localized, Page, Service


def raw_page(page: Page) -> dict[str, Any]:
    """What `index.knowledge.parse_page` makes the page of."""
    return {
        "page": {
            "id": page.id,
            "title": _localized(page.title),
            "standard": {**asdict(page.standard), "aliases": list(page.standard.aliases)},
            "provider": {**asdict(page.provider), "aliases": list(page.provider.aliases)},
            "date": page.date.isoformat(),
        },
        "links": [{"id": link.id, "title": _localized(link.title), "url": link.url} for link in page.links],
        "services": [_service(service) for service in page.services],
        "entries": [raw_entry(entry) for entry in page.entries],
    }


def raw_entry(entry: Entry) -> dict[str, Any]:
    """What `index.knowledge.entry_of` makes the entry of."""
    raw: dict[str, Any] = {
        "id": entry.id,
        "links": list(entry.links),
        "questions": {language: list(entry.questions[language]) for language in reversed(LANGUAGES)},
        "answer": _localized(entry.answer),
        "suggests": list(entry.suggests),
    }
    excludes = {language: list(texts) for language, texts in entry.excludes.items() if texts}
    history = raw_history(entry.history)
    return {**raw, **({"excludes": excludes} if excludes else {}), **({"history": history} if history else {})}


def raw_history(history: History) -> dict[str, Any]:
    """What is known of where an entry's words come from; days stay days."""
    return {name: value for name, value in vars(history).items() if value}


def _service(service: Service) -> dict[str, Any]:
    raw: dict[str, Any] = {"id": service.id, "name": _localized(service.name), "aliases": list(service.aliases)}
    if service.later_names:
        raw["later_names"] = [
            {"name": _localized(later.name), "aliases": list(later.aliases)} for later in service.later_names
        ]
    for name in ("link", "listed_with"):
        if value := getattr(service, name):
            raw[name] = value
    return {**raw, "documented": service.documented}


def _localized(text: Localized) -> dict[str, str]:
    return {language: text[language] for language in LANGUAGES}
