"""Reads the catalog of names, data/knowledge/names/, as plain entries with their short forms spelt out.

services.yml describes the form. A file that breaks it is refused with every problem found.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from index.errors import InvalidKnowledge, Problem
from index.knowledge import Localized
from index.name_types import Kind, Name

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FILES: Mapping[str, Kind] = {"services.yml": "service", "vendors.yml": "vendor", "standards.yml": "standard"}
_WORDS = "words.yml"
_CHOICE = re.compile(r"<([^<>]*)>")
_GROUP_FIELDS = frozenset({"vendor", "part_of", "related_to", "renamed_from"})
_FIELDS = _GROUP_FIELDS | {"id", "name", "aliases", "suite_of"}
STANDARD = "standard:"


@dataclass(frozen=True)
class CatalogEntry:
    """A name with all its spellings, its own among them.

    Attributes:
        variant_of: spellings of what this is a variant of.
    """

    name: Name
    spellings: tuple[str, ...]
    variant_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """What keeps ordinary language apart from names; words.yml says what each list means."""

    ordinary: tuple[str, ...]
    capitals_only: tuple[str, ...]
    operators: tuple[str, ...]
    not_names: tuple[str, ...]
    not_typos: tuple[str, ...]


def read_catalog(folder: Path) -> tuple[CatalogEntry, ...]:
    """All names of the three files.

    Raises:
        InvalidKnowledge: a file is unreadable, or an entry breaks the form or refers to a name that is not there.
    """
    entries: list[CatalogEntry] = []
    problems: list[Problem] = []
    for file, kind in _FILES.items():
        raw = _read(folder / file)
        forms = raw.get("forms", {})
        for item in _items(raw.get("names", []), {}):
            wrong = _wrong_with(item, forms)
            if wrong:
                problems.append(Problem(file, str(item.get("id", "?")), *wrong))
            else:
                entries.append(_entry(item, kind, forms))
    problems.extend(_dangling(entries))
    if problems:
        raise InvalidKnowledge(problems)
    return tuple(entries)


def read_words(folder: Path) -> Words:
    """The word lists of words.yml.

    Raises:
        InvalidKnowledge: the file is unreadable or holds another list.
    """
    raw = _read(folder / _WORDS)
    unknown = set(raw) - set(Words.__dataclass_fields__)
    if unknown:
        raise InvalidKnowledge([Problem(_WORDS, name, "list", "unknown list") for name in sorted(unknown)])
    return Words(**{name: tuple(expand_all(raw.get(name, ()))) for name in Words.__dataclass_fields__})


def expand(pattern: str) -> Iterator[str]:
    """Every text that a pattern with <a|b|> stands for.

    Example: `"<Share|One>Point"` gives "SharePoint" and "OnePoint".
    """
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    for chosen in itertools.product(*choices):
        yield " ".join("".join(chosen).split())


def expand_all(patterns: Sequence[str]) -> Iterator[str]:
    """`expand`, over several patterns."""
    return itertools.chain.from_iterable(expand(str(pattern)) for pattern in patterns)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidKnowledge([Problem(path.name, "file", "read", str(error))]) from error
    if not isinstance(raw, dict):
        raise InvalidKnowledge([Problem(path.name, "file", "form", "is not a mapping")])
    return raw


def _items(items: Sequence[Any], group: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The names of a file, with what their group says of them."""
    for item in items:
        if isinstance(item, dict) and "names" in item:
            yield from _items(item["names"], {key: item[key] for key in _GROUP_FIELDS & item.keys()})
        else:
            yield {**group, **item} if isinstance(item, dict) else {"id": item}


def _wrong_with(item: Mapping[str, Any], forms: Mapping[str, Any]) -> tuple[str, str] | None:
    name = item.get("name")
    if not isinstance(item.get("id"), str):
        return "id", "is missing"
    if not (isinstance(name, str) or (isinstance(name, dict) and set(name) == {"zh", "en"})):
        return "name", "is neither a text nor {zh, en}"
    unknown = set(item) - _FIELDS - set(forms)
    if unknown:
        return sorted(unknown)[0], "unknown field"
    lists = [item.get(field, []) for field in ("aliases", "suite_of", *forms)]
    if not all(isinstance(each, list) for each in lists):
        return "aliases, suite_of or forms", "is not a list"
    return None


def _entry(item: Mapping[str, Any], kind: Kind, forms: Mapping[str, Sequence[str]]) -> CatalogEntry:
    given = item["name"]
    display = Localized(given, given) if isinstance(given, str) else Localized(**given)
    patterns = [str(alias) for alias in item.get("aliases", ())]
    for form, shapes in forms.items():
        patterns += [shape.replace("~", str(each)) for each in item.get(form, ()) for shape in shapes]
    variant_of = [str(each) for form in forms for each in item.get(form, ())] if kind == "service" else []
    name = Name(
        id=f"{STANDARD}{item['id']}" if kind == "standard" else item["id"],
        kind=kind,
        display=display,
        vendor=None if kind == "standard" else item.get("vendor", item["id"]),
        part_of=item.get("part_of"),
        related_to=item.get("related_to"),
        suite_of=tuple(item.get("suite_of", ())),
        renamed_from=item.get("renamed_from"),
    )
    spellings = dict.fromkeys([display.en, display.zh, *expand_all(patterns)])
    return CatalogEntry(name, tuple(spellings), tuple(variant_of))


def _dangling(entries: Sequence[CatalogEntry]) -> Iterator[Problem]:
    """Ids that occur twice, and references that lead nowhere."""
    ids = [entry.name.id for entry in entries]
    known = set(ids)
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield Problem("names", twice, "id", "occurs twice")
    for name in (entry.name for entry in entries):
        single = ((field, getattr(name, field)) for field in ("vendor", "part_of", "related_to", "renamed_from"))
        for field, other in (*single, *(("suite_of", each) for each in name.suite_of)):
            if other is not None and other not in known:
                yield Problem("names", name.id, field, f"unknown name {other!r}")
