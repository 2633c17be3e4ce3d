"""One database behind two verbs, `reading` and `writing`, alike on SQLite and PostgreSQL; a turn has two of its own.

SQLite runs in WAL mode with synchronous=FULL: a commit is on the disk, not only in the system's cache, when
the asker gets the answer, as PostgreSQL has it by default. A kill -9 would be survived with NORMAL too; FULL
also survives a power cut, and was measured at 0.2 to 0.3 ms a commit against 0.01 ms.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StorageUnavailable
from bot.transcripts.prepared import Prepared
from bot.write_ahead import use_write_ahead_log

_PATIENCE = 5  # seconds to wait for a lock, a connection or a statement
# To compile a query to machine code takes PostgreSQL longer than any of ours runs.
_SHORT = "-c jit=off"
# A writer to SQLite takes the write lock at once; taking it after a read would fail instead of wait.
_BEGIN_WRITING = "BEGIN IMMEDIATE"


class Database:
    """Connections to the database.

    Writers to SQLite queue here, in the process: its own waiting polls, with pauses of up to 100 ms.
    """

    def __init__(self, url: str) -> None:
        """Args: url: an SQLAlchemy address; nothing is opened yet."""
        self.engine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer: contextlib.AbstractContextManager[Any] = (
            threading.Lock() if self.is_sqlite else contextlib.nullcontext()
        )
        self._kept: list[Any] = []  # the connection of turns to SQLite, between two turns

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose reads see one state of the database.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; committed at the end, rolled back by any error.

        Raises:
            StorageUnavailable: the database does not answer; nothing was written.
        """
        with _translated(), self._writer, self.engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    def first(self, statement: Prepared, values: Mapping[str, Any]) -> Any:
        """The first row that a statement finds, as the driver gives it; None where there is none.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with _translated(), self._driver() as connection, contextlib.closing(connection.cursor()) as cursor:
            return statement.run(cursor, values).fetchone()

    def write_all(self, *steps: tuple[Prepared, Mapping[str, Any]]) -> None:
        """Run statements, each with its values, in one transaction.

        Raises:
            StorageUnavailable: the database does not answer; nothing was written.
            IntegrityError: as SQLAlchemy raises it; nothing was written.
        """
        with _translated(), self._driver() as connection, contextlib.closing(connection.cursor()) as cursor:
            if self.is_sqlite:
                cursor.execute(_BEGIN_WRITING)
            for statement, values in steps:
                statement.run(cursor, values)
            connection.commit()

    @contextlib.contextmanager
    def _driver(self) -> Iterator[Any]:
        """The driver's own connection, for the statements of a turn; what is not committed is rolled back.

        On SQLite turns queue for one that is kept: it serves them one after the other anyway, and to get one from
        the pool and give it back takes longer than to read. Errors are raised as SQLAlchemy raises them.
        """
        dialect: Any = self.engine.dialect
        with self._writer:
            connection = self._kept.pop() if self._kept else self.engine.raw_connection()
            keep = False
            try:
                yield connection
                keep = self.is_sqlite
            except dialect.dbapi.Error as error:
                if dialect.is_disconnect(error, connection, None):
                    connection.invalidate(error)
                raise DBAPIError.instance(
                    None, None, error, dialect.dbapi.Error, hide_parameters=True, dialect=dialect
                ) from error
            finally:
                if keep:
                    self._kept.append(connection)
                else:
                    connection.close()  # back to the pool, which rolls back

    def close(self) -> None:
        """Close every connection."""
        with self._writer:
            for connection in self._kept:
                connection.close()
            self._kept.clear()
        self.engine.dispose()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        if not _means_unavailable(error):
            raise
        raise StorageUnavailable("Try again in a moment; the message was not stored.") from error


def _means_unavailable(error: DBAPIError | PoolTimeout) -> bool:
    """Whether the database is at fault, rather than the statement.

    A damaged SQLite file raises DatabaseError itself, the parent of all others.
    """
    if isinstance(error, (OperationalError, PoolTimeout)) or type(error) is DatabaseError:
        return True
    return error.connection_invalidated


def _make_engine(url: str) -> Engine:
    options: dict[str, Any] = {
        "future": True,
        "hide_parameters": True,  # what people say does not belong into error messages, which are logged
        "json_serializer": json.JSONEncoder(ensure_ascii=False).encode,
        "poolclass": sa.pool.QueuePool,
        "pool_size": 8,
        "max_overflow": 32,
        "pool_timeout": _PATIENCE,
    }
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": _PATIENCE, "check_same_thread": False}
        engine = sa.create_engine(url, **options)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    options["connect_args"] = {
        "connect_timeout": _PATIENCE,
        "options": f"-c statement_timeout={_PATIENCE}s -c lock_timeout={_PATIENCE}s -c timezone=UTC {_SHORT}",
    }
    return sa.create_engine(url, pool_pre_ping=True, **options)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late; see SQLAlchemy's "Serializable isolation / Savepoints".
    connection.isolation_level = None
    use_write_ahead_log(connection)
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(_BEGIN_WRITING if writes else "BEGIN")
