"""The benchmark of the staff pages asks for pages that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.staff import Timed, section


@pytest.mark.postgres
def test_every_page_is_timed_on_both_databases(tmp_path: Path) -> None:
    said: list[str] = []
    done = section(200, 1, tmp_path, {}, said.append)

    pages = [row[0] for row in done.rows[1:]]
    assert len(pages) == 2 * len(done.figures["sqlite"]) > 60
    assert {page.split(":")[0] for page in pages} == {"sqlite", "postgres"}
    assert [promise.limit for promise in done.promises] == [200.0, 200.0]


def test_what_is_reported_of_the_times_of_a_page() -> None:
    timed = Timed("queue", "/staff/queue/", 90.0, tuple(float(each) for each in range(1, 21)), (7.0,))

    assert timed.row() == ("queue", "90", "10", "19", "20", "7")
