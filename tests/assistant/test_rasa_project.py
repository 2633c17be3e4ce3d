"""It stays an ordinary Rasa project: Rasa's own commands work in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT

pytestmark = pytest.mark.slow


def rasa(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `rasa` in the project as its user would."""
    command = [sys.executable, "-m", "rasa", *words]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)


def test_rasa_test_nlu_on_held_out_utterances(model: Path, tmp_path: Path) -> None:
    done = rasa("test", "nlu", "-m", str(model), "--nlu", "tests/nlu_test.yml", "--out", str(tmp_path), "--no-plot")
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads((tmp_path / "intent_report.json").read_text())
    assert report["accuracy"] >= 0.9, (tmp_path / "intent_errors.json").read_text()


def test_rasa_test_core_on_whole_conversations(model: Path, tmp_path: Path) -> None:
    stories = "tests/test_stories.yml"
    done = rasa("test", "core", "-m", str(model), "--stories", stories, "--out", str(tmp_path), "--no-plot", "--e2e")
    assert done.returncode == 0, done.stderr[-2000:]
    failed = tmp_path / "failed_test_stories.yml"
    assert not failed.exists() or "None of the test stories failed" in failed.read_text(), failed.read_text()
    report = json.loads((tmp_path / "story_report.json").read_text())
    assert report["conversation_accuracy"]["accuracy"] == 1.0
