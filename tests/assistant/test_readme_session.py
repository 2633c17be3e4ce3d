"""The session that the READMEs show is a real one: asked again, the service says the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.app import create_app
from bot.assistant.protocol import Assistant
from bot.settings import PROJECT, SETTINGS

pytestmark = pytest.mark.slow

LEFT_OUT = {"conversation", "turn", "confidence"}


def session(name: str) -> list[tuple[str, str]]:
    """What is typed, and what is shown below it."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    (block,) = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return re.findall(
        r"^\$ curl -s http://127.0.0.1:8000/api/messages --json '(.*)'\n((?:[^$].*\n)+)", block, re.MULTILINE
    )


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_session_of_the_readme(
    name: str, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    app = create_app({"VAR_DIR": str(tmp_path / "var")}, assistant)
    steps = session(name)

    for typed, shown in steps:
        reply = app.test_client().post("/api/messages", data=typed, content_type="application/json").get_json()
        assert {key: value for key, value in reply.items() if key not in LEFT_OUT} == json.loads(shown)

    assert {json.loads(shown)["language"] for _, shown in steps} == {"zh", "en"}
