"""The benchmark adds up: the parts of a turn, percentiles, promises and the report that is made of them."""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from pathlib import Path

import pytest

from index.text import normalise
from tests.bench import report
from tests.bench.load import percentile
from tests.bench.pool import Asked, questions
from tests.bench.section import Promise, Section
from tests.bench.sections import SECTIONS
from tests.bench.sides import is_answer
from tests.bench.stopwatch import Stopwatch

SECTION = Section(
    title="Turns",
    rows=(("users", "ours"), ("1", "9.5")),
    figures={"p50": 9.5},
    notes=("Medians.",),
    promises=(Promise("p50", 9.5, 10.0), Promise("turns/s", 4.0, 5.0, at_least=True)),
)


class Work:
    def outer(self) -> None:
        time.sleep(0.01)
        asyncio.run(self.inner())

    async def inner(self) -> None:
        time.sleep(0.03)


def test_a_part_inside_another_counts_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((0.0, 1.0, 5.0, 7.0))
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    for name in ("outer", "inner"):
        monkeypatch.setattr(Work, name, getattr(Work, name))  # put back what the stopwatch changes
    watch = Stopwatch()
    watch.time(Work, "outer", "service")
    watch.time(Work, "inner", "embedding")

    Work().outer()

    assert watch.take() == {"service": 1.0 + 2.0, "embedding": 4.0}
    assert watch.take() == {}


def test_percentiles_are_those_of_all_values() -> None:
    assert percentile(range(101), 50) == 50
    assert percentile(range(101), 99) == 99
    assert percentile([3.0], 95) == 3.0


def test_no_question_comes_again_before_all_others() -> None:
    everything = questions()
    asked = Asked()

    assert len({normalise(text) for text in everything}) == len(everything) > 5000
    assert asked.next(len(everything)) == everything
    assert asked.next(1) == everything[:1]


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        ([{"text": "Yes."}], True),
        ([{"text": "Yes.", "custom": {"topic": "coverage_service"}}], True),
        ([{"text": "Sorry.", "custom": {"topic": "unavailable"}}], False),
        ([], False),
    ],
)
def test_only_words_that_are_no_apology_count_as_an_answer(reply: object, counts: bool) -> None:
    assert is_answer(reply) is counts


def test_the_report_says_what_was_promised_and_what_became_of_it(tmp_path: Path) -> None:
    report.write(tmp_path, "python -m tests.bench", {"cores": "2"}, {"turns": SECTION})

    figures = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "bench.md").read_text(encoding="utf-8").splitlines()
    assert figures["sections"] == {"turns": {"p50": 9.5}}
    assert [each["kept"] for each in figures["promises"]] == [True, False]
    assert "| p50 | 9.5 | at most 10 | kept |" in lines
    assert "| turns/s | 4 | at least 5 | NOT KEPT |" in lines
    assert "| 1 | 9.5 |" in lines


@pytest.mark.parametrize("row", SECTIONS, ids=lambda row: row.name)
def test_every_section_can_measure(row: object) -> None:
    assert callable(importlib.import_module(f"tests.bench.{row.module}").measure)  # type: ignore[attr-defined]
