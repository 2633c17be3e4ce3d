"""How long the staff pages take, over as many turns as one likes, on SQLite and on PostgreSQL.

    python -m tests.bench.staff --turns 1000000

Fills a database of each kind with generated turns (or takes the ones given by --sqlite and --postgres), signs in and
asks the app itself for every kind of page: server time, with everything that a view does, its audit row included.
Both databases are as durable as the service has them; PostgreSQL is a cluster of its own with its default settings.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient

from bot.app import create_app
from bot.evaluation.table import table
from bot.services import Services
from bot.settings import PROJECT
from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from bot.transcripts.records import Cursor
from bot.transcripts.tables import conversations, turns
from tests.bench import report
from tests.bench.machine import describe
from tests.bench.section import Bench, Promise, Section
from tests.bench.turns import fill_with_turns
from tests.bench.wordings import RARE
from tests.fakes.assistant import FakeAssistant
from tests.services.servers import postgres_cluster, postgres_database

TURNS = 1_000_000
RUNS = 20
LIMIT = 200.0  # milliseconds, the largest that was promised for a page

_PASSWORD = "generated for a benchmark"
_HEADER = ("page", "first ms", "p50", "p95", "max", "processor p50")
_Say = Callable[[str], None]


@dataclass(frozen=True)
class Timed:
    """What one page took, in milliseconds.

    Attributes:
        first: the first time that it was asked for.
        times: the times after that.
        busy: how long the service's own process was busy each time, whatever else the machine did; of PostgreSQL
            that is without its server.
    """

    name: str
    path: str
    first: float
    times: tuple[float, ...]
    busy: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """What 95 of 100 stay below."""
        return sorted(self.times)[math.ceil(0.95 * len(self.times)) - 1]

    def row(self) -> tuple[str, ...]:
        """As a row of the report."""
        return self.name, *(
            f"{each:.0f}" for each in (self.first, self.p50, self.p95, max(self.times), statistics.median(self.busy))
        )


def measure(bench: Bench) -> Section:
    """See `tests.bench.section`."""
    count, runs = (2_000, 2) if bench.quick else (TURNS, RUNS)
    return section(count, runs, bench.folder, {}, bench.report)


def section(count: int, runs: int, folder: Path, given: Mapping[str, str], say: _Say) -> Section:
    """The tables of both databases, as one section.

    Args:
        given: addresses of databases that are filled already, by "sqlite" and "postgres".
    """
    rows: list[tuple[str, ...]] = [_HEADER]
    figures: dict[str, object] = {"turns": count, "runs": runs}
    promises = []
    for kind, opened in (("sqlite", _sqlite(folder)), ("postgres", _postgres())):
        with contextlib.nullcontext(given[kind]) if kind in given else opened as url:
            if kind not in given:
                _fill(url, count, say)
            timed = _measure(url, folder / kind, runs, say)
        rows += [(f"{kind}: {name}", *others) for name, *others in (each.row() for each in timed)]
        figures[kind] = {each.name: {**vars(each), "p50": each.p50, "p95": each.p95} for each in timed}
        slowest = max(timed, key=lambda each: each.p95)
        promises.append(Promise(f"staff pages on {kind}, p95 of the slowest ({slowest.name}), ms", slowest.p95, LIMIT))
    notes = (
        f"{count:,} generated turns; server time of one request after the other, {runs} runs of each page in turn, "
        "beside the first one.",
    )
    return Section(f"Staff pages over {count:,} turns", tuple(rows), figures, notes, tuple(promises))


def cases(database: Database) -> dict[str, str]:
    """What is asked for: names, and paths below /staff/."""
    with database.reading() as connection:
        count = connection.execute(sa.select(sa.func.max(turns.c.number))).scalar() or 0
        middle = sa.select(turns.c.conversation_id, turns.c.created_at).where(turns.c.number == max(1, count // 2))
        deep = connection.execute(middle).one()
        long = sa.select(conversations.c.id).where(conversations.c.last_at >= deep.created_at)
        longest = connection.execute(long.order_by(conversations.c.last_at).limit(1)).scalar()
        place = sa.select(conversations.c.last_at).where(conversations.c.id == longest)
        cursor = Cursor(connection.execute(place).scalar(), str(longest))
    day = deep.created_at.date()
    month = f"since={day.replace(day=1)}&until={day.replace(day=28)}"
    filters = {
        "channel": "channel=teams",
        "language": "language=en",
        "topic": "topic=audit_reports",
        "outcome": "outcome=refused",
        "rare outcome": "outcome=failed",
        "confidence": "confidence=low",
        "feedback": "feedback=down",
        "review": "review=wrong",
        "assignee": "assignee=reviewer-1",
        "tag": "tag=urgent",
        "service": "service=power_bi",
        "days": month,
        "three of them": f"channel=teams&language=zh&outcome=refused&{month}",
        "five of them": f"channel=teams&language=zh&outcome=refused&feedback=down&review=wrong&{month}",
        "nothing like it": "channel=rest&topic=human_handoff&outcome=failed&feedback=up&tag=urgent",
        "common words, two Chinese letters": "query=认证",
        "common words, English": "query=covered",
        "two words": "query=报告+工单",
        "rare words, Chinese": f"query={RARE['zh']}",
        "rare words, English": f"query={RARE['en']}",
        "words that nobody wrote": "query=没有人写过这句话",
        "words and filters": f"query=认证&channel=teams&outcome=refused&{month}",
        "one letter": "query=在",
    }
    lists = {f"list: {name}": f"?{query}" for name, query in filters.items()}
    return {
        "conversations": "",
        "conversations, half way down": f"?after={cursor}",
        "list, half way down": f"?outcome=refused&before={count // 2}",
        "words, near the end": f"?query=认证&before={max(2, count // 50)}",
        **lists,
        "conversation": f"conversations/{longest}",
        "queue": "queue/",
        "queue: outcome": "queue/?outcome=handoff",
        "groups": "groups/",
        "figures, 30 days": "figures/",
        "figures, 365 days": "figures/?days=365",
        "figures, two years": "figures/?days=all",
        "export, first lines": "export/turns.csv",
        "export of a filter, first lines": "export/turns.jsonl?outcome=refused",
    }


def _measure(url: str, folder: Path, runs: int, say: _Say) -> list[Timed]:
    settings = {"DATABASE_URL": url, "VAR_DIR": str(folder), "RETENTION_DAYS": "0", "LOG_LEVEL": "error"}
    app = create_app(settings, FakeAssistant())
    parts: Services = app.extensions["compliance-faq"]
    try:
        say(f"days counted: {DailyFigures(parts.database).roll_up()}")
        client = _signed_in(app.test_client(), parts)
        wanted = cases(parts.database)
        first = {name: _time(client, path)[0] for name, path in wanted.items()}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in wanted}
        for number in range(runs):
            say(f"run {number + 1} of {runs}")
            for name, path in wanted.items():
                times[name].append(_time(client, path))
    finally:
        parts.close()
    return [
        Timed(name, f"/staff/{path}", first[name], *zip(*times[name], strict=True)) for name, path in wanted.items()
    ]


def _time(client: FlaskClient, path: str) -> tuple[float, float]:
    """One request, in milliseconds on the clock and on the processor; of an export until its first lines are there."""
    started, busy = time.perf_counter(), time.process_time()
    reply = client.get(f"/staff/{path}", buffered=False)
    parts = reply.iter_encoded()
    read = next(parts) if path.startswith("export/") else b"".join(parts)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    reply.close()
    if reply.status_code != 200 or not read:
        raise RuntimeError(f"/staff/{path} says {reply.status_code}")
    return took * 1000, busy * 1000


def _signed_in(client: FlaskClient, parts: Services) -> FlaskClient:
    name = f"bench{time.time_ns()}"
    parts.accounts.add(name, _PASSWORD, "admin")
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/staff/sign-in").text)
    form = {"name": name, "password": _PASSWORD, "csrf_token": found[1] if found else ""}
    if client.post("/staff/sign-in", data=form).status_code != 302:
        raise RuntimeError("cannot sign in")
    return client


def _fill(url: str, count: int, say: _Say) -> None:
    say(f"filling a database with {count:,} turns")
    with contextlib.closing(Database(url)) as database:
        migrate(database)
        fill_with_turns(database, count)


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    yield f"sqlite:///{folder / 'staff.db'}"


@contextlib.contextmanager
def _postgres() -> Iterator[str]:
    with postgres_cluster() as server, postgres_database(server) as url:
        yield url


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.staff", description="Time the staff pages.")
    parser.add_argument("--turns", type=int, default=TURNS, help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=RUNS, help="default: %(default)s")
    parser.add_argument("--sqlite", metavar="URL", help="a database that `python -m tests.bench.turns` has filled")
    parser.add_argument("--postgres", metavar="URL", help="another one")
    parser.add_argument("--out", type=Path, default=PROJECT / "bench-output", metavar="FOLDER")
    options = parser.parse_args()
    given = {kind: url for kind in ("sqlite", "postgres") if (url := getattr(options, kind))}
    with tempfile.TemporaryDirectory(prefix="bench-staff-") as folder:
        done = section(options.turns, options.runs, Path(folder), given, lambda line: print(line, file=sys.stderr))
    print("\n".join(table(done.rows[1:], done.rows[0])))
    command = f"python -m tests.bench.staff --turns {options.turns} --runs {options.runs}"
    report.write(options.out / "staff", command, describe(), {"staff": done})
    return 0 if all(each.kept for each in done.promises) else 1


if __name__ == "__main__":
    sys.exit(main())
