"""The audit log: appended by many, and whatever is done to it behind the service's back shows."""

from __future__ import annotations

import datetime
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from bot.audit import AuditLog
from bot.keys import Keys
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate

PROJECT = Path(__file__).parents[2]
SECRET = "the secret of these tests"
Tamper = Callable[..., None]


@pytest.fixture
def log(database: Database) -> AuditLog:
    """A log of five rows."""
    log = AuditLog(database, Keys(SECRET))
    for number in range(1, 6):
        log.record("ann", "conversation.viewed", f"c{number}", {"turns": number})
    return log


@pytest.fixture
def tamper(database: Database) -> Tamper:
    """Runs statements as somebody who owns the database, and so can take its triggers away."""
    owned = (
        ["DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"]
        if database.is_sqlite
        else ["DROP TRIGGER audit_log_append_only ON audit_log"]
    )

    def run(*statements: str) -> None:
        with database.writing() as connection:
            for statement in [*owned, *statements]:
                connection.execute(sa.text(statement))

    return run


def test_rows_are_numbered_and_chained(log: AuditLog) -> None:
    rows = list(log.rows())

    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
    verdict = log.verify()
    assert (verdict.count, verdict.problem, verdict.head) == (5, None, f"5:{rows[-1].hash}")


def test_an_empty_log_is_whole(database: Database) -> None:
    verdict = AuditLog(database, Keys(SECRET)).verify()

    assert (verdict.count, verdict.problem, verdict.head) == (0, None, "")


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'eve'", "DELETE FROM audit_log WHERE seq = 5"])
def test_the_database_itself_takes_no_changes(database: Database, log: AuditLog, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as connection:
        connection.execute(sa.text(statement))

    assert log.verify().problem is None


@pytest.mark.postgres
def test_postgresql_does_not_empty_it_either(postgres_url: str) -> None:
    database = Database(postgres_url)
    migrate(database)
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as connection:
        connection.execute(sa.text("TRUNCATE audit_log"))
    database.close()


_INSERT = (
    "INSERT INTO audit_log (seq, moment, actor, action, target, details, key, previous, hash) "
    "SELECT {seq}, moment, 'eve', action, target, details, key, {previous}, hash FROM audit_log WHERE seq = 5"
)


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        pytest.param(["UPDATE audit_log SET actor = 'eve' WHERE seq = 3"], "row 3 was changed", id="actor"),
        pytest.param(["UPDATE audit_log SET target = 'c9' WHERE seq = 1"], "row 1 was changed", id="target"),
        pytest.param(["UPDATE audit_log SET details = '{}' WHERE seq = 5"], "row 5 was changed", id="details"),
        pytest.param(["UPDATE audit_log SET action = 'x' WHERE seq = 2"], "row 2 was changed", id="action"),
        pytest.param(
            ["UPDATE audit_log SET moment = '2020-01-01 00:00:00.000000' WHERE seq = 2"],
            "row 2 was changed",
            id="moment",
        ),
        pytest.param(["DELETE FROM audit_log WHERE seq = 1"], "row 1 is missing", id="first removed"),
        pytest.param(["DELETE FROM audit_log WHERE seq = 3"], "row 3 is missing", id="removed"),
        pytest.param(["DELETE FROM audit_log WHERE seq IN (2, 3)"], "rows 2 to 3 are missing", id="two removed"),
        pytest.param(["DELETE FROM audit_log WHERE seq = 5"], "row 5 was cut off", id="last cut off"),
        pytest.param(["DELETE FROM audit_log WHERE seq > 2"], "rows 3 to 5 were cut off", id="tail cut off"),
        pytest.param(["DELETE FROM audit_log"], "rows 1 to 5 were cut off", id="emptied"),
        pytest.param(
            ["DELETE FROM audit_log WHERE seq = 5", "DELETE FROM audit_head"],
            "the head record is missing",
            id="headless",
        ),
        pytest.param(
            ["DELETE FROM audit_log WHERE seq = 5", "UPDATE audit_head SET seq = 4"],
            "the head record was changed",
            id="head put back",
        ),
        pytest.param(
            [
                "DELETE FROM audit_log WHERE seq = 5",
                "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit_log WHERE seq = 4)",
            ],
            "the head record was changed",
            id="head put back with its hash",
        ),
        pytest.param(
            ["DELETE FROM audit_log WHERE seq = 3", "UPDATE audit_log SET seq = seq - 1 WHERE seq > 3"],
            "row 3 was changed",
            id="closed up",
        ),
        pytest.param(
            [
                "UPDATE audit_log SET seq = 99 WHERE seq = 2",
                "UPDATE audit_log SET seq = 2 WHERE seq = 3",
                "UPDATE audit_log SET seq = 3 WHERE seq = 99",
            ],
            "row 2 was changed",
            id="swapped",
        ),
        pytest.param([_INSERT.format(seq=6, previous="hash")], "row 6 was changed", id="row added"),
        pytest.param([_INSERT.format(seq=0, previous="previous")], "row 0 does not belong", id="row added before all"),
        pytest.param([_INSERT.format(seq=7, previous="hash")], "row 6 is missing", id="row added further on"),
        pytest.param(["UPDATE audit_log SET key = 'forged'"], "row 1 was sealed with another SECRET_KEY", id="key"),
    ],
)
def test_what_was_done_to_the_log_shows(log: AuditLog, tamper: Tamper, statements: list[str], problem: str) -> None:
    tamper(*statements)

    found = log.verify().problem
    assert found and found.startswith(problem)


def test_somebody_without_the_key_cannot_write_rows_that_pass(database: Database, log: AuditLog) -> None:
    AuditLog(database, Keys("another secret entirely")).record("eve", "account.added", "eve")

    assert "sealed with another SECRET_KEY" in str(log.verify().problem)


def test_later_rows_do_not_heal_what_was_done(log: AuditLog, tamper: Tamper) -> None:
    tamper("DELETE FROM audit_log WHERE seq = 5", "DELETE FROM audit_head")
    log.record("ann", "signed_in")
    log.record("ann", "signed_out")

    assert log.verify().problem is not None


def test_putting_a_whole_older_database_back_shows_to_who_noted_the_end(log: AuditLog, tamper: Tamper) -> None:
    noted = log.verify().head
    assert log.verify(noted).problem is None
    older = list(log.rows())[:3]
    tamper("DELETE FROM audit_log", "DELETE FROM audit_head")
    with pytest.MonkeyPatch.context() as patch:
        for row in older:
            patch.setattr("bot.clock.utc_now", lambda moment=row.moment: moment)
            log.record(row.actor, row.action, row.target, {"turns": row.seq})

    assert log.verify().problem is None
    assert "put back to an older state" in str(log.verify(noted).problem)
    assert "put back to an older state" in str(log.verify(f"3:{'0' * 64}").problem)
    assert log.verify(f"3:{older[-1].hash}").problem is None


def test_every_row_is_announced_in_the_services_own_log(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "bot.audit"):
        row = AuditLog(database, Keys(SECRET)).record("ann", "signed_in", "ann")

    assert caplog.messages == [f"audit action=signed_in head=1:{row.hash}"]


def test_what_cannot_be_stored_does_not_break_the_chain(log: AuditLog) -> None:
    log.record("a\x00b\ud800", "x" * 300, "目标" * 200, {"note": "\x00\ud800", "at": datetime.date(2026, 1, 2)})

    assert log.verify().problem is None
    assert log.newest(limit=1)[0].actor == "ab?"


def test_a_row_is_part_of_the_transaction_that_it_is_given(database: Database, log: AuditLog) -> None:
    with pytest.raises(RuntimeError), database.writing() as connection:
        log.record("ann", "account.added", "bob", connection=connection)
        raise RuntimeError

    assert log.verify().count == 5


def test_rows_of_one_page_follow_those_of_the_page_before(log: AuditLog) -> None:
    first = log.newest(limit=3)
    second = log.newest(before=first[-1].seq, limit=3)

    assert [row.seq for row in first + second] == [5, 4, 3, 2, 1]


def test_rows_are_found_by_actor_action_and_target(log: AuditLog) -> None:
    log.record("bob", "signed_in", "bob")

    def found(**wanted: str) -> list[int]:
        return [row.seq for row in log.newest(**wanted)]

    assert found(actor="bob") == [6]
    assert found(action="conversation.viewed") == [5, 4, 3, 2, 1]
    assert found(actor="ann", target="c2") == [2]
    assert found(actor="bob", target="c2") == []


_WRITER = """
import sys
import bot.transcripts.database
from bot.audit import AuditLog
from bot.keys import Keys
from bot.transcripts.database import Database

bot.transcripts.database._PATIENCE = 60  # for SQLite serves no queue
database = Database(sys.argv[1])
log = AuditLog(database, Keys(sys.argv[2]))
for number in range(int(sys.argv[3])):
    log.record(sys.argv[4], "conversation.viewed", str(number))
database.close()
"""


def test_processes_that_write_at_once_keep_one_chain(database: Database, log: AuditLog) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, url, SECRET, "40", name], cwd=PROJECT)
        for name in ("bob", "eve")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0]

    verdict = log.verify()
    assert (verdict.count, verdict.problem) == (85, None)
    actors = [row.actor for row in log.rows()][5:]
    assert actors.count("bob") == actors.count("eve") == 40
