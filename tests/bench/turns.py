"""Generated turns, as many as a benchmark or a look at the staff pages needs.

    python -m tests.bench.turns --turns 1000000 --database sqlite:////tmp/million.db

Texts come from templates (tests/bench/wordings.py), everything else from dice: the same seed and the same end give the
same turns. Rows are those that the real store would have written; `tests/bench/filling.py` writes them.
"""

from __future__ import annotations

import argparse
import datetime
import heapq
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.settings import PROJECT
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from bot.transcripts.searching import searchable
from bot.transcripts.worth import band, priority
from index.name_files import read_catalog
from tests.bench.filling import Rows, fill
from tests.bench.wordings import KINDS, Kind, question

CHANNELS = {"web": 55, "teams": 30, "rest": 15}
LANGUAGES = {"zh": 62, "en": 38}
STAFF = ("reviewer-1", "reviewer-2", "reviewer-3", "admin-1")
TAGS = ("urgent", "follow-up", "wording", "missing", "内容缺失", "重复", "法务")

_UTC = datetime.timezone.utc
_DAYS = 730
_DAY = 86_400
_PEOPLE = 4000
_HOURS = (8, 9, 11, 11, 8, 6, 9, 11, 11, 9, 7, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 2, 4)  # of UTC, as China works
_SURE = {
    "answered": (0.55, 1.0),
    "refused": (0.3, 1.0),
    "clarified": (0.2, 0.6),
    "handoff": (0.8, 1.0),
    "failed": (0, 0),
}
_LIKELY_OUTCOMES = 0.93  # how many questions of a kind end as most of that kind do
_MEMORY = '{"rasa": {"slots": {"language": "zh", "topic": null}, "events": 3}}'


def conversations(count: int, seed: int, end: datetime.datetime) -> Iterator[Rows]:
    """Rows of `count` turns of the two years before `end`, the turns in order of time.

    A conversation's row comes before its turns, a turn before what hangs on it.
    """
    dice = Random(seed)
    maker = _Maker(dice, _services())
    waiting: list[tuple[float, int, _Asked]] = []
    numbers = itertools.count()
    for start, length in _starts(count, dice, end):
        while waiting and waiting[0][0] <= start:
            yield maker.turn(heapq.heappop(waiting)[2])
        asked = maker.questions(start, length, end.timestamp())
        yield maker.conversation(asked)
        for each in asked:
            heapq.heappush(waiting, (each.moment, next(numbers), each))
    while waiting:
        yield maker.turn(heapq.heappop(waiting)[2])


def _starts(count: int, dice: Random, end: datetime.datetime) -> Iterator[tuple[float, int]]:
    """When conversations begin, in order, and how many turns each has: busy mornings, quiet weekends, slow growth."""
    first = end - datetime.timedelta(days=_DAYS)
    days = [first + datetime.timedelta(days=day) for day in range(_DAYS)]
    weights = [
        (0.6 + 0.9 * number / _DAYS) * (0.25 if day.weekday() >= 5 else 1) * dice.uniform(0.8, 1.2)
        for number, day in enumerate(days)
    ]
    total, done, due = sum(weights), 0, 0.0
    for number, (day, weight) in enumerate(zip(days, weights, strict=True)):
        due += count * weight / total
        wanted = count - done if number == _DAYS - 1 else round(due) - done
        lengths = _lengths(wanted, dice)
        yield from zip(_moments(day.timestamp(), len(lengths), dice), lengths, strict=True)
        done += wanted


def _moments(opening: float, count: int, dice: Random) -> list[float]:
    """Times of the 24 hours from `opening` on, in order, more of them where the clock shows a busy hour."""
    hours = dice.choices(range(24), _HOURS, k=count)
    return sorted(opening + (3600 * (hour + dice.random()) - opening) % _DAY for hour in hours)


def _lengths(turns: int, dice: Random) -> list[int]:
    lengths = []
    while turns > 0:
        length = min(turns, 1 + int(dice.expovariate(0.6)), 40)
        lengths.append(length)
        turns -= length
    return lengths


@dataclass(frozen=True)
class _Asked:
    conversation: str
    moment: float
    channel: str
    language: str
    kind: Kind
    outcome: str
    service: tuple[str, Mapping[str, str]]
    text: str
    sender: str | None


class _Maker:
    """Makes rows out of dice."""

    def __init__(self, dice: Random, services: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        self._dice = dice
        self._services = services
        self._by_rank = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(services))))
        self._kind_weights = list(itertools.accumulate(kind.weight for kind in KINDS))
        self._searchable: dict[str, str] = {}
        self._number = 0

    def questions(self, start: float, length: int, end: float) -> list[_Asked]:
        """What is asked in one conversation."""
        dice = self._dice
        channel = _pick(CHANNELS, dice)
        language = _pick(LANGUAGES, dice)
        name = _id(start, dice)
        sender = f"{dice.randrange(_PEOPLE):032x}" if channel == "teams" else None
        moment, asked = start, []
        for _ in range(length):
            asked.append(self._question(name, min(moment, end), channel, language, sender))
            moment += 15 + dice.expovariate(1 / 45)
        return asked

    def conversation(self, asked: Sequence[_Asked]) -> Rows:
        """The row of a conversation."""
        first, last = asked[0], asked[-1]
        row = (
            first.conversation,
            first.channel,
            last.language,
            first.text[:120],
            len(asked),
            last.outcome,
            _stored(first.moment),
            _stored(last.moment),
            _MEMORY,
        )
        return {"conversations": [row]}

    def turn(self, asked: _Asked) -> Rows:
        """The rows of one turn: itself, and the feedback, judgement and tags that it may have."""
        dice = self._dice
        self._number += 1
        turn_id = _id(asked.moment, dice)
        low, high = _SURE[asked.outcome]
        confidence = round(low + (high - low) * dice.random() ** 0.4, 4)
        thumb = _thumb(asked.outcome, dice)
        review, reviewer = self._review(asked.outcome, thumb)
        names_service = any("{service}" in text for text in asked.kind.texts[asked.language])
        row = (
            self._number,
            turn_id,
            asked.conversation,
            None if asked.channel == "rest" else _uuid(dice),
            asked.channel,
            asked.language,
            asked.kind.topic,
            asked.outcome,
            confidence,
            round(6 + dice.lognormvariate(2.2, 0.7), 2),
            _stored(asked.moment),
            asked.service[0] if names_service else "",
            band(confidence),
            priority(asked.outcome, confidence, thumb),
            review,
            thumb,
            reviewer if review != "open" or dice.random() < 0.01 else None,
            asked.text,
            self._search(asked.text),
            _reply(asked, confidence),
            _evidence(asked, confidence, names_service),
            asked.sender,
        )
        rows: dict[str, list[tuple[Any, ...]]] = {"turns": [row]}
        later = _stored(asked.moment + 60)
        if thumb:
            rows["feedback"] = [(turn_id, thumb, _comment(thumb, asked.language, dice), later)]
        if review != "open":
            entry = f"{asked.kind.topic}/entry" if review == "right" else None
            rows["judgements"] = [(turn_id, review, entry, "", reviewer, _stored(asked.moment + _DAY))]
        if dice.random() < 0.02:
            rows["turn_tags"] = [(tag, self._number) for tag in dice.sample(TAGS, dice.choice((1, 1, 2)))]
        return rows

    def _question(self, name: str, moment: float, channel: str, language: str, sender: str | None) -> _Asked:
        dice = self._dice
        kind = dice.choices(KINDS, cum_weights=self._kind_weights)[0]
        service, other = dice.choices(self._services, cum_weights=self._by_rank, k=2)
        usual = dice.random() < _LIKELY_OUTCOMES
        outcome = kind.outcome if usual else dice.choice(("answered", "refused", "clarified"))
        text = question(kind, language, service[1][language], other[1][language], dice)
        return _Asked(name, moment, channel, language, kind, outcome, service, text, sender)

    def _review(self, outcome: str, thumb: str | None) -> tuple[str, str]:
        chance = 0.5 if thumb == "down" else 0.2 if outcome in ("refused", "clarified") else 0.02
        reviewer = self._dice.choice(STAFF)
        if self._dice.random() > chance:
            return "open", reviewer
        return ("wrong" if self._dice.random() < 0.45 else "right"), reviewer

    def _search(self, text: str) -> str:
        found = self._searchable.get(text)
        if found is None:
            found = searchable(text)
            if len(self._searchable) < 200_000:
                self._searchable[text] = found
        return found


def _services() -> list[tuple[str, Mapping[str, str]]]:
    """Id and names of the services of the catalog, the most asked for first."""
    names = [entry.name for entry in read_catalog(PROJECT / "data" / "knowledge" / "names")]
    return [(name.id, {"zh": name.display.zh, "en": name.display.en}) for name in names if name.kind == "service"]


def _reply(asked: _Asked, confidence: float) -> str:
    return json.dumps(
        {
            "text": asked.kind.reply[asked.language].format(service=asked.service[1][asked.language]),
            "language": asked.language,
            "answered": asked.outcome in ("answered", "handoff"),
            "topic": asked.kind.topic,
            "confidence": confidence,
            "as_of": "2019-12-05" if asked.outcome == "answered" else None,
            "sources": [{"title": "ISO/IEC 20000-1:2011", "url": "https://example.com/iso-20000-1"}],
            "suggestions": list(asked.kind.texts[asked.language][:3]),
            "outcome": asked.outcome,
        },
        ensure_ascii=False,
    )


def _evidence(asked: _Asked, confidence: float, names_service: bool) -> str:
    label = f"{asked.kind.topic}/entry"
    texts = asked.kind.texts[asked.language]
    evidence: dict[str, Any] = {
        "label": label,
        "read_as": asked.text.lower(),
        "candidates": [
            {"label": f"{kind.topic}/entry", "probability": round((1 - confidence) / (2 + place), 4)}
            for place, kind in enumerate(KINDS[:5])
        ],
        "names": [{"id": asked.service[0], "kind": "service", "text": asked.service[1][asked.language]}]
        if names_service
        else [],
        "hits": [
            {"label": label, "text": text, "dense": round(confidence * 0.9, 4), "lexical": round(confidence * 0.6, 4)}
            for text in (*texts, *texts)[:4]
        ],
        "thresholds": {"retrieval": 0.15, "answer": 0.35, "sentence": 0.5, "clause": 0.7, "beside": 0.45},
        "entries": [{"entry": label, "page": "iso-20000-1-2011", "revision": 0, "digest": "0280264c4af6"}],
    }
    if asked.sender:
        evidence["sender"] = asked.sender
    return json.dumps(evidence, ensure_ascii=False)


def _thumb(outcome: str, dice: Random) -> str | None:
    if dice.random() > 0.12:
        return None
    return "up" if dice.random() < (0.85 if outcome == "answered" else 0.25) else "down"


def _comment(thumb: str, language: str, dice: Random) -> str:
    if thumb == "up" or dice.random() < 0.7:
        return ""
    return "没有回答我的问题" if language == "zh" else "This did not answer my question"


def _pick(weights: Mapping[str, int], dice: Random) -> str:
    return dice.choices(tuple(weights), tuple(weights.values()))[0]


def _id(moment: float, dice: Random) -> str:
    return f"{int(moment * 1_000_000):014x}{dice.getrandbits(72):018x}"


def _uuid(dice: Random) -> str:
    digits = f"{dice.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _stored(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, _UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def fill_with_turns(
    database: Database, count: int, seed: int = 1, end: datetime.datetime | None = None, show: bool = False
) -> None:
    """Fill a migrated database that has no turns yet.

    Args:
        count: how many turns.
        end: the moment of the newest; None is now.
        show: tell on standard error how far it is.
    """
    rows = conversations(count, seed, end or datetime.datetime.now(_UTC))
    fill(database, _shown(rows, count) if show else rows)


def _shown(rows: Iterator[Rows], count: int) -> Iterator[Rows]:
    done = 0
    for each in rows:
        done += "turns" in each
        if done % 50_000 == 0 and "turns" in each:
            print(f"\r{done:,} of {count:,} turns", end="", file=sys.stderr, flush=True)
        yield each
    print("\rturns are stored, indexes are made", file=sys.stderr, flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turns", description="Fill a database with turns.")
    parser.add_argument("--turns", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--database", required=True, metavar="URL", help="sqlite:///PATH or postgresql://...")
    options = parser.parse_args()
    if options.database.startswith("sqlite:///"):
        Path(options.database[len("sqlite:///") :]).parent.mkdir(parents=True, exist_ok=True)
    with closing(Database(options.database)) as database:
        migrate(database)
        fill_with_turns(database, options.turns, options.seed, show=True)


if __name__ == "__main__":
    main()
