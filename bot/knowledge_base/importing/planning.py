"""What an import would do, row by row, and everything that stands in its way. Nothing here stores anything."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.knowledge_base.checking import find_wrongs
from bot.knowledge_base.forms import Typed, free_label
from bot.knowledge_base.importing.problems import Problem
from bot.knowledge_base.importing.tables import Row, Table
from bot.knowledge_base.in_force import knowledge_on
from bot.knowledge_base.overview import Line, lines_of
from bot.knowledge_base.records import Content
from bot.knowledge_base.store import KnowledgeStore, over
from index.knowledge import LANGUAGES, Entry, Page
from index.knowledge_checks import question_key

_LABEL = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_PARTS = re.compile(r"[\n,;，；、\s]+")
NEW, CHANGED, SAME = "new", "changed", "same"
TOPIC = "faq"


@dataclass(frozen=True)
class Planned:
    """What one row would become. Attributes: kind: NEW, CHANGED (an entry that is there), or SAME (nothing to do)."""

    row: int
    page: str
    label: str
    content: Content
    kind: str


@dataclass(frozen=True)
class Plan:
    """What a file would become; with any problem, nothing of it is imported."""

    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...]

    @property
    def drafts(self) -> tuple[Planned, ...]:
        """What would be drafts."""
        return tuple(each for each in self.planned if each.kind != SAME)

    def count(self, kind: str) -> int:
        """How many rows are of a kind."""
        return sum(each.kind == kind for each in self.planned)


def lines_now(store: KnowledgeStore, today: datetime.date) -> tuple[Line, ...]:
    """Every entry and draft that there is."""
    _, approved = store.approved()
    files = store.files.pages
    return lines_of(files, approved, store.unfinished(), knowledge_on(today, files, approved), today)


def plan_of(table: Table, pages: Sequence[Page], lines: Sequence[Line], today: datetime.date) -> Plan:
    """What a table would become.

    Args:
        lines: what `lines_now` gives.
    """
    planner = _Planner(pages, lines, today)
    planned = tuple(each for row in table.rows if (each := planner.plan(row)))
    problems = (*table.problems, *planner.problems, *_twice(planned))
    return Plan(planned, tuple(sorted(problems, key=lambda problem: problem.row)))


class _Planner:
    def __init__(self, pages: Sequence[Page], lines: Sequence[Line], today: datetime.date) -> None:
        self._pages = {page.id: page for page in pages}
        self._lines = {(line.page.id, line.label): line for line in lines}
        self._today = today
        self._labels: dict[tuple[str, str], int] = {}
        self.problems: list[Problem] = []

    def plan(self, row: Row) -> Planned | None:
        """What a row would become; None where it has no place to go to."""
        page = self._page(row)
        if page is None:
            return None
        given = row.values.get("id", "")
        if given and not _LABEL.fullmatch(given):
            self._wrong(row, "id", "import_no_label", id=given[:80])
            return None
        line = self._lines.get((page.id, given))
        entry = line.entry if line and not _only_drafted(line) else None
        content = self._content(row, entry)
        label = given or free_label(TOPIC, content, [label for each, label in self._taken if each == page.id])
        if (first := self._labels.setdefault((page.id, label), row.number)) != row.number:
            self.problems.append(Problem(row.number, "id", "import_id_twice", {"row": first}))
            return None
        if line and line.draft:
            self._wrong(row, "id", "import_taken", label=label)
        self._check(row, page, label, content)
        kind = NEW if entry is None else SAME if Content.of(entry).says_like(content) else CHANGED
        return Planned(row.number, page.id, label, over(entry, content), kind)

    @property
    def _taken(self) -> set[tuple[str, str]]:
        return {*self._lines, *self._labels}

    def _page(self, row: Row) -> Page | None:
        wanted = row.values.get("page", "")
        if not wanted and len(self._pages) == 1:
            return next(iter(self._pages.values()))
        if wanted not in self._pages:
            key = "import_unknown_page" if wanted else "import_no_page"
            self._wrong(row, "page", key, page=wanted[:80], pages=", ".join(self._pages))
        return self._pages.get(wanted)

    def _content(self, row: Row, entry: Entry | None) -> Content:
        """What the row says; a column that the file does not have leaves an entry's part as it is."""
        before = Typed.of(Content.of(entry)) if entry else Typed({}, (), ())
        days = {name: _day(row.values[name]) for name in ("valid_from", "valid_until") if name in row.values}
        fields = {**_EMPTY, **before.fields, **row.values, **days}
        chosen = {
            name: _parts(row.values[name]) if name in row.values else getattr(before, name)
            for name in ("links", "suggests")
        }
        content, wrongs = Typed(fields, **chosen).content()
        self.problems += [Problem(row.number, wrong.place, wrong.key) for wrong in wrongs]
        return content

    def _check(self, row: Row, page: Page, label: str, content: Content) -> None:
        own = [line for (page_id, _), line in self._lines.items() if page_id == page.id]
        entries = tuple(line.entry for line in own if not _only_drafted(line))
        for wrong in find_wrongs(content, replace(page, entries=entries), label, self._today):
            self.problems.append(Problem(row.number, wrong.place, wrong.key, wrong.values))
        drafted = {
            question_key(text): line.label
            for line in own
            if line.draft and line.label != label
            for texts in line.draft.content.questions.values()
            for text in texts
        }
        for language in LANGUAGES:
            for text in content.questions[language]:
                if (other := drafted.get(question_key(text))) is not None:
                    self._wrong(row, f"questions_{language}", "import_in_draft", text=text, label=other)

    def _wrong(self, row: Row, column: str, key: str, **values: object) -> None:
        self.problems.append(Problem(row.number, column, key, values))


_EMPTY: Mapping[str, str] = {
    **{f"{part}_{language}": "" for part in ("questions", "answer", "excludes") for language in LANGUAGES},
    "valid_from": "",
    "valid_until": "",
}


def _twice(planned: Sequence[Planned]) -> Iterator[Problem]:
    """Questions that two rows of the file have."""
    rows: dict[tuple[str, str], int] = {}
    for each in planned:
        for language in LANGUAGES:
            for text in each.content.questions[language]:
                first = rows.setdefault((each.page, question_key(text)), each.row)
                if first != each.row:
                    yield Problem(each.row, f"questions_{language}", "import_twice", {"text": text, "row": first})


def _only_drafted(line: Line) -> bool:
    return line.states in (("draft",), ("proposed",))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _PARTS.split(text) if part))


def _day(text: str) -> str:
    """A day as Excel and people write it; what is none stays as it is, to be refused."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", text.strip())
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else text
