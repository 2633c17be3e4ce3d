"""`python -m bot transcripts ...`: turns exported, and one person's turns handed out or deleted, from a terminal."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bot.audit import AuditLog
from bot.keys import open_keys
from bot.services import open_audit, open_tokens, prepare_folder
from bot.settings import Settings, SettingsError
from bot.staff_commands import operator
from bot.transcripts.database import Database
from bot.transcripts.exporting import export, numbers_of
from bot.transcripts.filters import Filter
from bot.transcripts.migrate import migrate
from bot.transcripts.people import Holding, People
from bot.transcripts.reading import Reading
from bot.transcripts.tables import turns

_BAR = 30


class NobodyFound(Exception):
    """Nothing is stored of the person that a command names."""


@dataclass(frozen=True)
class Transcripts:
    """What the commands need of the service."""

    database: Database
    people: People
    audit: AuditLog


@contextlib.contextmanager
def open_transcripts(settings: Settings) -> Iterator[Transcripts]:
    """The transcripts of the database that the settings name."""
    prepare_folder(settings)
    keys = open_keys(settings)
    database = Database(settings.database)
    try:
        migrate(database)
        people = People(database, keys, open_tokens(keys, settings))
        yield Transcripts(database, people, open_audit(database, settings, keys))
    finally:
        database.close()


def export_turns(settings: Settings, options: argparse.Namespace) -> None:
    """Write the turns of a filter, or of a person, to a file or to standard output."""
    given = {name: value for name in Filter.__dataclass_fields__ if (value := getattr(options, name))}
    try:
        wanted = Filter.parse(given)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    with open_transcripts(settings) as its:
        if options.token:
            holding = _found(its, options.token)
            its.audit.record(operator(), "person.exported", holding.person.id, {"turns": holding.turns})
            batches = _counted(its.people.numbers(holding.person), holding.turns)
        else:
            its.audit.record(operator(), "turns.exported", options.format, given)
            batches = _passed(its.database, numbers_of(Reading(its.database), wanted))
        _write(export(its.database, batches, options.format), options.out)


def delete_person(settings: Settings, options: argparse.Namespace) -> None:
    """Delete everything of a person, once somebody has said so."""
    with open_transcripts(settings) as its:
        holding = _found(its, options.token)
        print(f"{holding.turns} turns from {holding.first:%Y-%m-%d} to {holding.last:%Y-%m-%d}", file=sys.stderr)
        if not options.yes and input("Delete them for ever? Type yes: ").strip().lower() != "yes":
            print("nothing is deleted")
            return
        its.audit.record(operator(), "person.erased", holding.person.id, {"turns": holding.turns})
        print(f"deleted turns: {its.people.delete(holding.person)}")


def _found(its: Transcripts, token: str) -> Holding:
    holding = its.people.find(token)
    if holding is None:
        raise NobodyFound("nothing is stored of whom --token names")
    return holding


def _write(lines: Iterable[str], path: Path | None) -> None:
    """Write to standard output, or to a file that is there only once it is whole."""
    if path is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        sys.stdout.writelines(lines)
        return
    draft = path.with_name(f".{path.name}.part")
    try:
        with open(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            file.writelines(lines)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    print(f"written: {path}")


def _counted(batches: Iterable[Sequence[int]], total: int) -> Iterator[Sequence[int]]:
    """Batches, and how far they are on the terminal."""
    done = 0
    for numbers in batches:
        done += len(numbers)
        yield numbers
        _show(done, done / max(total, 1))
    _end_bar()


def _passed(database: Database, batches: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Batches of numbers that go back to the first turn, and how far they are on the terminal."""
    with database.reading() as connection:
        low, high = connection.execute(sa.select(sa.func.min(turns.c.number), sa.func.max(turns.c.number))).one()
    done = 0
    for numbers in batches:
        done += len(numbers)
        yield numbers
        _show(done, (high - numbers[-1] + 1) / (high - low + 1))
    _end_bar()


def _show(done: int, share: float) -> None:
    if sys.stderr.isatty():
        filled = round(min(share, 1) * _BAR)
        bar = "#" * filled + "." * (_BAR - filled)
        print(f"\r[{bar}] {min(share, 1):4.0%}  {done:,} turns", end="", file=sys.stderr, flush=True)


def _end_bar() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
