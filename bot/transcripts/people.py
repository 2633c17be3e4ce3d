"""One person's turns: found by what names them, handed out, deleted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from bot.errors import ConversationExpired, InvalidConversation
from bot.ids import is_id
from bot.keys import Keys
from bot.tokens import ConversationTokens
from bot.transcripts.database import Database
from bot.transcripts.deleting import delete_turns
from bot.transcripts.tables import conversations, turns

CONVERSATION = "conversation"
SENDER = "sender"

_BATCH = 500


@dataclass(frozen=True)
class Person:
    """Whose turns: those of one conversation, or those of one sender wherever they asked.

    Attributes:
        kind: CONVERSATION or SENDER.
        id: its id, or the stand-in that the service keeps for the sender.
    """

    kind: str
    id: str


@dataclass(frozen=True)
class Holding:
    """What is stored of a person.

    Attributes:
        conversations: ids of up to 50 conversations, the newest first.
    """

    person: Person
    turns: int
    first: datetime.datetime
    last: datetime.datetime
    channels: tuple[str, ...]
    conversations: tuple[str, ...]


class People:
    """Finds and deletes one person's turns. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, keys: Keys, tokens: ConversationTokens) -> None:
        self._database = database
        self._keys = keys
        self._tokens = tokens

    def find(self, text: str) -> Holding | None:
        """What is stored of whom a text names; None if nothing is.

        Args:
            text: a conversation's token (an expired one, too) or id, the stand-in of a sender as it stands under an
                answer's reasons, or the name by which a channel knows them: the directory id of somebody in Teams, a
                `sender` of Rasa's channel.
        """
        text = text.strip()
        for person in self._readings(text) if text else ():
            if holding := self._holding(person):
                return holding
        return None

    def holding(self, person: Person) -> Holding | None:
        """What is stored of a person; None if nothing is."""
        return self._holding(person)

    def delete(self, person: Person) -> int:
        """Delete everything of a person; returns how many turns went."""
        total = 0
        while gone := self._delete_some(person):
            total += gone
        return total

    def numbers(self, person: Person) -> Iterator[list[int]]:
        """The numbers of a person's turns, oldest first, some at a time."""
        query = sa.select(turns.c.number).where(_theirs(person)).order_by(turns.c.number).limit(_BATCH)
        last = 0
        while True:
            with self._database.reading() as connection:
                found = connection.execute(query.where(turns.c.number > last)).scalars().all()
            if not found:
                return
            yield found
            last = found[-1]

    def _readings(self, text: str) -> Iterator[Person]:
        """What a text may name, the surest first."""
        try:
            yield Person(CONVERSATION, self._tokens.read(text, expired_too=True))
        except (InvalidConversation, ConversationExpired):
            pass
        if is_id(text):
            yield Person(CONVERSATION, text)
            yield Person(SENDER, text)
        yield Person(SENDER, self._keys.pseudonym("teams-sender", text))
        yield Person(CONVERSATION, self._keys.pseudonym("rest-sender", text))

    def _holding(self, person: Person) -> Holding | None:
        columns = turns.c
        facts = sa.select(
            sa.func.count().label("turns"), sa.func.min(columns.created_at), sa.func.max(columns.created_at)
        ).where(_theirs(person))
        newest = sa.func.max(columns.number)
        listed = sa.select(columns.conversation_id).where(_theirs(person)).group_by(columns.conversation_id)
        with self._database.reading() as connection:
            row: Row = connection.execute(facts).one()
            if not row.turns:
                return None
            channels = connection.execute(sa.select(columns.channel).where(_theirs(person)).distinct()).scalars()
            ids = connection.execute(listed.order_by(newest.desc()).limit(50)).scalars()
            return Holding(person, row[0], row[1], row[2], tuple(sorted(channels)), tuple(ids))

    def _delete_some(self, person: Person) -> int:
        with self._database.writing() as connection:
            if person.kind == SENDER:  # what was understood of what they said last; the others may go on without
                theirs = sa.select(turns.c.conversation_id).where(_theirs(person)).limit(_BATCH)
                forget = conversations.update().where(conversations.c.id.in_(theirs)).values(memory=None)
                connection.execute(forget)
            return delete_turns(connection, _theirs(person), _BATCH, self._database.is_sqlite)


def _theirs(person: Person) -> Any:
    column = turns.c.sender if person.kind == SENDER else turns.c.conversation_id
    return column == person.id
