"""`python -m bot evaluate` and `explain` hand over what was typed, and say in one line what cannot be done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot import cli, evaluation, explanation
from bot.settings import SETTINGS


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setattr("bot.logging_setup.configure_logging", lambda settings: None)


def test_evaluate_hands_everything_over(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(evaluation, "run", lambda settings, *rest: given.append(rest) or 0)

    line = ["evaluate", "q.jsonl", "--out", "o", "--compare", "r.json", "--split", "test", "--url", "http://faq.test"]
    assert cli.main(line) == 0
    assert given == [(Path("q.jsonl"), Path("o"), Path("r.json"), "test", "http://faq.test")]


def test_explain_hands_everything_over(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(explanation, "explain", lambda settings, text, **rest: given.append((text, rest)))

    cli.main(["explain", "And Power BI?", "--after", "Flow?", "--after", "Intune?", "--language", "en"])
    assert given == [("And Power BI?", {"context": ["Flow?", "Intune?"], "language": "en"})]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["absent.jsonl"], "absent.jsonl: file: read: No such file or directory", id="no questions"),
        pytest.param(["{file}", "--compare", "absent.json"], "absent.json: No such file or directory", id="no run"),
        pytest.param(["{file}", "--url", "http://127.0.0.1:1"], "http://127.0.0.1:1: ", id="no service"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], says: str
) -> None:
    file = tmp_path / "q.jsonl"
    expected = '{"in_scope": true, "must_contain": [], "must_not_contain": []}'
    file.write_text(f'{{"id": "1", "lang": "en", "text": "?", "category": "x", "expected": {expected}}}')

    assert cli.main(["evaluate", *(each.format(file=file) for each in arguments)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("bot: ")
    assert says in error
    assert error.count("\n") == 1
