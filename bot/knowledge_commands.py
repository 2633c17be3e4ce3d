"""`python -m bot knowledge ...`: what staff wrote and approved, from a terminal."""

from __future__ import annotations

import argparse
from collections import Counter

from bot import clock
from bot.knowledge_base.exporting import Exported, export
from bot.knowledge_base.in_force import knowledge_on
from bot.knowledge_base.overview import lines_of
from bot.settings import Settings
from bot.staff_commands import operator
from bot.terminal import open_knowledge

_SHOWN_STATES = ("live", "proposed", "draft", "expired", "expiring", "coming", "newer")


def show(settings: Settings, options: argparse.Namespace) -> None:
    """List what was written, approved or undone here, and what is to be renewed."""
    today = clock.utc_now().date()
    with open_knowledge(settings) as store:
        _, approved = store.approved()
        holds = knowledge_on(today, store.files.pages, approved)
        lines = lines_of(store.files.pages, approved, store.unfinished(), holds, today)
    for line in lines:
        history = line.entry.history
        if options.all or history.revision or line.draft or line.states != ("live",):
            states = ",".join(state for state in line.states if state in _SHOWN_STATES)
            people = [history.author or "-", history.approver or "-"]
            print("\t".join([line.page.id, line.label, str(history.revision), states or "-", *people]))
    counts = Counter(state for line in lines for state in line.states)
    told = ", ".join(f"{counts[state]} {state}" for state in _SHOWN_STATES if counts[state])
    print(f"{len(lines)} entries: {told}")


def export_files(settings: Settings, options: argparse.Namespace) -> None:
    """Write the knowledge files with what was approved."""
    out = options.out or settings.knowledge_dir
    with open_knowledge(settings) as store:
        _, approved = store.approved()
        reports = export(settings.knowledge_dir, approved, clock.utc_now().date(), out)
        changes = {report.path.name: len(report.changed + report.added + report.removed) for report in reports}
        store.note_export(operator(), changes)
    for report in reports:
        print(f"{report.path}: {_told(report)}")


def _told(report: Exported) -> str:
    parts = {"changed": report.changed, "added": report.added, "removed": report.removed}
    return "; ".join(f"{kind} {', '.join(labels)}" for kind, labels in parts.items() if labels) or "as it was"
