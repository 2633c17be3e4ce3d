"""`python -m bot`."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.assistant import factory, training
from bot.settings import SETTINGS, Settings
from tests.fakes.assistant import FakeAssistant


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setattr("bot.logging_setup.configure_logging", lambda settings: None)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_ask_prints_the_answer_with_its_sources(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], assistant: FakeAssistant
) -> None:
    monkeypatch.setattr(factory, "make_assistant", lambda settings: assistant)

    assert cli.main(["ask", "Is Intune covered?"]) == 0
    assert capsys.readouterr().out == (
        "Yes, Intune is covered.\n"
        "\n"
        "Sources (page dated 2019-12-05)\n"
        "- Certificate: https://example.com/certificate.pdf\n"
        "- Page: http://127.0.0.1:8000/pages/iso-20000-1-2011#coverage_service/service\n"
        "\n"
        "You can also ask\n"
        "- And the certificate?\n"
    )
    assert assistant.closed


def test_ask_speaks_the_language_of_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], assistant: FakeAssistant
) -> None:
    monkeypatch.setattr(factory, "make_assistant", lambda settings: assistant)
    cli.main(["ask", "Intune 在范围内吗？"])

    assert "来源（页面日期 2019-12-05）" in capsys.readouterr().out


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(("command", "function"), [("train", "train"), ("index", "build_index")])
def test_train_and_index_hand_over(monkeypatch: pytest.MonkeyPatch, command: str, function: str, force: bool) -> None:
    called: list[Mapping[str, Any]] = []

    def record(settings: Settings, **arguments: Any) -> None:
        called.append(arguments)

    monkeypatch.setattr(training, function, record)

    assert cli.main([command, *(["--force"] if force else [])]) == 0
    assert called == [{"force": force}]


def test_a_bad_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORT", "eighty")

    assert cli.main(["staff", "list"]) == 2
    assert capsys.readouterr().err == "bot: PORT has to be a whole number from 1 to 65535, not 'eighty'\n"


def test_a_newer_database_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cli.main(["staff", "list"])
    connection = sqlite3.connect(tmp_path / "var" / "transcripts.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    assert cli.main(["staff", "list"]) == 1
    assert capsys.readouterr().err.startswith("bot: the database has version 9999, which is newer")


def test_a_file_that_is_no_database_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "transcripts.db").write_text("not a database, but long enough to be looked at" * 20)

    assert cli.main(["staff", "list"]) == 1
    assert capsys.readouterr().err == "bot: the database does not answer: file is not a database\n"


@pytest.mark.parametrize("arguments", [[], ["dance"], ["ask"], ["staff"], ["staff", "add", "x", "--role", "king"]])
def test_a_wrong_command_is_shown_the_right_ones(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)

    assert caught.value.code == 2
    assert "usage: python -m bot" in capsys.readouterr().err
