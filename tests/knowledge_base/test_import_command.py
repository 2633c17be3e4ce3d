"""`python -m bot knowledge import`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot import cli
from bot.knowledge_base.importing import command
from bot.knowledge_base.importing.competing import Competing
from bot.settings import SETTINGS, load_settings
from bot.staff_commands import open_staff_side
from bot.terminal import open_knowledge

HEAD = "questions_zh,questions_en,answer_zh,answer_en\n"


@pytest.fixture(autouse=True)
def service(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(folder))
    monkeypatch.setattr("bot.logging_setup.configure_logging", lambda settings: None)
    for name, role in (("ann", "reviewer"), ("vic", "viewer")):
        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
        cli.main(["staff", "add", name, "--role", role])
    near = (Competing(2, "faq/badge", "Badge?", "standard/what", "What is ISO 1?", 0.91),)
    monkeypatch.setattr(command, "_competing", lambda settings, plan, entries: near)


@pytest.fixture
def right(tmp_path: Path) -> str:
    path = tmp_path / "right.csv"
    path.write_text(HEAD + "工牌？,Badge?,蓝色。,Blue.\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    path = tmp_path / "wrong.csv"
    path.write_text(HEAD + "工牌？,Badge?,,Blue.\nISO 1 是什么？,One?,=A1,Blue.\n", encoding="utf-8")
    return str(path)


def drafts() -> list[tuple[str, str]]:
    with open_knowledge(load_settings()) as store:
        return [(draft.label, draft.author) for draft in store.unfinished()]


def test_a_dry_run_prints_and_stores_nothing(right: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["knowledge", "import", right, "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "row 2: 'Badge?' is near 'What is ISO 1?' of standard/what (0.91)",
        "1 new, 0 change an entry, 0 as it is already; 0 problems",
    ]
    assert drafts() == []


def test_drafts_belong_to_the_account_that_is_named(right: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "import", right, "--as", "Ann", "--no-compare"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "draft 1: iso-1 faq/badge"
    assert drafts() == [("faq/badge", "ann")]
    with open_staff_side(load_settings()) as side:
        newest = [(row.action, row.target) for row in side.audit.newest(limit=2)]
    assert newest == [("knowledge.imported", "ann"), ("knowledge.begun", "iso-1/faq/badge")]


@pytest.mark.parametrize("how", [["--dry-run"], ["--as", "ann"]])
def test_every_problem_is_a_line_and_nothing_is_imported(
    wrong: str, how: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert cli.main(["knowledge", "import", wrong, "--no-compare", *how]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "row 2, Answer (Chinese): The answer is missing.",
        "row 3, Answer (Chinese): This is a formula. Write its result as text.",
        "row 3, Answer (Chinese): The Chinese answer holds no Chinese.",
        "row 3, Questions (Chinese): “ISO 1 是什么？” leads to standard/what already.",
        "2 new, 0 change an entry, 0 as it is already; 4 problems",
    ]
    assert printed.err == "bot: wrong.csv: nothing is imported until every problem is mended\n"
    assert drafts() == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ([], "--as NAME says whose drafts they become"),
        (["--as", "vic"], "vic may not write entries"),
        (["--as", "nobody"], "there is no account"),
    ],
)
def test_somebody_has_to_be_the_author(
    right: str, how: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["knowledge", "import", right, "--no-compare", *how]) == 1
    assert said in capsys.readouterr().err
    assert drafts() == []


def test_a_file_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "import", str(tmp_path / "missing.csv"), "--dry-run"]) == 1
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04")
    assert cli.main(["knowledge", "import", str(tmp_path / "x.xlsx"), "--dry-run"]) == 1

    missing, damaged = capsys.readouterr().err.splitlines()
    assert "missing.csv" in missing
    assert damaged == ("bot: x.xlsx: The workbook is damaged or is none. Open it in Excel and save it again as .xlsx.")
