"""How long it takes to group unanswered questions by likeness, and how much memory, the more there are.

    python -m tests.bench.grouping --questions 50000

Fills a database with distinct questions that nobody answered, in both languages (or takes the one of --database, with
whatever waits there), and groups them with the service's own encoder, without the pauses that it makes for askers.
"""

from __future__ import annotations

import argparse
import datetime
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from bot.evaluation.table import table
from bot.transcripts.database import Database
from bot.transcripts.grouping import open_grouping
from bot.transcripts.migrate import migrate
from bot.transcripts.question_groups import QuestionGroups
from bot.transcripts.searching import searchable
from bot.transcripts.tables import conversations, turns
from tests.bench.grown import GrownCorpus

_BATCH = 5_000
_LINES = 10
_HEADER = ("questions", "groups", "ms each, clock", "ms each, processor", "memory, MiB")
_NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)


def fill(database: Database, count: int) -> None:
    """Store unanswered questions, all of them different."""
    questions = _questions()
    number = 0
    while texts := list(islice(questions, min(_BATCH, count - number))):
        rows = [_turn(number + place, text) for place, text in enumerate(texts)]
        with database.writing() as connection:
            connection.execute(conversations.insert(), [_conversation(row["conversation_id"]) for row in rows])
            connection.execute(turns.insert(), rows)
        number += len(rows)


def measure(database: Database) -> list[tuple[str, ...]]:
    """Group all that waits; rows of the report."""
    grouping, groups = open_grouping(database), QuestionGroups(database)
    waiting, rows, done = groups.pending(), list[tuple[str, ...]](), 0
    while done < waiting:
        clock, busy, before = time.perf_counter(), time.process_time(), done
        while done < before + waiting / _LINES and (some := grouping.group_some()):
            done += some
        if done == before:
            break
        each = 1000 / (done - before)
        times = (time.perf_counter() - clock) * each, (time.process_time() - busy) * each
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rows.append((f"{done:,}", f"{len(groups.ids()):,}", *(f"{value:.2f}" for value in times), f"{memory:,}"))
    return rows


def _questions() -> Iterator[str]:
    """Questions, each once."""
    seen = set()
    for passage in GrownCorpus(10_000_000):
        if passage.kind == "question" and passage.text not in seen:
            seen.add(passage.text)
            yield passage.text


def _conversation(name: str) -> dict[str, Any]:
    return {
        "id": name, "channel": "web", "language": "en", "title": "", "turn_count": 1, "last_outcome": "refused",
        "started_at": _NOW, "last_at": _NOW,
    }  # fmt: skip


def _turn(number: int, text: str) -> dict[str, Any]:
    return {
        "id": f"t{number}", "conversation_id": f"c{number}", "channel": "web", "language": "en", "topic": "other",
        "outcome": "refused", "confidence": 0.3, "latency_ms": 5.0, "created_at": _NOW, "priority": 40, "text": text,
        "search": searchable(text), "reply": {}, "evidence": {},
    }  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.grouping", description="Time the grouping.")
    parser.add_argument("--questions", type=int, default=50_000, help="default: %(default)s")
    parser.add_argument("--database", metavar="URL", help="one that is filled already")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="bench-grouping-") as folder:
        with closing(Database(options.database or f"sqlite:///{folder}/questions.db")) as database:
            migrate(database)
            if not options.database:
                fill(database, options.questions)
            print("\n".join(table(measure(database), _HEADER)))


if __name__ == "__main__":
    main()
