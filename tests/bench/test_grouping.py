"""The benchmark of the grouping groups every question that it made up."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from bot.transcripts.question_groups import QuestionGroups
from tests.bench import grouping
from tests.bot.asking import make_grouping


def test_all_that_waits_is_grouped_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "open_grouping", make_grouping)
    with closing(Database(f"sqlite:///{tmp_path}/questions.db")) as database:
        migrate(database)
        grouping.fill(database, 120)
        rows = grouping.measure(database)

        assert QuestionGroups(database).pending() == 0
    assert rows[-1][0] == "120"
    assert len(rows) > 1
