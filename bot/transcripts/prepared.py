"""Statements that every turn runs, compiled once and handed to the driver.

SQLAlchemy remembers what it compiled, too, but works out anew each time under which key, and wraps each execution and
its result; for the statements of a turn that takes longer than the database does. `Database.first` and
`Database.write_all` run them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import TypeEngine


class Prepared:
    """A statement in the words of one database, with what its values have to go through."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, as_it_is: Collection[str] = ()) -> None:
        """Compile.

        Args:
            as_it_is: names of values that come in the driver's own form already.
        """
        compiled: Any = statement.compile(dialect=dialect)
        self._sql: str = compiled.string
        self._order: list[str] | None = compiled.positiontup if compiled.positional else None
        self._to_driver = {
            name: convert
            for name, bound in compiled.binds.items()
            if name not in as_it_is and (convert := _own(bound.type, dialect).bind_processor(dialect))
        }

    def run(self, cursor: Any, values: Mapping[str, Any]) -> Any:
        """Execute it on a cursor of the driver, with values by name; returns the cursor.

        Raises:
            Exception: what the driver raises.
        """
        ready = dict(values)
        for name, convert in self._to_driver.items():
            ready[name] = convert(ready[name])
        cursor.execute(self._sql, ready if self._order is None else [ready[name] for name in self._order])
        return cursor


def from_driver(kind: TypeEngine, dialect: Dialect) -> Any:
    """What makes a column's value of what the driver gives; None where nothing has to be done."""
    return _own(kind, dialect).result_processor(dialect, None)


def _own(kind: TypeEngine, dialect: Dialect) -> TypeEngine:
    """The type as this database has it."""
    return kind.dialect_impl(dialect)
