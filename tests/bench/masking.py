"""How well personal data and secrets are masked: precision and recall on `data/privacy/`, and the time it takes.

python -m tests.bench.masking            # the table of docs/figures.md
python -m tests.bench.masking --wrong    # with every message of the first half that is not right
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.privacy import find, mask
from bot.privacy.finding import KINDS

FOLDER = Path(__file__).resolve().parents[2] / "data" / "privacy"
LANGUAGES = ("zh", "en")
_MARK = re.compile(r"⟦(\w+) (.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Labelled:
    """A message, and what of it has to be masked: kind, start and end of each piece."""

    language: str
    text: str
    pieces: frozenset[tuple[str, int, int]]
    held_out: bool

    @property
    def found(self) -> frozenset[tuple[str, int, int]]:
        """What is masked, in the form of `pieces`."""
        return frozenset((each.kind, each.start, each.end) for each in find(self.text))


@dataclass(frozen=True)
class Score:
    """Pieces of one kind: how many there are, were masked exactly, and were masked at all."""

    there: int
    right: int
    masked: int

    @property
    def recall(self) -> float:
        """Share of the pieces that were masked exactly; 1 of none."""
        return self.right / self.there if self.there else 1.0

    @property
    def precision(self) -> float:
        """Share of what was masked that is a piece; 1 of nothing."""
        return self.right / self.masked if self.masked else 1.0


def load(folder: Path = FOLDER) -> tuple[Labelled, ...]:
    """Every labelled message; every other one of a file is held out."""
    return tuple(each for language in LANGUAGES for each in _load(folder / f"{language}.txt", language))


def score(messages: Sequence[Labelled], kind: str) -> Score:
    """How the pieces of a kind fared."""
    there = masked = right = 0
    for message in messages:
        wanted = {piece for piece in message.pieces if piece[0] == kind}
        found = {piece for piece in message.found if piece[0] == kind}
        there, masked, right = there + len(wanted), masked + len(found), right + len(wanted & found)
    return Score(there, right, masked)


def touched(messages: Sequence[Labelled]) -> list[Labelled]:
    """Messages without anything personal of which something was masked all the same."""
    return [message for message in messages if not message.pieces and message.found]


def microseconds(messages: Sequence[Labelled], rounds: int = 30) -> list[float]:
    """Time of `mask`, for each message the median of some rounds."""
    times = []
    for message in messages:
        taken = []
        for _ in range(rounds):
            start = time.perf_counter_ns()
            mask(message.text)
            taken.append((time.perf_counter_ns() - start) / 1000)
        times.append(statistics.median(taken))
    return times


def _load(path: Path, language: str) -> Iterator[Labelled]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("# ")]
    for number, line in enumerate(lines):
        # The bar keeps made-up keys from looking like real ones to whoever searches the repository for such.
        yield _labelled(language, line.replace("¦", "").replace("\\n", "\n"), number % 2 == 1)


def _labelled(language: str, line: str, held_out: bool) -> Labelled:
    text, pieces, end = "", set(), 0
    for match in _MARK.finditer(line):
        text += line[end : match.start()]
        pieces.add((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        end = match.end()
    return Labelled(language, text + line[end:], frozenset(pieces), held_out)


def _report(messages: Sequence[Labelled]) -> Iterator[str]:
    figures = f"{'precision':>11}{'recall':>9}"
    yield f"{'language':10}{'kind':10}{'pieces':>8}{figures}{'held out: pieces':>19}{figures}"
    for language in LANGUAGES:
        own = [message for message in messages if message.language == language]
        later = [message for message in own if message.held_out]
        for kind in KINDS:
            yield f"{language:10}{kind:10}" + _cells(score(own, kind), 8) + _cells(score(later, kind), 19)
        plain = [message for message in own if not message.pieces]
        yield f"{language:10}look-alikes left as they are: {len(plain) - len(touched(plain))} of {len(plain)}"


def _cells(result: Score, width: int) -> str:
    return f"{result.there:{width}}{result.precision:11.3f}{result.recall:9.3f}"


def _wrong(messages: Sequence[Labelled]) -> Iterator[str]:
    for message in messages:
        if message.found != message.pieces and not message.held_out:
            missed, extra = message.pieces - message.found, message.found - message.pieces
            yield f"{message.text!r}\n    missed {_shown(message, missed)}  masked wrongly {_shown(message, extra)}"


def _shown(message: Labelled, pieces: frozenset[tuple[str, int, int]]) -> list[str]:
    return [f"{kind}:{message.text[start:end]}" for kind, start, end in sorted(pieces)]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="list what of the first half is not right")
    options = parser.parse_args()
    messages = load()
    print("\n".join(_report(messages)))
    times = sorted(microseconds(messages))
    slow = times[int(len(times) * 0.95)]
    print(f"microseconds a message: median {statistics.median(times):.0f}, 95th percentile {slow:.0f}")
    if options.wrong:
        print("\n".join(_wrong(messages)))


if __name__ == "__main__":
    main()
