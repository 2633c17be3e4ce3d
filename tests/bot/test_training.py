"""The index is built again when, and only when, something that it depends on has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import index.library
from bot.assistant import training
from bot.settings import Settings, load_settings
from index import shelf
from index.passages import Passage
from index.retriever import ensure
from tests.fakes.encoder import HashEncoder


class Building:
    """Stands for the opening of the real library: embeds one passage, with an encoder that needs no model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times = 0
        self.forced = False

    def __call__(self, force: bool, report: object) -> Path:
        self.times += 1
        self.forced = force
        ensure(self.folder, [Passage("p/1", "standard/what", "en", "What is it?", "question")], HashEncoder())
        return self.folder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "data/knowledge").mkdir(parents=True)
    (tmp_path / "data/knowledge/page.yml").write_text("answer: yes\n", encoding="utf-8")
    monkeypatch.setattr(training, "PROJECT", tmp_path)
    return load_settings({"VAR_DIR": str(tmp_path / "var")})


@pytest.fixture
def building(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Building:
    building = Building(settings.var_dir / "index")
    monkeypatch.setattr(index.library, "build_library_index", building)
    return building


def test_nothing_is_opened_while_nothing_has_changed(settings: Settings, building: Building) -> None:
    said: list[str] = []
    training.build_index(settings, report=said.append)
    training.build_index(settings, report=said.append)
    assert (building.times, said) == (1, ["index: up to date"])


def test_changed_knowledge_is_indexed(settings: Settings, building: Building, tmp_path: Path) -> None:
    training.build_index(settings)
    (tmp_path / "data/knowledge/page.yml").write_text("answer: no\n", encoding="utf-8")
    training.build_index(settings)
    assert building.times == 2


def test_another_embedding_model_is_noticed(settings: Settings, building: Building) -> None:
    training.build_index(settings)
    training.build_index(load_settings({"VAR_DIR": str(settings.var_dir), "EMBEDDING_MODEL": "other"}))
    assert building.times == 2


@pytest.mark.parametrize("damage", ["altered", "removed", "another"])
def test_an_index_that_is_not_the_one_built_is_looked_into(settings: Settings, building: Building, damage: str) -> None:
    training.build_index(settings)
    current = shelf.current(building.folder)
    if damage == "altered":
        (current / "embeddings.npy").write_bytes(b"")
    elif damage == "removed":
        (building.folder / "current").unlink()
    else:
        ensure(building.folder, [Passage("p/2", "a/b", "en", "Another?", "question")], HashEncoder())
    training.build_index(settings)
    assert building.times == 2


def test_force_builds_anyway(settings: Settings, building: Building) -> None:
    training.build_index(settings)
    training.build_index(settings, force=True)
    assert building.times == 2


def test_what_a_disk_lost_is_found_and_built_anew(
    settings: Settings, building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.manifest.BLOCK", 64)
    monkeypatch.setattr("index.manifest.SAMPLED", 0)  # opening the index would not find it
    training.build_index(settings)
    path = shelf.current(building.folder) / "embeddings.npy"
    times = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    training.build_index(settings)
    assert (building.times, building.forced) == (2, True)
