"""The turns that benchmarks are run over look like those of the real store, and are the same each time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from bot.transcripts.searching import indexed, occurs, terms
from bot.transcripts.store import TranscriptStore
from bot.transcripts.tables import conversations, feedback, metadata, turns
from tests.bench.filling import COLUMNS
from tests.bench.turns import fill_with_turns

END = datetime.datetime(2026, 6, 30, 9, tzinfo=datetime.timezone.utc)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/x.db"
    database = Database(url if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    migrate(database)
    fill_with_turns(database, 400, end=END)
    yield database
    database.close()


def test_every_turn_reads_like_a_stored_one(filled: Database) -> None:
    store = TranscriptStore(filled)
    page = store.conversations(limit=500)

    assert page.next is None
    listed = {each.id: store.turns(each.id) for each in page.conversations}
    assert sum(map(len, listed.values())) == 400
    for each in page.conversations:
        shown = listed[each.id]
        assert (each.turn_count, each.last_outcome) == (len(shown), shown[-1].reply.outcome)
        assert each.started == shown[0].created <= each.last == shown[-1].created <= END


def test_turns_are_numbered_in_order_of_time(filled: Database) -> None:
    with filled.reading() as connection:
        moments = connection.execute(sa.select(turns.c.created_at).order_by(turns.c.number)).scalars().all()

    assert moments == sorted(moments)
    assert moments[-1] - moments[0] > datetime.timedelta(days=600)


def test_the_search_index_finds_what_the_texts_hold(filled: Database) -> None:
    wanted = terms("报告")
    with filled.reading() as connection:
        count = sa.select(sa.func.count()).select_from(turns)
        by_index = connection.execute(count.where(*indexed(connection, wanted, filled.is_sqlite))).scalar()
        by_reading = connection.execute(count.where(*occurs(wanted, filled.is_sqlite))).scalar()

    assert by_index == by_reading > 0


def test_the_store_goes_on_where_the_filling_ended(filled: Database) -> None:
    store = TranscriptStore(filled)
    newest = store.conversations(limit=1).conversations[0]
    turn = store.turns(newest.id)[-1]
    store.give_feedback(turn.id, "down", "")

    with filled.reading() as connection:
        row = connection.execute(sa.select(feedback.c.value).where(feedback.c.turn_id == turn.id)).scalar()
        assert row == "down"
    assert store.delete_before(END + datetime.timedelta(days=1), at_most=400) == 400
    with filled.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(conversations)).scalar() == 0


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    def rows(name: str, seed: int) -> list[tuple[object, ...]]:
        database = Database(f"sqlite:///{tmp_path}/{name}.db")
        migrate(database)
        fill_with_turns(database, 50, seed, END)
        with database.reading() as connection:
            found = [tuple(row) for table in COLUMNS for row in connection.execute(sa.select(metadata.tables[table]))]
        database.close()
        return found

    assert rows("a", 1) == rows("b", 1) != rows("c", 2)
