"""`python -m bot knowledge`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import cli
from bot.settings import PROJECT, SETTINGS, load_settings
from bot.terminal import open_knowledge
from index.knowledge import load_pages
from tests.knowledge_base.conftest import NEW, content

PAGE = "iso-20000-1-2011"


@pytest.fixture(autouse=True)
def approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database in which somebody has approved a new entry."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setattr("bot.logging_setup.configure_logging", lambda settings: None)
    with open_knowledge(load_settings()) as store:
        what = content(suggests=())
        draft = store.begin("ann", PAGE, NEW, what)
        store.propose("ann", draft.id, what.digest)
        store.approve("bob", draft.id, what.digest)


def test_the_list_shows_what_was_written_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{PAGE}\t{NEW}\t1\tlive\tann\tbob"
    assert len(lines) == 2 and lines[1] == "45 entries: 45 live"


def test_the_export_writes_files_that_say_it_and_is_taken_note_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    before = [path.read_bytes() for path in sorted((PROJECT / "data" / "knowledge").glob("*.yml"))]
    assert cli.main(["knowledge", "export", "--out", str(out)]) == 0
    assert f"{PAGE}.yml: added {NEW}" in capsys.readouterr().out
    (page,) = load_pages(out)
    assert (page.entry(NEW).answer["en"], page.entry(NEW).history.approver) == ("Blue.", "bob")
    assert before == [path.read_bytes() for path in sorted((PROJECT / "data" / "knowledge").glob("*.yml"))]
    assert cli.main(["audit", "export"]) == 0
    assert '"knowledge.exported"' in capsys.readouterr().out
