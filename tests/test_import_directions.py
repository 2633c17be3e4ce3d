"""Imports run one way: bot -> actions -> index; Rasa is known to the few modules that hold it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT_RASA = ("bot/assistant/", "bot/nlu/")
WEB = {"flask", "werkzeug", "gunicorn", "sanic"}


def modules_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def offences(package: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules_of(package)
        for name in sorted(set(imported_by(path)) & forbidden)
    ]


@pytest.mark.parametrize("package", ["index", "actions", "bot"])
def test_the_packages_are_there(package: str) -> None:
    assert len(modules_of(package)) > 5


def test_index_knows_nothing_of_rasa_or_the_web() -> None:
    assert offences("index", {"bot", "actions", "rasa", "rasa_sdk"} | WEB) == []


def test_actions_know_rasa_sdk_and_never_the_service() -> None:
    assert offences("actions", {"bot", "rasa"} | WEB) == []


def test_only_the_embedded_assistant_and_its_components_import_rasa() -> None:
    found = offences("bot", {"rasa", "rasa_sdk"})
    assert found, "the check must see the modules that do import Rasa"
    assert [line for line in found if not line.startswith(MAY_IMPORT_RASA)] == []


def test_the_service_starts_without_rasa() -> None:
    """What Flask imports at start must not pull Rasa in: only the assistant's own modules may, when opened."""
    assert "rasa" not in set(imported_by(ROOT / "bot" / "app.py"))
    assert "rasa" not in set(imported_by(ROOT / "bot" / "assistant" / "factory.py"))
