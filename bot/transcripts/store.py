"""The transcript store: turns in, conversations out. One commit a turn."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.errors import UnknownTurn
from bot.privacy import mask
from bot.transcripts.database import Database
from bot.transcripts.deleting import LONGEST_TITLE, delete_turns
from bot.transcripts.prepared import Prepared, from_driver
from bot.transcripts.records import (
    ConversationPage,
    ConversationSummary,
    Cursor,
    Turn,
    evidence_json,
    reply_from_json,
    reply_json,
)
from bot.transcripts.searching import searchable
from bot.transcripts.tables import JsonType, UtcTime, conversations, feedback, turns
from bot.transcripts.worth import priority, turn_facts

_TURNS_SHOWN = 500

# As text, because SQLAlchemy has an ON CONFLICT for each database, and no common one.
_UPSERT_CONVERSATION = sa.text("""
    INSERT INTO conversations
        (id, channel, language, title, turn_count, last_outcome, started_at, last_at, memory)
    VALUES (:id, :channel, :language, :title, 1, :outcome, :moment, :moment, :memory)
    ON CONFLICT (id) DO UPDATE SET
        language = excluded.language, last_outcome = excluded.last_outcome, last_at = excluded.last_at,
        turn_count = conversations.turn_count + 1,
        memory = coalesce(excluded.memory, conversations.memory)
""").bindparams(sa.bindparam("moment", type_=UtcTime), sa.bindparam("memory", type_=JsonType))

_UPSERT_FEEDBACK = sa.text("""
    INSERT INTO feedback (turn_id, value, comment, created_at)
    VALUES (:turn_id, :value, :comment, :created_at)
    ON CONFLICT (turn_id) DO UPDATE SET
        value = excluded.value, comment = excluded.comment, created_at = excluded.created_at
""").bindparams(sa.bindparam("created_at", type_=UtcTime))

# What becomes of a turn's review with a thumb down: one statement sees what a reviewer may have said just now.
_DOUBTED = sa.case(
    (sa.and_(turns.c.review == "right", turns.c.feedback.is_distinct_from("down")), "open"), else_=turns.c.review
)


# What `_turn_row` gives; the rest of a turn comes later, from staff and askers.
_COLUMNS = {
    name: sa.bindparam(name, type_=turns.c[name].type)
    for name in (
        "id",
        "conversation_id",
        "message_id",
        "channel",
        "language",
        "text",
        "reply",
        "topic",
        "outcome",
        "confidence",
        "evidence",
        "latency_ms",
        "created_at",
        "search",
        "band",
        "priority",
        "services",
        "sender",
    )
}
_MEMORY = sa.select(conversations.c.memory).where(conversations.c.id == sa.bindparam("id", type_=sa.Text))


class DuplicateMessage(Exception):
    """A turn with this message_id is already stored in the conversation."""


class TranscriptStore:
    """Keeps turns. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.engine.dialect
        self._upsert_conversation = Prepared(_UPSERT_CONVERSATION, dialect)
        self._insert_turn = Prepared(sa.insert(turns).values(_COLUMNS).inline(), dialect, as_it_is=["evidence"])
        self._memory = Prepared(_MEMORY, dialect)
        self._remembered = from_driver(conversations.c.memory.type, dialect)

    def record(self, turn: Turn) -> None:
        """Store a turn, its text masked; it is on the disk when this returns.

        Raises:
            DuplicateMessage: its message_id is taken; nothing was stored.
        """
        if (masked := mask(turn.text)) != turn.text:
            turn = replace(turn, text=masked)
        try:
            self._database.write_all(
                (self._upsert_conversation, _conversation_row(turn)), (self._insert_turn, _turn_row(turn))
            )
        except IntegrityError as error:
            if turn.message_id is None:
                raise
            raise DuplicateMessage(turn.message_id) from error

    def check(self) -> None:
        """Raises: StorageUnavailable: the database does not answer."""
        with self._database.reading() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def find_message(self, conversation: str, message_id: str) -> Turn | None:
        """The turn that a client's message_id led to, if any."""
        query = _turn_query().where(turns.c.conversation_id == conversation, turns.c.message_id == message_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _turn(row) if row else None

    def turn(self, turn_id: str) -> Turn | None:
        """One turn, if it is there."""
        with self._database.reading() as connection:
            row = connection.execute(_turn_query().where(turns.c.id == turn_id)).one_or_none()
        return _turn(row) if row else None

    def memory(self, conversation: str) -> Mapping[str, Any] | None:
        """What the assistant wanted to remember of a conversation; None of a new one."""
        row = self._database.first(self._memory, {"id": conversation})
        if row is None or self._remembered is None:
            return row and row[0]
        remembered: Mapping[str, Any] | None = self._remembered(row[0])
        return remembered

    def turns(self, conversation: str) -> tuple[Turn, ...]:
        """The latest turns of a conversation (500 at most), oldest first."""
        query = _turn_query().where(turns.c.conversation_id == conversation)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(turns.c.number.desc()).limit(_TURNS_SHOWN)).all()
        return tuple(_turn(row) for row in reversed(rows))

    def turns_up_to(self, conversation: str, number: int, limit: int) -> tuple[Turn, ...]:
        """The turn of that number and those before it in its conversation, oldest first."""
        query = _turn_query().where(turns.c.conversation_id == conversation, turns.c.number <= number)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(turns.c.number.desc()).limit(limit)).all()
        return tuple(_turn(row) for row in reversed(rows))

    def conversation(self, conversation: str) -> ConversationSummary | None:
        """One conversation's line of the list."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(conversations).where(conversations.c.id == conversation)).one_or_none()
        return summary_of(row) if row else None

    def conversations(self, after: Cursor | None = None, limit: int = 50) -> ConversationPage:
        """Conversations by their latest turn, newest first.

        Args:
            after: where the page before ended; None begins at the newest.
            limit: how many at most.
        """
        columns = conversations.c
        query = sa.select(conversations).order_by(columns.last_at.desc(), columns.id.desc()).limit(limit + 1)
        if after:
            query = query.where(sa.tuple_(columns.last_at, columns.id) < sa.tuple_(after.last, after.id))
        with self._database.reading() as connection:
            found = tuple(summary_of(row) for row in connection.execute(query))
        end = Cursor(found[limit - 1].last, found[limit - 1].id) if len(found) > limit else None
        return ConversationPage(found[:limit], end)

    def give_feedback(self, turn_id: str, value: str, comment: str) -> None:
        """Store what the asker thinks of a turn, masked; a later word replaces an earlier one.

        A turn that staff had judged right is open again once its asker says thumbs down.

        Raises:
            UnknownTurn: there is no such turn.
        """
        row = {"turn_id": turn_id, "value": value, "comment": mask(comment), "created_at": clock.utc_now()}
        facts = sa.select(turns.c.outcome, turns.c.confidence).where(turns.c.id == turn_id)
        with self._database.writing() as connection:
            found = connection.execute(facts).first()
            if found is None:
                raise UnknownTurn("There is no turn of that id.")
            connection.execute(_UPSERT_FEEDBACK, row)
            worth = priority(found.outcome, found.confidence, value)
            review = _DOUBTED if value == "down" else turns.c.review
            change = turns.update().where(turns.c.id == turn_id)
            connection.execute(change.values(feedback=value, priority=worth, review=review))

    def delete_before(self, moment: datetime.datetime, at_most: int = 500) -> int:
        """Delete turns older than `moment`, and conversations left empty; returns how many turns went.

        One call deletes `at_most` turns, so that it never holds the database for long; call it until it
        returns 0.
        """
        with self._database.writing() as connection:
            return delete_turns(connection, turns.c.created_at < moment, at_most, self._database.is_sqlite)


def _turn_query() -> Any:
    joined = turns.outerjoin(feedback, feedback.c.turn_id == turns.c.id)
    return sa.select(turns, feedback.c.comment).select_from(joined)


def _conversation_row(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.conversation,
        "channel": turn.channel,
        "language": turn.reply.language,
        "title": turn.text[:LONGEST_TITLE],
        "outcome": turn.reply.outcome,
        "moment": turn.created,
        "memory": turn.reply.memory,
    }


def _turn_row(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "conversation_id": turn.conversation,
        "message_id": turn.message_id,
        "channel": turn.channel,
        "language": turn.reply.language,
        "text": turn.text,
        "reply": reply_json(turn.reply),
        "topic": turn.reply.topic,
        "outcome": turn.reply.outcome,
        "confidence": turn.reply.confidence,
        "evidence": evidence_json(turn.reply.evidence),
        "latency_ms": turn.latency_ms,
        "created_at": turn.created,
        "search": searchable(turn.text),
        **turn_facts(turn.reply),
    }


def _turn(row: Row) -> Turn:
    return Turn(
        id=row.id,
        conversation=row.conversation_id,
        text=row.text,
        reply=reply_from_json(row.reply, row.evidence),
        channel=row.channel,
        latency_ms=row.latency_ms,
        created=row.created_at,
        message_id=row.message_id,
        feedback=row.feedback,
        comment=row.comment or "",
    )


def summary_of(row: Row) -> ConversationSummary:
    """The conversation in a row of `conversations`."""
    return ConversationSummary(
        id=row.id,
        channel=row.channel,
        language=row.language,
        title=row.title,
        turn_count=row.turn_count,
        last_outcome=row.last_outcome,
        started=row.started_at,
        last=row.last_at,
    )
