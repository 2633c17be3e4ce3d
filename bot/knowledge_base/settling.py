"""Settling the turns that made somebody write an entry, once it is approved."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import clock
from bot.transcripts.tables import judgements, turns

_VERDICT = "wrong"  # of the answer that was given; the entry is what should have answered


def settle(connection: Connection, turn_ids: Sequence[str], entry: str, who: str) -> int:
    """Judge turns that nobody has judged: this entry should have answered. Returns how many.

    A turn that is gone, by retention or on somebody's wish, is passed over.

    Args:
        entry: "page#label", as reviewers pick it.
    """
    waiting = sa.select(turns.c.id).where(turns.c.id.in_(turn_ids), turns.c.review == "open")
    found = list(connection.execute(waiting).scalars())
    if not found:
        return 0
    now = clock.utc_now()
    rows = [
        {"turn_id": each, "verdict": _VERDICT, "entry": entry, "note": "", "judged_by": who, "judged_at": now}
        for each in found
    ]
    connection.execute(judgements.delete().where(judgements.c.turn_id.in_(found)))
    connection.execute(judgements.insert(), rows)
    connection.execute(turns.update().where(turns.c.id.in_(found)).values(review=_VERDICT))
    return len(found)
