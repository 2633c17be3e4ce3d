"""Writing what was approved into the knowledge files, for a commit whose difference people can read.

Only the parts of an entry that changed are written anew; everything else, comments and order too, stays as it is.
A file that is read back has to say exactly what was meant, or nothing is written.
"""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge_base.in_force import knowledge_on, newest
from bot.knowledge_base.raw import raw_entry
from bot.knowledge_base.records import Revision
from index.knowledge import LANGUAGES, Entry, Page, load_page, parse_page

_WIDTH = 118
_LONG = 90  # an answer longer than this is folded
_PARTS = ("links", "questions", "answer", "suggests", "excludes", "history")


class ExportFailed(Exception):
    """A file cannot be written such that it says what was approved; the message is one line."""


@dataclass(frozen=True)
class Exported:
    """What became of one file.

    Attributes:
        changed, added, removed: labels.
    """

    path: Path
    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether it differs from what was there."""
        return bool(self.changed or self.added or self.removed)


def export(folder: Path, revisions: Sequence[Revision], today: datetime.date, out: Path) -> tuple[Exported, ...]:
    """Write every knowledge file of `folder` into `out` (which may be `folder`), with what was approved.

    Raises:
        InvalidKnowledge: a file of `folder` breaks a rule.
        ExportFailed: a file cannot be written such that it says what was approved.
        OSError: `out` cannot be written.
    """
    written: dict[Path, str] = {}
    reports = []
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        page = load_page(path)
        entries = exported_entries(page, revisions, today)
        filed = {entry.id: entry for entry in page.entries}
        report = Exported(
            out / path.name,
            tuple(label for label, entry in entries.items() if label in filed and entry != filed[label]),
            tuple(label for label in entries if label not in filed),
            tuple(label for label in filed if label not in entries),
        )
        written[report.path] = _with_entries(text, page, entries, path.name) if report.is_new else text
        reports.append(report)
    out.mkdir(parents=True, exist_ok=True)
    for place, text in written.items():
        if not place.is_file() or place.read_text(encoding="utf-8") != text:
            beside = place.with_suffix(".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(place)
    return tuple(reports)


def exported_entries(page: Page, revisions: Sequence[Revision], today: datetime.date) -> dict[str, Entry]:
    """The entries that the page's file should have: what holds today, else what has expired or is to come.

    A file has one version of an entry. Of two that are approved, one to take over from the other later, it gets the
    one that holds; the later one stays in the database and goes into the file when its day has come.
    """
    own = [each for each in revisions if each.page == page.id]
    holds = knowledge_on(today, [page], own)
    now = {entry.id: entry for entry in (*holds.withheld, *holds.pages[0].entries)}
    entries = {}
    for label in dict.fromkeys((*(entry.id for entry in page.entries), *(each.label for each in own))):
        filed = next((entry for entry in page.entries if entry.id == label), None)
        last = newest(filed, [each for each in own if each.label == label])
        if last is not None:
            entries[label] = now.get(label, last)
    # What is withheld today may be suggested again tomorrow, so suggestions are written as they were approved.
    approved = {(each.label, each.revision or 0): each.entry.suggests for each in own if each.revision is not None}
    approved |= {(entry.id, entry.history.revision): entry.suggests for entry in page.entries}
    return {
        label: replace(
            entry, suggests=tuple(each for each in approved[label, entry.history.revision] if each in entries)
        )
        for label, entry in entries.items()
    }


def _with_entries(text: str, page: Page, entries: Mapping[str, Entry], name: str) -> str:
    lines = text.splitlines()
    places = _places(text)
    filed = {entry.id: entry for entry in page.entries}
    for label, place in sorted(places.items(), key=lambda each: -each[1].start):
        if label not in entries:
            del lines[place.start : place.end]
        elif entries[label] != filed[label]:
            lines[place.start : place.end] = _changed(lines, place, filed[label], entries[label])
    added = [line for label, entry in entries.items() if label not in filed for line in ("", *_whole(entry))]
    changed = "\n".join([*lines, *added]).rstrip("\n") + "\n"
    _check(changed, page, entries, name)
    return changed


@dataclass(frozen=True)
class _Place:
    """Where an entry stands: its lines, and those of each of its parts."""

    start: int
    end: int
    parts: Mapping[str, tuple[int, int]]


def _places(text: str) -> dict[str, _Place]:
    lines = text.splitlines()
    root: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    sequence = next(value for key, value in root.value if key.value == "entries")
    places = {}
    for node in sequence.value:
        parts = {key.value: (key.start_mark.line, _end(lines, value.end_mark)) for key, value in node.value}
        label = next(value.value for key, value in node.value if key.value == "id")
        places[label] = _Place(node.start_mark.line, max(end for _, end in parts.values()), parts)
    return places


def _end(lines: Sequence[str], mark: Any) -> int:
    """The line behind the last one with content, where a block's own end is behind blank lines and comments."""
    end = mark.line + 1 if mark.column else mark.line
    end = min(end, len(lines))
    before = lines[mark.line][: mark.column].strip() if mark.line < len(lines) else ""
    if not before:
        end = min(mark.line, len(lines))
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _changed(lines: Sequence[str], place: _Place, before: Entry, after: Entry) -> list[str]:
    """The entry's lines with the parts that changed written anew, each where it stood."""
    old, new = raw_entry(before), raw_entry(after)
    kept = list(lines[place.start : place.end])
    for name, (start, end) in sorted(place.parts.items(), key=lambda each: -each[1][0]):
        if name in _PARTS and old.get(name) != new.get(name):
            kept[start - place.start : end - place.start] = _part(name, new[name]) if name in new else []
    missing = [name for name in _PARTS if name in new and name not in place.parts]
    return [*kept, *(line for name in missing for line in _part(name, new[name]))]


def _whole(entry: Entry) -> list[str]:
    raw = raw_entry(entry)
    parts = [line for name in _PARTS if name in raw for line in _part(name, raw[name])]
    return [f"  - id: {entry.id}", *parts]


def _part(name: str, value: Any) -> list[str]:
    """One part of an entry, as the files have it."""
    if name in ("links", "suggests"):
        return _indented(_dumped({name: value}, flow=True), 4)
    if name == "answer":
        return [
            "    answer:",
            *(line for language in reversed(LANGUAGES) for line in _answer(language, value[language])),
        ]
    return _indented(_dumped({name: value}), 4)


def _answer(language: str, text: str) -> list[str]:
    """One language's answer: folded where it is long, paragraph by paragraph where it has several."""
    if "\n" in text:
        lines = [f"{language}: |-", *(f"  {line}" if line else "" for line in text.split("\n"))]
    elif len(text) > _LONG:
        wrapped = textwrap.wrap(text, _WIDTH - 8, break_long_words=False, break_on_hyphens=False)
        lines = [f"{language}: >-", *(f"  {line}" for line in wrapped)]
    else:
        lines = _dumped({language: text}).splitlines()
    if yaml.safe_load("\n".join(lines)) != {language: text}:
        lines = _dumped({language: text}).splitlines()
    return _indented("\n".join(lines), 6)


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key, as the files have them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """See the emitter of PyYAML."""
        super().increase_indent(flow, False)


def _dumped(value: Mapping[str, Any], flow: bool = False) -> str:
    if flow:
        (name, items) = next(iter(value.items()))
        inner = yaml.dump(items, Dumper=_Dumper, allow_unicode=True, default_flow_style=True, width=10_000).strip()
        return f"{name}: {inner}"
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)).rstrip("\n")


def _indented(text: str, by: int) -> list[str]:
    return [" " * by + line if line else "" for line in text.splitlines()]


def _check(text: str, page: Page, entries: Mapping[str, Entry], name: str) -> None:
    """Raises: ExportFailed: the text does not say what was meant."""
    try:
        read = parse_page(yaml.load(text, Loader=yaml.CSafeLoader), name)
    except Exception as error:
        raise ExportFailed(f"{name} would not be a knowledge file: {error}".splitlines()[0]) from error
    if {entry.id: entry for entry in read.entries} != dict(entries) or replace(read, entries=()) != replace(
        page, entries=()
    ):
        raise ExportFailed(f"{name} cannot be written such that it says what was approved")
