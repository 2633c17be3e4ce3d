"""Filters that a person keeps under a name."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.transcripts.database import Database
from bot.transcripts.tables import saved_filters

LONGEST_NAME = 80
MOST = 50


class FilterNotSaved(Exception):
    """A filter without a name, under a name that is taken, or one too many.

    Attributes:
        key: which of the reasons it is, for the words of a page.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class SavedFilter:
    """A filter with its name; `query` is what `Filter.link` gives."""

    id: int
    name: str
    query: str


class SavedFilters:
    """Keeps filters. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str) -> tuple[SavedFilter, ...]:
        """A person's filters, by name."""
        columns = saved_filters.c
        query = sa.select(columns.id, columns.name, columns.query).where(columns.owner == owner)
        with self._database.reading() as connection:
            return tuple(SavedFilter(*row) for row in connection.execute(query.order_by(columns.name)))

    def save(self, owner: str, name: str, query: str) -> None:
        """Keep a filter.

        Raises:
            FilterNotSaved: the name is none, too long or taken, or there are enough.
        """
        name = " ".join(name.replace("\x00", "").split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise FilterNotSaved("saved_no_name")
        if len(self.of(owner)) >= MOST:
            raise FilterNotSaved("saved_too_many")
        row = {"owner": owner, "name": name, "query": query, "created_at": clock.utc_now()}
        try:
            with self._database.writing() as connection:
                connection.execute(saved_filters.insert(), row)
        except IntegrityError:
            raise FilterNotSaved("saved_taken") from None

    def delete(self, owner: str, filter_id: int) -> SavedFilter | None:
        """Forget one of a person's own filters; returns it, None if it is not there."""
        mine = saved_filters.c.owner == owner, saved_filters.c.id == filter_id
        found = next((each for each in self.of(owner) if each.id == filter_id), None)
        with self._database.writing() as connection:
            connection.execute(saved_filters.delete().where(*mine))
        return found
