"""`python -m bot transcripts`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from bot import cli
from bot.settings import SETTINGS, load_settings
from bot.transcript_commands import open_transcripts
from tests.bench.turns import fill_with_turns


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setattr("bot.logging_setup.configure_logging", lambda settings: None)
    monkeypatch.setattr("getpass.getuser", lambda: "op")
    with open_transcripts(load_settings()) as its:
        fill_with_turns(its.database, 1200)


class Terminal(io.StringIO):
    """What somebody would see."""

    def isatty(self) -> bool:
        return True


def newest_audit() -> tuple[str, str]:
    with open_transcripts(load_settings()) as its:
        [row] = its.audit.newest(limit=1)
    return row.actor, row.action


def test_turns_are_written_to_a_file_with_a_bar_on_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    path = tmp_path / "turns.csv"
    assert cli.main(["transcripts", "export", "--format", "csv", "--out", str(path)]) == 0

    with path.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == 1200
    assert capsys.readouterr().out == f"written: {path}\n"
    assert terminal.getvalue().endswith(f"[{'#' * 30}] 100%  1,200 turns\n")
    assert [each.name for each in tmp_path.iterdir()] in (["var", "turns.csv"], ["turns.csv", "var"])
    assert newest_audit() == ("terminal:op", "turns.exported")


def test_a_filter_and_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["transcripts", "export", "--outcome", "refused", "--language", "zh"]) == 0
    out, err = capfd.readouterr()

    rows = [json.loads(line) for line in out.splitlines()]
    assert 20 < len(rows) < 600
    assert {(row["outcome"], row["language"]) for row in rows} == {("refused", "zh")}
    assert err == ""  # no bar where nobody sits


def test_a_file_that_could_not_be_finished_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        yield "a line\n"
        raise OSError("the disk is full")

    monkeypatch.setattr("bot.transcript_commands.export", broken)
    path = tmp_path / "turns.jsonl"
    path.write_text("the one of yesterday")

    assert cli.main(["transcripts", "export", "--out", str(path)]) == 1
    assert path.read_text() == "the one of yesterday"
    assert [each.name for each in tmp_path.glob(".*")] == []


def test_a_filter_that_makes_no_sense_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["transcripts", "export", "--outcome", "nonsense"]) == 2
    assert capsys.readouterr().err == "bot: outcome cannot be 'nonsense'\n"


def test_one_persons_turns_are_handed_out_and_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_transcripts(load_settings()) as its:
        whose = next(line for line in export_lines(its) if line["evidence"].get("sender"))["evidence"]["sender"]
    path = tmp_path / "person.jsonl"
    assert cli.main(["transcripts", "export", "--token", whose, "--out", str(path)]) == 0
    theirs = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert theirs and {row["evidence"]["sender"] for row in theirs} == {whose}

    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert cli.main(["transcripts", "delete", "--token", whose]) == 0
    assert "nothing is deleted" in capsys.readouterr().out

    assert cli.main(["transcripts", "delete", "--token", whose, "--yes"]) == 0
    assert f"deleted turns: {len(theirs)}" in capsys.readouterr().out
    assert newest_audit() == ("terminal:op", "person.erased")
    assert cli.main(["transcripts", "delete", "--token", whose, "--yes"]) == 1
    assert capsys.readouterr().err == "bot: nothing is stored of whom --token names\n"


def export_lines(its: object) -> list[dict[str, dict[str, str]]]:
    from bot.transcripts.exporting import export, numbers_of
    from bot.transcripts.filters import Filter
    from bot.transcripts.reading import Reading

    database = its.database  # type: ignore[attr-defined]
    parts = export(database, numbers_of(Reading(database), Filter()), "jsonl")
    return [json.loads(line) for part in parts for line in part.splitlines()]
