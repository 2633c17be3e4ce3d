"""Deleting turns with everything that hangs on them, a small batch at a time.

With a turn go its feedback, judgement, tags and search rows (the tables' own doing), its mention in what staff
wrote because of it, and a group of questions that has no other. What is left of a conversation is made to show
nothing of the turns that went; one that is left empty goes as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.knowledge_base.tables import knowledge_revisions
from bot.transcripts.tables import conversations, question_groups, turns

LONGEST_TITLE = 120


def delete_turns(connection: Connection, wanted: Any, at_most: int, is_sqlite: bool) -> int:
    """Delete the oldest turns that a condition wants; returns how many went.

    Replicas may do so at once: each passes over what another one has in hand.
    """
    columns = (turns.c.number, turns.c.id, turns.c.conversation_id, turns.c.group_id)
    query = sa.select(*columns).where(wanted).order_by(turns.c.created_at).limit(at_most)
    rows = connection.execute(query if is_sqlite else query.with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    connection.execute(turns.delete().where(turns.c.number.in_([row.number for row in rows])))
    _forget_in_knowledge(connection, {row.id for row in rows})
    _drop_empty_groups(connection, {row.group_id for row in rows if row.group_id is not None})
    for conversation in sorted({row.conversation_id for row in rows}):
        _mend_conversation(connection, conversation)
    return len(rows)


def _mend_conversation(connection: Connection, conversation: str) -> None:
    its_own = turns.c.conversation_id == conversation
    left = sa.select(turns.c.text, turns.c.language, turns.c.outcome, turns.c.created_at).where(its_own).limit(1)
    first = connection.execute(left.order_by(turns.c.number)).first()
    last = connection.execute(left.order_by(turns.c.number.desc())).first()
    if first is None or last is None:
        connection.execute(conversations.delete().where(conversations.c.id == conversation))
        return
    count = connection.execute(sa.select(sa.func.count()).select_from(turns).where(its_own)).scalar()
    connection.execute(
        conversations.update()
        .where(conversations.c.id == conversation)
        .values(**_shown_of(first, last), turn_count=count)
    )


def _shown_of(first: Row, last: Row) -> dict[str, Any]:
    return {
        "title": first.text[:LONGEST_TITLE],
        "language": last.language,
        "last_outcome": last.outcome,
        "started_at": first.created_at,
        "last_at": last.created_at,
    }


def _drop_empty_groups(connection: Connection, groups: AbstractSet[int]) -> None:
    if groups:
        left = sa.exists().where(turns.c.group_id == question_groups.c.id)
        connection.execute(question_groups.delete().where(question_groups.c.id.in_(groups), ~left))


def _forget_in_knowledge(connection: Connection, gone: AbstractSet[str]) -> None:
    """What staff wrote stays, without saying which question it was written for."""
    columns = knowledge_revisions.c
    for row in connection.execute(sa.select(columns.id, columns.turns)).all():
        if not gone.isdisjoint(row.turns):
            left: Sequence[str] = [turn for turn in row.turns if turn not in gone]
            connection.execute(knowledge_revisions.update().where(columns.id == row.id).values(turns=left))
