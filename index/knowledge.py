"""What the assistant knows: one certification page a file, as frozen values.

`load_pages` reads every file of `data/knowledge/`; a file that breaks a rule of
`knowledge_checks` is refused with all its problems (`InvalidKnowledge`).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from index.errors import InvalidKnowledge, Problem
from index.knowledge_checks import find_problems

LANGUAGES = ("zh", "en")

_YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Localized:
    """One text in both languages; `text["zh"]` reads one of them."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        if language not in LANGUAGES:
            raise KeyError(language)
        return str(getattr(self, language))


@dataclass(frozen=True)
class Standard:
    """The standard that the page is about, its family, and what else people call it."""

    name: str
    family: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provider:
    """Whose services the page is about."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A link of the page; every address occurs once."""

    id: str
    title: Localized
    url: str


@dataclass(frozen=True)
class LaterName:
    """What a service has been called since the page was written."""

    name: Localized
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """A service that the page lists as in scope.

    Attributes:
        aliases: other spellings, of any language.
        link: id of the link that the page puts on the service, if any.
        documented: whether the page's audit documents name the service.
        listed_with: id of the service whose bullet on the page it shares, if any.
    """

    id: str
    name: Localized
    aliases: tuple[str, ...] = ()
    later_names: tuple[LaterName, ...] = ()
    link: str | None = None
    documented: bool = False
    listed_with: str | None = None


@dataclass(frozen=True)
class History:
    """Where the words of an entry come from; of an entry that was never reviewed nothing is known.

    Attributes:
        revision: which approved version of the entry it is, counted from 1; 0 was written with the page.
        author: who wrote this revision, `approver` who approved it; never the same person.
        valid_from: first day on which it may be said; None has no first day.
        valid_until: last day on which it may be said; None has no last day.
        newer: "zh" or "en" where that language has been changed since the other one; else None.
    """

    revision: int = 0
    author: str = ""
    approver: str = ""
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    newer: str | None = None

    def has_begun(self, today: datetime.date) -> bool:
        """Whether the first day has come."""
        return self.valid_from is None or self.valid_from <= today

    def has_ended(self, today: datetime.date) -> bool:
        """Whether the last day is over."""
        return self.valid_until is not None and self.valid_until < today


def _no_questions() -> dict[str, tuple[str, ...]]:
    return {language: () for language in LANGUAGES}


@dataclass(frozen=True)
class Entry:
    """One thing that the page answers.

    Attributes:
        id: the class label `topic/key`.
        page: id of the page.
        links: ids of the links to cite, best first; empty cites the page itself.
        questions: language -> ways to ask for it.
        suggests: ids of entries that are near.
        excludes: language -> questions that are near and must not lead to it.
        history: who wrote and approved it, and for how long it holds.
    """

    id: str
    page: str
    links: tuple[str, ...]
    questions: Mapping[str, tuple[str, ...]] = field(hash=False)
    answer: Localized
    suggests: tuple[str, ...] = ()
    excludes: Mapping[str, tuple[str, ...]] = field(default_factory=_no_questions, hash=False)
    history: History = field(default_factory=lambda: History())

    @property
    def digest(self) -> str:
        """Names what it says: other words or links give another (12 hex digits)."""
        shown = (self.answer.zh, self.answer.en, self.links)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]

    @property
    def topic(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]

    @property
    def key(self) -> str:
        """The part of the id after the slash."""
        return self.id.partition("/")[2]


@dataclass(frozen=True)
class Page:
    """A certification page: its facts, the services in scope, and the entries that answer from it."""

    id: str
    title: Localized
    standard: Standard
    provider: Provider
    date: datetime.date
    links: tuple[Link, ...]
    services: tuple[Service, ...]
    entries: tuple[Entry, ...]

    def entry(self, entry_id: str) -> Entry:
        """The entry of that id; KeyError if there is none."""
        return self._entries_by_id[entry_id]

    def link(self, link_id: str) -> Link:
        """The link of that id; KeyError if there is none."""
        return self._links_by_id[link_id]

    def service(self, service_id: str) -> Service:
        """The service of that id; KeyError if there is none."""
        return self._services_by_id[service_id]

    @cached_property
    def _entries_by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def _links_by_id(self) -> dict[str, Link]:
        return {link.id: link for link in self.links}

    @cached_property
    def _services_by_id(self) -> dict[str, Service]:
        return {service.id: service for service in self.services}


def load_pages(folder: Path) -> tuple[Page, ...]:
    """Read every `*.yml` directly in a folder, in order of file name.

    Raises:
        InvalidKnowledge: no file there, or one that breaks a rule; all problems of all files are listed.
    """
    pages: list[Page] = []
    problems: list[Problem] = []
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        problems.append(Problem(str(folder), "folder", "*.yml", "no knowledge file here"))
    for path in paths:
        try:
            page = load_page(path)
        except InvalidKnowledge as error:
            problems += error.problems
            continue
        if page.id in {other.id for other in pages}:
            problems.append(Problem(path.name, "page", "id", f"{page.id!r} is already taken by another file"))
        pages.append(page)
    if problems:
        raise InvalidKnowledge(problems)
    return tuple(pages)


def load_page(path: Path) -> Page:
    """Read one knowledge file.

    Raises:
        InvalidKnowledge: the file is unreadable, is not YAML or breaks a rule.
    """
    return parse_page(_read_yaml(path), path.name)


def parse_page(raw: object, file: str) -> Page:
    """Check what a knowledge file holds and turn it into a `Page`.

    Args:
        raw: the parsed YAML.
        file: name used in the problems.

    Raises:
        InvalidKnowledge: it breaks a rule.
    """
    problems = find_problems(raw, file)
    if problems or not isinstance(raw, dict):
        raise InvalidKnowledge(problems)
    return _page(raw)


class StrictLoader(_YamlLoader):
    """A safe loader that refuses a key given twice, which YAML would silently let win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            keys = [key.value for key, _ in node.value]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(None, None, f"key {twice!r} is given twice", node.start_mark)
        return mapping


def _read_yaml(path: Path) -> object:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=StrictLoader)
    except OSError as error:
        raise InvalidKnowledge([Problem(path.name, "file", "read", str(error.strerror))]) from error
    except UnicodeDecodeError as error:
        problem = Problem(path.name, "file", f"byte {error.start}", "is not UTF-8")
        raise InvalidKnowledge([problem]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "file"
        what = getattr(error, "problem", None) or str(error)
        raise InvalidKnowledge([Problem(path.name, place, "yaml", what)]) from error


def _page(raw: dict[str, Any]) -> Page:
    head = raw["page"]
    return Page(
        id=head["id"],
        title=Localized(**head["title"]),
        standard=Standard(**_with_tuples(head["standard"], "aliases")),
        provider=Provider(**_with_tuples(head["provider"], "aliases")),
        date=datetime.date.fromisoformat(str(head["date"])),
        links=tuple(Link(link["id"], Localized(**link["title"]), link["url"]) for link in raw["links"]),
        services=tuple(_service(service) for service in raw["services"]),
        entries=tuple(entry_of(entry, head["id"]) for entry in raw["entries"]),
    )


def _service(raw: dict[str, Any]) -> Service:
    values = _with_tuples(raw, "aliases")
    values["name"] = Localized(**raw["name"])
    values["later_names"] = tuple(
        LaterName(Localized(**later["name"]), tuple(later.get("aliases", ()))) for later in raw.get("later_names", ())
    )
    return Service(**values)


def entry_of(raw: Mapping[str, Any], page: str) -> Entry:
    """The entry that a part of a knowledge file describes; the file must have been checked."""
    excludes = raw.get("excludes", {})
    return Entry(
        id=raw["id"],
        page=page,
        links=tuple(raw["links"]),
        questions={language: tuple(raw["questions"][language]) for language in LANGUAGES},
        answer=Localized(**raw["answer"]),
        suggests=tuple(raw["suggests"]),
        excludes={language: tuple(excludes.get(language, ())) for language in LANGUAGES},
        history=_history(raw.get("history", {})),
    )


def _history(raw: Mapping[str, Any]) -> History:
    days = {name: datetime.date.fromisoformat(str(raw[name])) for name in ("valid_from", "valid_until") if name in raw}
    return History(**{**raw, **days})


def _with_tuples(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    """A copy in which the named lists, absent ones too, are tuples."""
    return {**raw, **{name: tuple(raw.get(name, ())) for name in names}}
