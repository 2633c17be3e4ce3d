"""What staff say of a turn: right or wrong, which entry should have answered, whose it is, and tags.

A judgement is only ever replaced by somebody who has seen it: who judges says what they saw, and is told if it has
changed meanwhile.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.errors import UnknownTurn
from bot.transcripts.database import Database
from bot.transcripts.tables import judgements, turn_tags, turns

RIGHT, WRONG = "right", "wrong"
VERDICTS = (RIGHT, WRONG)
LONGEST_NOTE = 2000
LONGEST_TAG = 40
MOST_TAGS = 12

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)
_BATCH = 500
ALONE = 0  # as a group: a turn that was taken out of one


@dataclass(frozen=True)
class Verdict:
    """What a reviewer decides.

    Attributes:
        verdict: RIGHT or WRONG.
        entry: "page#label" of the entry that should have answered; None where none was picked.
        note: in the reviewer's words.
    """

    verdict: str
    entry: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Judgement:
    """A verdict that is kept, with who gave it and when."""

    turn: str
    verdict: str
    entry: str | None
    note: str
    by: str
    at: datetime.datetime

    @property
    def stamp(self) -> str:
        """Names this judgement among all of its turn."""
        return str((self.at - _EPOCH) // _MICROSECOND)


class JudgedMeanwhile(Exception):
    """Somebody else has judged the turn since it was looked at, or taken their judgement back.

    Attributes:
        judgement: the one that stands; None if it was taken back.
    """

    def __init__(self, judgement: Judgement | None) -> None:
        super().__init__("the turn was judged meanwhile")
        self.judgement = judgement


class TagRefused(Exception):
    """A tag that is none, or one too many."""


class Judging:
    """Keeps what staff say of turns. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, turn_ids: Sequence[str]) -> Mapping[str, Judgement]:
        """The judgements of those of the turns that have one."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(judgements).where(judgements.c.turn_id.in_(turn_ids)))
            return {row.turn_id: _judgement(row) for row in rows}

    def judge(self, turn_id: str, verdict: Verdict, by: str, seen: str = "") -> Judgement:
        """Judge a turn.

        Args:
            by: name of the account.
            seen: stamp of the judgement that the page showed; "" if it showed none.

        Raises:
            JudgedMeanwhile: another judgement stands than the one that was seen.
            UnknownTurn: there is no such turn.
        """
        with self._database.writing() as connection:
            _check_seen(connection, turn_id, seen)
            judgement = Judgement(turn_id, verdict.verdict, verdict.entry, verdict.note, by, clock.utc_now())
            connection.execute(judgements.delete().where(judgements.c.turn_id == turn_id))
            connection.execute(judgements.insert(), _row(judgement))
            connection.execute(turns.update().where(turns.c.id == turn_id).values(review=verdict.verdict))
        return judgement

    def reopen(self, turn_id: str, seen: str) -> None:
        """Take a judgement back; the turn waits in the queue again.

        Raises:
            JudgedMeanwhile, UnknownTurn: as for `judge`.
        """
        with self._database.writing() as connection:
            _check_seen(connection, turn_id, seen)
            connection.execute(judgements.delete().where(judgements.c.turn_id == turn_id))
            connection.execute(turns.update().where(turns.c.id == turn_id).values(review="open"))

    def judge_group(self, group: int, verdict: Verdict, by: str, left_out: Sequence[int] = ()) -> int:
        """Judge all open turns of a group of like questions alike; returns how many they were.

        Args:
            left_out: numbers of the turns that are not to be judged.
        """
        total = 0
        wanted = sa.select(turns.c.number, turns.c.id).where(turns.c.group_id == group, turns.c.review == "open")
        wanted = wanted.where(turns.c.number.not_in(left_out)).order_by(turns.c.number).limit(_BATCH)
        last = -1
        while True:
            with self._database.writing() as connection:
                rows = connection.execute(wanted.where(turns.c.number > last).with_for_update()).all()
                if not rows:
                    return total
                _judge_all(connection, rows, verdict, by)
            last = rows[-1].number
            total += len(rows)

    def take_from_group(self, numbers: Sequence[int], group: int) -> None:
        """Take turns out of a group that they do not belong to; each is its own from now on."""
        with self._database.writing() as connection:
            mine = turns.update().where(turns.c.group_id == group, turns.c.number.in_(numbers))
            connection.execute(mine.values(group_id=ALONE))

    def assign(self, turn_id: str, name: str | None) -> None:
        """Make a turn somebody's, or nobody's.

        Raises:
            UnknownTurn: there is no such turn.
        """
        with self._database.writing() as connection:
            done = connection.execute(turns.update().where(turns.c.id == turn_id).values(assignee=name))
            if not done.rowcount:
                raise UnknownTurn("There is no turn of that id.")

    def tag(self, turn_id: str, tag: str) -> str:
        """Give a turn a tag; returns it as it is kept.

        Raises:
            TagRefused: it is none, or the turn has enough.
            UnknownTurn: there is no such turn.
        """
        kept = folded_tag(tag)
        try:
            with self._database.writing() as connection:
                number = _number(connection, turn_id)
                has = sa.select(sa.func.count()).select_from(turn_tags).where(turn_tags.c.turn_number == number)
                if not kept or len(kept) > LONGEST_TAG or (connection.execute(has).scalar() or 0) >= MOST_TAGS:
                    raise TagRefused(kept)
                connection.execute(turn_tags.insert(), {"tag": kept, "turn_number": number})
        except IntegrityError:
            pass  # it has it already
        return kept

    def untag(self, turn_id: str, tag: str) -> None:
        """Take a tag away.

        Raises:
            UnknownTurn: there is no such turn.
        """
        with self._database.writing() as connection:
            its = turn_tags.c.turn_number == _number(connection, turn_id)
            connection.execute(turn_tags.delete().where(its, turn_tags.c.tag == tag))


def folded_tag(tag: str) -> str:
    """A tag as it is kept and compared."""
    return " ".join(unicodedata.normalize("NFKC", tag).replace("\x00", "").split()).lower()


def _check_seen(connection: Connection, turn_id: str, seen: str) -> None:
    # FOR UPDATE: of two reviewers who judge at once, the second waits here and then sees the first.
    if connection.execute(sa.select(turns.c.id).where(turns.c.id == turn_id).with_for_update()).scalar() is None:
        raise UnknownTurn("There is no turn of that id.")
    row = connection.execute(sa.select(judgements).where(judgements.c.turn_id == turn_id)).one_or_none()
    stands = _judgement(row) if row else None
    if (stands.stamp if stands else "") != seen:
        raise JudgedMeanwhile(stands)


def _judge_all(connection: Connection, rows: Sequence[Row], verdict: Verdict, by: str) -> None:
    moment = clock.utc_now()
    ids = [row.id for row in rows]
    connection.execute(judgements.delete().where(judgements.c.turn_id.in_(ids)))
    given = [Judgement(turn, verdict.verdict, verdict.entry, verdict.note, by, moment) for turn in ids]
    connection.execute(judgements.insert(), [_row(each) for each in given])
    connection.execute(turns.update().where(turns.c.id.in_(ids)).values(review=verdict.verdict))


def _number(connection: Connection, turn_id: str) -> int:
    number = connection.execute(sa.select(turns.c.number).where(turns.c.id == turn_id)).scalar()
    if number is None:
        raise UnknownTurn("There is no turn of that id.")
    return int(number)


def _row(judgement: Judgement) -> dict[str, Any]:
    return {
        "turn_id": judgement.turn,
        "verdict": judgement.verdict,
        "entry": judgement.entry,
        "note": judgement.note,
        "judged_by": judgement.by,
        "judged_at": judgement.at,
    }


def _judgement(row: Row) -> Judgement:
    return Judgement(row.turn_id, row.verdict, row.entry, row.note, row.judged_by, row.judged_at)
