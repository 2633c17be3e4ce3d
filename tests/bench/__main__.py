"""`python -m tests.bench`: how fast, how large and how soon, beside stock Rasa, in one run on one machine.

Every section prints its table as soon as it has it; all of them end up in bench-output/bench.md and bench.json.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation.table import table
from bot.settings import PROJECT
from tests.bench import report
from tests.bench.load import LoadFailed
from tests.bench.machine import describe
from tests.bench.processes import ServerFailed
from tests.bench.section import Bench, Section
from tests.bench.sections import SECTIONS

OUTPUT = PROJECT / "bench-output"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report; the status is 1 if a promise was not kept."""
    logging.getLogger("rasa").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped, too
    options = _parser().parse_args(arguments)
    machine = describe()
    command = " ".join(["python -m tests.bench", *(sys.argv[1:] if arguments is None else arguments)])
    done: dict[str, Section] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder), options.quick, _say)
        with bench.closing:
            for row in (row for row in SECTIONS if row.name in options.only):
                start = time.perf_counter()
                _say(f"{row.name}: {row.help}")
                done[row.name] = row.measure(bench)
                report.write(options.out, command, machine, done)
                print("\n".join([*report.plain(done[row.name]), ""]), flush=True)
                _say(f"{row.name}: took {time.perf_counter() - start:.0f} s")
    promises = report.promises(done)
    if promises:
        print("\n".join(table([report.promise_row(each) for each in promises], ("promised", "measured", "limit", ""))))
    print(f"\nreports: {options.out}")
    return 0 if all(each.kept for each in promises) else 1


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    names = [row.name for row in SECTIONS]
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="sections:\n" + "\n".join(f"  {row.name:<12}{row.help}" for row in SECTIONS),
    )
    parser.add_argument("--only", type=_some_of(names), default=names, metavar="SECTIONS", help="some, with commas")
    parser.add_argument("--quick", action="store_true", help="only see whether everything works; no figures to quote")
    parser.add_argument("--out", type=Path, default=OUTPUT, metavar="FOLDER", help="default: bench-output/")
    return parser


def _some_of(names: Sequence[str]):  # type: ignore[no-untyped-def]
    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := set(chosen) - set(names):
            raise argparse.ArgumentTypeError(f"no section {sorted(unknown)[0]!r}; there are {', '.join(names)}")
        return chosen

    return parse


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (LoadFailed, ServerFailed) as error:
        sys.exit(f"bench: {error}")
