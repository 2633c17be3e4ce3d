"""An app with a fake assistant and a database of its own, for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.app import create_app
from bot.services import Services
from bot.settings import SETTINGS
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate
from tests.fakes.assistant import FakeAssistant
from tests.services.bot_framework_server import bot_framework_server  # noqa: F401

MakeApp = Callable[..., Flask]


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once for all tests."""
    path = tmp_path_factory.mktemp("migrated") / "transcripts.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def make_app(
    tmp_path: Path, migrated: Path, assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeApp]:
    """Makes an app with some settings; whatever the shell around the tests has set does not count."""
    made: list[Flask] = []
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(migrated, var)

    def make(**settings: str) -> Flask:
        app = create_app({"VAR_DIR": str(var), **settings}, assistant)
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["compliance-faq"].close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def parts(app: Flask) -> Services:
    services: Services = app.extensions["compliance-faq"]
    return services
