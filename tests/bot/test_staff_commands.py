"""`python -m bot staff` and `python -m bot audit`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import cli
from bot.settings import SETTINGS, load_settings
from bot.staff_commands import StaffSide, open_staff_side

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr("bot.logging_setup.configure_logging", lambda settings: None)
    monkeypatch.setattr("getpass.getuser", lambda: "op")
    typed(monkeypatch, PASSWORD + "\n")


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


@contextmanager
def staff_side() -> Iterator[StaffSide]:
    with open_staff_side(load_settings()) as side:
        yield side


def test_accounts_are_made_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["staff", "add", "Ann", "--role", "admin"]) == 0
    assert capsys.readouterr().out == "ann may sign in as admin\n"

    assert cli.main(["staff", "list"]) == 0
    assert capsys.readouterr().out.startswith("ann\tadmin\topen\tpassword\t20")


def test_accounts_are_changed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("ann", "bob"):
        typed(monkeypatch, PASSWORD + "\n")
        cli.main(["staff", "add", name, "--role", "admin"])
    typed(monkeypatch, "another good password\n")
    assert cli.main(["staff", "passwd", "bob"]) == 0
    assert cli.main(["staff", "role", "bob", "viewer"]) == 0
    assert cli.main(["staff", "disable", "bob"]) == 0
    with staff_side() as side:
        assert side.accounts.check("bob", "another good password") is None
        assert side.accounts.get("bob").role == "viewer"
    capsys.readouterr()
    cli.main(["staff", "list"])
    assert "bob\tviewer\tdisabled\tpassword" in capsys.readouterr().out

    assert cli.main(["staff", "enable", "bob"]) == 0
    with staff_side() as side:
        assert side.accounts.check("bob", "another good password")


def test_a_locked_account_is_unlocked(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["staff", "add", "ann"])
    with staff_side() as side:
        for _ in range(11):
            side.guesses.allow("ann")
    capsys.readouterr()
    cli.main(["staff", "list"])
    assert "\tlocked\t" in capsys.readouterr().out

    assert cli.main(["staff", "unlock", "ann"]) == 0
    with staff_side() as side:
        assert side.guesses.allow("ann")


def test_what_was_done_at_the_terminal_is_recorded() -> None:
    cli.main(["staff", "add", "ann", "--role", "admin"])
    cli.main(["staff", "unlock", "ann"])
    with staff_side() as side:
        rows = [(row.actor, row.action, row.target) for row in side.audit.rows()]

    assert rows == [("terminal:op", "account.added", "ann"), ("terminal:op", "account.unlocked", "ann")]


def test_an_account_of_the_machine_without_a_name_is_recorded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr("getpass.getuser", fail)
    cli.main(["staff", "add", "ann"])
    with staff_side() as side:
        assert next(side.audit.rows()).actor == "terminal"


def test_somebody_at_the_terminal_types_the_password_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct horse " + prompt)
    assert cli.main(["staff", "add", "ann"]) == 1
    assert capsys.readouterr().err == "bot: the two passwords differ\n"

    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    assert cli.main(["staff", "add", "ann"]) == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["staff", "add", "bob"], "bot: the password has to be at least 12 characters long\n"),
        (["staff", "passwd", "bob"], "bot: there is no account 'bob'\n"),
        (["staff", "unlock", "bob"], "bot: there is no account 'bob'\n"),
        (["staff", "role", "ann", "viewer"], "bot: no admin would be left\n"),
        (["staff", "disable", "ann"], "bot: no admin would be left\n"),
        (["staff", "add", "a b"], "bot: the name has to be 1 to 64 letters, digits, or . _ @ + -\n"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    cli.main(["staff", "add", "ann", "--role", "admin"])
    typed(monkeypatch, "short\n")
    capsys.readouterr()

    assert cli.main(arguments) == 1
    assert capsys.readouterr().err == line


def test_a_whole_audit_log_is_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "0 rows, every one as it was written; the last is none\n"

    cli.main(["staff", "add", "ann"])
    capsys.readouterr()
    assert cli.main(["audit", "verify"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 row, every one as it was written; the last is 1:")

    noted = out.split()[-1]
    cli.main(["staff", "unlock", "ann"])
    assert cli.main(["audit", "verify", "--noted", noted]) == 0


def test_a_changed_audit_log_is_a_failure_of_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["staff", "add", "ann"])
    cli.main(["staff", "unlock", "ann"])
    capsys.readouterr()
    (tmp_path / "secret_key").write_text("0" * 64)

    assert cli.main(["audit", "verify"]) == 1
    line = capsys.readouterr().err
    assert line.startswith("bot: the audit log is not whole: row 1 was sealed with another SECRET_KEY")
    assert line.count("\n") == 1


def test_the_audit_log_is_exported_and_that_is_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["staff", "add", "李雷"])
    capsys.readouterr()
    assert cli.main(["audit", "export"]) == 0

    added, exported = map(json.loads, capsys.readouterr().out.splitlines())
    assert (added["seq"], added["action"], added["target"]) == (1, "account.added", "李雷")
    assert added["details"] == {"role": "viewer"}
    assert (exported["actor"], exported["action"]) == ("terminal:op", "audit.exported")
