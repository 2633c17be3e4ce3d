"""The report of a run: tables for the terminal, Markdown for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bot.evaluation.table import table
from tests.bench.section import Promise, Section


def write(folder: Path, command: str, machine: Mapping[str, str], sections: Mapping[str, Section]) -> None:
    """Write bench.json and bench.md; called after each section, so that a run cut short leaves what it has."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "command": command,
        "machine": dict(machine),
        "sections": {name: dict(section.figures) for name, section in sections.items()},
        "promises": [{**asdict(each), "kept": each.kept} for each in promises(sections)],
    }
    (folder / "bench.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "bench.md").write_text("\n".join(markdown(command, machine, sections)) + "\n", encoding="utf-8")


def promises(sections: Mapping[str, Section]) -> list[Promise]:
    """The promises of all sections."""
    return [each for section in sections.values() for each in section.promises]


def plain(section: Section) -> list[str]:
    """A section for the terminal."""
    return ["", section.title, "", *table(section.rows[1:], section.rows[0]), "", *section.notes]


def markdown(command: str, machine: Mapping[str, str], sections: Mapping[str, Section]) -> list[str]:
    """The whole report."""
    lines = [f"`{command}`", "", *(f"- {name}: {value}" for name, value in machine.items())]
    for section in sections.values():
        lines += ["", f"## {section.title}", "", *_grid(section.rows), "", " ".join(section.notes)]
    if kept := promises(sections):
        lines += ["", "## Promised", "", *_grid([("", "measured", "limit", ""), *map(promise_row, kept)])]
    return lines


def promise_row(promise: Promise) -> tuple[str, str, str, str]:
    """A promise as a row of a table."""
    limit = f"{'at least' if promise.at_least else 'at most'} {promise.limit:.3g}"
    return promise.what, f"{promise.measured:.3g}", limit, "kept" if promise.kept else "NOT KEPT"


def _grid(rows: Sequence[Sequence[str]]) -> list[str]:
    first, *others = ["| " + " | ".join(row) + " |" for row in rows]
    return [first, "|---" + "|---:" * (len(rows[0]) - 1) + "|", *others]
