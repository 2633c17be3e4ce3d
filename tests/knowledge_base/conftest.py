"""A small certification page, and the store over it, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.audit import AuditLog
from bot.keys import Keys
from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.records import Content
from bot.knowledge_base.store import KnowledgeStore
from bot.transcripts.database import Database

PAGE = "iso-1"
OLD = "standard/what"
NEW = "faq/badges"

_PAGE = """
page:
  id: iso-1
  title: {zh: ISO 1 服务管理, en: ISO 1 Service Management}
  standard: {name: ISO 1, family: ISO 1, aliases: []}
  provider: {name: Microsoft, aliases: []}
  date: 2019-12-05
links:
  - id: certificate
    title: {zh: 证书, en: Certificate}
    url: https://example.org/certificate
services:
  - id: azure
    name: {zh: Azure, en: Azure}
    aliases: []
    documented: true
entries:
  # what the standard is
  - id: standard/what
    links: [certificate]
    questions:
      en: ["What is ISO 1?"]
      zh: [ISO 1 是什么？]
    answer:
      zh: 一项服务管理标准。
      en: A standard for service management.
    suggests: []
"""


def content(**changes: Any) -> Content:
    """What a new entry may say."""
    given: Mapping[str, Any] = {
        "questions": {"zh": ("保安的工牌是什么颜色？",), "en": ("What colour is the guard's badge?",)},
        "answer": {"zh": "蓝色。", "en": "Blue."},
        "links": ("certificate",),
        "suggests": (OLD,),
    }
    return Content(**{**given, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with one page."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / f"{PAGE}.yml").write_text(_PAGE, encoding="utf-8")
    return folder


@pytest.fixture
def change_file(folder: Path) -> Callable[..., None]:
    """Changes the entry of the page's file."""

    def change(**parts: Any) -> None:
        path = folder / f"{PAGE}.yml"
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        raw["entries"][0] |= parts
        path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")

    return change


@pytest.fixture
def audit(database: Database) -> AuditLog:
    return AuditLog(database, Keys("a secret"))


@pytest.fixture
def store(database: Database, audit: AuditLog, folder: Path) -> KnowledgeStore:
    return KnowledgeStore(database, audit, KnowledgeFiles(folder))
