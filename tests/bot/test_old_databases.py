"""A database of every earlier version, with rows in every table that it had, is read properly once it is migrated.

The rows are written as the versions wrote them, by plain SQL: neither today's code nor today's tables make them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher

from bot.app import create_app
from bot.audit import AuditLog
from bot.keys import Keys
from bot.services import Services
from bot.transcripts.daily_figures import ASKED, DailyFigures
from bot.transcripts.database import Database
from bot.transcripts.filters import Filter
from bot.transcripts.migrate import HEAD, migrate
from bot.transcripts.people import SENDER, People, Person
from tests.bot.asking import DAY, START, ask
from tests.bot.conftest import Clock
from tests.bot.staff_requests import PASSWORD
from tests.fakes.assistant import FakeAssistant
from tests.services.servers import postgres_database

MIGRATIONS = Path(__file__).parents[2] / "bot" / "migrations"
SECRET = "the secret of these tests"
SENDER_ID = "0123456789abcdef0123456789abcdef"
MOMENT = "2026-01-31 12:00:00.000000"
LATER = "2026-01-31 12:05:00.000000"

Rows = dict[str, list[dict[str, Any]]]


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


REVISIONS = [script.revision for script in scripts().walk_revisions()][::-1]


@dataclass(frozen=True)
class OldDatabase:
    """A database of an earlier version; `counts` is how many rows each table had before anything was migrated."""

    url: str
    version: str
    counts: Mapping[str, int]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=REVISIONS)
def old(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldDatabase]:
    """A database of each earlier version, one for all tests of this file."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('old')}/old.db"
        if kind == "postgres":
            url = stack.enter_context(postgres_database(request.getfixturevalue("postgres_server")))
        with closing(Database(url)) as database, database.writing() as connection:
            _upgrade(connection, request.param)
            _insert(connection, rows_of(request.param))
            counts = _counts(connection)
        yield OldDatabase(url, request.param, counts)


@pytest.fixture(scope="module")
def parts(old: OldDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The parts of a service that was started on the old database."""
    folder = tmp_path_factory.mktemp("var")
    settings = {"DATABASE_URL": old.url, "VAR_DIR": str(folder), "SECRET_KEY": SECRET}
    services: Services = create_app(settings, FakeAssistant()).extensions["compliance-faq"]
    yield services
    services.close()


@pytest.fixture
def version(old: OldDatabase) -> str:
    """The version that the database had."""
    return old.version


def test_the_newest_version_is_one_of_them() -> None:
    assert REVISIONS[-1] == HEAD


def test_every_table_had_rows(old: OldDatabase) -> None:
    assert len(old.counts) >= 4
    assert [table for table, count in old.counts.items() if not count] == []


def test_turns_are_read_as_they_were(parts: Services) -> None:
    first, second = parts.store.turns("c1")

    assert (first.id, first.text, first.reply.text, first.channel) == ("t1", "Intune 有認證嗎？", "有。", "teams")
    assert first.reply.sources[0].url == "https://example.com/a"
    assert first.reply.evidence["names"] == [{"id": "intune", "kind": "service"}]
    assert (first.created, first.latency_ms, first.message_id) == (START, 12.5, "m1")
    assert (second.feedback, second.comment) == ("down", "没有回答")
    assert parts.store.memory("c1") == {"slots": {"topic": "audit"}}
    assert [line.id for line in parts.store.conversations().conversations] == ["c1"]


def test_lists_and_search_find_them(parts: Services) -> None:
    def found(**wanted: Any) -> list[str]:
        return [turn.id for turn in parts.reading.turns(Filter(**wanted)).turns]

    assert found() == ["t2", "t1"]
    assert found(query="认证") == ["t1"]
    assert found(query="INTUNE") == ["t1"]
    assert found(service="intune") == ["t1"]
    assert found(feedback="down") == found(outcome="refused") == found(confidence="low") == ["t2"]
    assert People(parts.database, Keys(SECRET), parts.tokens).holding(Person(SENDER, SENDER_ID)) is not None


def test_what_waits_is_in_the_queue(parts: Services, version: str) -> None:
    waiting = [(line.id, line.priority) for line in parts.reading.queue(Filter())]

    assert waiting == ([("t2", 140)] if version < "0003" else [])


def test_accounts_still_open(parts: Services) -> None:
    user = parts.accounts.check("ann", PASSWORD)

    assert user is not None and user.role == "admin" and not user.disabled


def test_the_audit_log_still_verifies(parts: Services, version: str) -> None:
    verdict = parts.audit.verify()

    assert (verdict.problem, verdict.count) == (None, 0 if version < "0002" else 2)


def test_judgements_tags_and_filters_are_kept(parts: Services, version: str) -> None:
    if version < "0003":
        assert parts.judging.of(["t1", "t2"]) == {}
        return
    judgement = parts.judging.of(["t2"])["t2"]
    assert (judgement.verdict, judgement.entry, judgement.note, judgement.by) == ("wrong", "faq/a", "注意", "ann")
    assert parts.reading.line("t2").tags == ("urgent",)  # type: ignore[union-attr]
    assert [(each.name, each.query) for each in parts.saved_filters.of("ann")] == [("mine", "review=open")]


def test_figures_of_days_that_are_over_are_kept(parts: Services, version: str, moved_clock: Clock) -> None:
    moved_clock.now = START + DAY
    daily = DailyFigures(parts.database)
    daily.roll_up()

    day = START.date() - DAY
    counted = daily.read(day, day).over_time[day, ASKED, "web/zh"]
    assert counted == (0 if version < "0003" else 7)
    today = daily.read(START.date(), START.date()).over_time
    assert today[START.date(), ASKED, "teams/zh"] == 2


def test_what_staff_wrote_is_in_force(parts: Services, version: str) -> None:
    history = parts.knowledge.history("a-page", "faq/badges")
    if version < "0004":
        assert history == ()
        return
    approved, draft = sorted(history, key=lambda each: each.id)
    assert (approved.state, approved.revision, approved.author, approved.approver) == ("approved", 1, "ann", "bob")
    assert approved.content.answer == {"zh": "可以。", "en": "You may."}
    assert draft.state == "draft"
    number, [in_force] = parts.knowledge.approved()
    assert (number, in_force.content.questions["en"]) == (1, ("May we show the badge?",))


def test_groups_are_kept(parts: Services, version: str) -> None:
    if version < "0006":
        assert parts.groups.ids() == frozenset()
        return
    [leader] = parts.groups.leaders("a model")
    assert (leader.group, leader.text, leader.embedding.tolist()) == (1, "谁负责？", [1.0, 0.0])


def test_new_turns_come_after_them(parts: Services) -> None:
    new = ask(parts.store, "And now?", days=1)

    assert [turn.id for turn in parts.reading.turns(Filter()).turns] == [new.id, "t2", "t1"]


def rows_of(revision: str) -> Rows:
    """Rows of every table that a version had, as it wrote them."""
    known = REVISIONS[: REVISIONS.index(revision) + 1]
    rows: Rows = _first_rows()
    if "0002" in known:
        rows |= _sign_in_rows()
    if "0003" in known:
        rows["turns"] = [{**row, **_reviewed(row["id"])} for row in rows["turns"]]
        rows |= _review_rows()
    if "0004" in known:
        rows |= _knowledge_rows()
    if "0006" in known:
        rows |= _group_rows()
        rows["turns"][1]["group_id"] = 1
    if "0008" in known:
        rows["turns"][0]["sender"] = SENDER_ID
    return rows


def _first_rows() -> Rows:
    reply = {
        "text": "有。", "language": "zh", "answered": True, "topic": "coverage_service", "confidence": 0.9,
        "as_of": "2019-12-05", "sources": [{"title": "证书", "url": "https://example.com/a"}], "suggestions": [],
        "outcome": "answered",
    }  # fmt: skip
    refusal = {**reply, "text": "不知道。", "answered": False, "confidence": 0.3, "sources": [], "outcome": "refused"}
    evidence = {"names": [{"id": "intune", "kind": "service"}], "sender": SENDER_ID}
    turn = {"conversation_id": "c1", "channel": "teams", "language": "zh", "latency_ms": 12.5}
    return {
        "conversations": [
            {
                "id": "c1", "channel": "teams", "language": "zh", "title": "Intune 有認證嗎？", "turn_count": 2,
                "last_outcome": "refused", "started_at": MOMENT, "last_at": LATER,
                "memory": json.dumps({"slots": {"topic": "audit"}}),
            }
        ],
        "turns": [
            {
                **turn, "id": "t1", "message_id": "m1", "text": "Intune 有認證嗎？", "topic": "coverage_service",
                "outcome": "answered", "confidence": 0.9, "created_at": MOMENT, "reply": json.dumps(reply),
                "evidence": json.dumps(evidence),
            },
            {
                **turn, "id": "t2", "message_id": None, "text": "谁负责？", "topic": "other", "outcome": "refused",
                "confidence": 0.3, "created_at": LATER, "reply": json.dumps(refusal), "evidence": "{}",
            },
        ],
        "feedback": [{"turn_id": "t2", "value": "down", "comment": "没有回答", "created_at": LATER}],
        "staff_users": [
            {
                "name": "ann", "role": "admin", "created_at": MOMENT,
                "password_hash": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
            }
        ],
    }  # fmt: skip


def _sign_in_rows() -> Rows:
    return {
        "staff_sessions": [{"token_hash": "0" * 64, "user_id": 1, "created_at": MOMENT, "seen_at": MOMENT}],
        "staff_guesses": [{"name_key": "1" * 32, "count": 1, "first_at": MOMENT, "last_at": MOMENT}],
        **_sealed_rows(),
    }


def _sealed_rows() -> Rows:
    """An audit log of two rows: what seals it is the key, so that it cannot be written by hand."""
    scratch = Database("sqlite:///file::memory:?cache=shared&uri=true")
    migrate(scratch)
    log = AuditLog(scratch, Keys(SECRET))
    log.record("ann", "conversation.viewed", "c1")
    log.record("ann", "turn.judged", "t2", {"verdict": "wrong"})
    with scratch.reading() as connection:
        found = {
            table: [dict(row._mapping) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
            for table in ("audit_log", "audit_head")
        }
    scratch.close()
    return found


def _reviewed(turn_id: str) -> Mapping[str, Any]:
    """What the third version added to a turn."""
    if turn_id == "t1":
        return {"search": "intune 有认证吗？\n\n", "services": "intune", "band": 2, "priority": 0, "review": "open"}
    return {
        "search": "谁负责？\n\n", "services": "", "band": 0, "priority": 140, "review": "wrong", "feedback": "down",
        "assignee": "ann",
    }  # fmt: skip


def _review_rows() -> Rows:
    judgement = {"turn_id": "t2", "verdict": "wrong", "entry": "faq/a", "note": "注意", "judged_by": "ann"}
    yesterday = {"day": "2026-01-30", "value": 1.0}
    return {
        "judgements": [{**judgement, "judged_at": LATER}],
        "turn_tags": [{"tag": "urgent", "turn_number": 2}],
        "saved_filters": [{"owner": "ann", "name": "mine", "query": "review=open", "created_at": MOMENT}],
        "daily_figures": [
            {**yesterday, "kind": "done", "name": ""},
            {**yesterday, "kind": "asked", "name": "web/zh", "value": 7.0},
        ],
    }


def _knowledge_rows() -> Rows:
    content = json.dumps(
        {
            "questions": {"zh": ["可以用徽章吗？"], "en": ["May we show the badge?"]},
            "answer": {"zh": "可以。", "en": "You may."},
            "links": [], "suggests": [], "excludes": {"zh": [], "en": []},
            "valid_from": None, "valid_until": None, "newer": None,
        }
    )  # fmt: skip
    written = {
        "page": "a-page", "label": "faq/badges", "content": content, "author": "ann", "editors": '["ann"]',
        "note": "", "turns": '["t2"]', "changed_at": LATER,
    }  # fmt: skip
    effect = {"revision_id": 2, "of": "x", "state": "done", "done": 1, "total": 1, "result": "{}", "moment": LATER}
    return {
        "knowledge_revisions": [
            {**written, "state": "approved", "revision": 1, "based_on": 0, "approver": "bob", "decided_at": LATER},
            {**written, "state": "draft", "revision": None, "based_on": 1},
        ],
        "knowledge_effects": [effect],
        "knowledge_replicas": [{"name": "one", "version": 0, "problem": "", "seen_at": LATER}],
    }


def _group_rows() -> Rows:
    embedding = np.array([1.0, 0.0], dtype=np.float16).tobytes()
    return {
        "question_groups": [{"model": "a model", "first_number": 2, "embedding": embedding}],
        "leases": [{"name": "grouping", "holder": "one", "until": LATER}],
    }


def _insert(connection: sa.engine.Connection, rows: Rows) -> None:
    for table, some in rows.items():
        for row in some:
            names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), row)
    if "knowledge_revisions" in rows:
        connection.execute(sa.text("UPDATE knowledge_version SET version = 1"))


def _counts(connection: sa.engine.Connection) -> dict[str, int]:
    own = ("sqlite_", "turns_search", "alembic_version")
    tables = [name for name in sa.inspect(connection).get_table_names() if not name.startswith(own)]
    return {name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar() or 0 for name in tables}


def _upgrade(connection: sa.engine.Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
