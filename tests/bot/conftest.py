"""An app with a fake assistant and a database of its own, for each test."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from bot import clock
from bot.app import create_app
from bot.channels.teams_answer import Patience
from bot.services import Services
from bot.settings import SETTINGS
from bot.transcripts.database import Database
from bot.transcripts.store import TranscriptStore
from tests.bot.staff_requests import PASSWORD, sign_in
from tests.fakes.assistant import FakeAssistant
from tests.services.bot_framework_server import bot_framework_server  # noqa: F401
from tests.services.sign_on_provider import provider  # noqa: F401

MakeApp = Callable[..., Flask]
SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def store(database: Database) -> TranscriptStore:
    """The turns of `database`."""
    return TranscriptStore(database)


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


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


class Clock:
    """The service's clock, which a test moves."""

    def __init__(self) -> None:
        self.now = clock.utc_now()

    def forward(self, **time: float) -> None:
        """Let some time pass: `forward(minutes=5)`."""
        self.now += datetime.timedelta(**time)


@pytest.fixture
def moved_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is moved."""
    moved = Clock()
    monkeypatch.setattr(clock, "utc_now", lambda: moved.now)
    return moved


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed at next to no cost; what the service pays by default is argon2's own choice."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("bot.transcripts.accounts.PasswordHasher", lambda: hasher)


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teams is answered however long the machine takes; what the service allows itself is tested where it is said."""
    for module in ("teams", "bot_framework"):
        monkeypatch.setattr(f"bot.channels.{module}.PATIENCE", Patience(60, 60, 60))
    monkeypatch.setattr("bot.teams_try._PATIENCE", 60.0)


@pytest.fixture
def signed_in(app: Flask, parts: Services) -> SignedIn:
    """Makes browsers in which somebody has signed in: `signed_in("reviewer")`, named after the role unless told."""

    def enter(role: str, name: str = "") -> FlaskClient:
        if name not in [user.name for user in parts.accounts.all()]:
            parts.accounts.add(name or role, PASSWORD, role)
        client = app.test_client()
        assert sign_in(client, name or role).status_code == 302
        return client

    return enter
