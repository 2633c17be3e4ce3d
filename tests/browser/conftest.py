"""A Chromium for the whole folder; a service, a site and a browser profile of its own for each test."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.settings import SETTINGS
from tests.bot.conftest import cheap_hashes  # noqa: F401
from tests.browser.chat import Chat
from tests.browser.serving import RunningService, Site, run_service

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Nothing moves, so that nothing is measured while it moves.
DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "reduced_motion": "reduce"}
PATIENCE = 60_000  # milliseconds; for what takes one, on a machine that has much else to do
NewContext = Callable[..., BrowserContext]

# What Chromium itself reports about a request that failed or was refused; some tests provoke these.
_NETWORK = re.compile(r"Failed to load resource|blocked by CORS policy|^Framing ")
_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, in its form without windows where that is installed, since the other draws its own as well.

    Without any these tests are skipped, but fail where CI is set.

    While Playwright runs, no other event loop can run on this thread: it has to end with the tests that need it.
    """
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all tests of this folder; tests elsewhere need one of their own, as their folders are no packages."""
    with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on another origin, which the service allows."""
    site = Site()
    yield site
    site.close()


@pytest.fixture
def stored(migrated: Path) -> Path:
    """The database with which the service begins; a file that takes long to fill replaces it."""
    return migrated


@pytest.fixture
def make_service(tmp_path: Path, stored: Path, site: Site) -> Iterator[Callable[..., RunningService]]:
    """Makes the service, with some settings."""
    running: list[RunningService] = []
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    shutil.copy(stored, var / "transcripts.db")

    def make(**settings: str) -> RunningService:
        service = run_service(var, **{"ALLOWED_ORIGINS": site.url, **settings})
        running.append(service)
        return service

    yield make
    for service in running:
        service.close()


@pytest.fixture
def service(make_service: Callable[..., RunningService]) -> RunningService:
    """The service as it is by default."""
    return make_service()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes browser profiles. At the end of the test none of their pages may have reported an error."""
    contexts: list[BrowserContext] = []
    reports: list[str] = []

    def report(text: str) -> None:
        if not _NETWORK.search(text):
            reports.append(text)

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{**DESKTOP, **options})
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", lambda message: report(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: report(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not reports, "\n".join(reports)


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A desktop browser set to English."""
    return new_context().new_page()


@pytest.fixture
def chat(page: Page, service: RunningService) -> Chat:
    """The chat on the service's own page, in English."""
    page.goto(f"{service.url}/?lang=en")
    return Chat(page)


@pytest.fixture
def launched(page: Page, service: RunningService, site: Site) -> Chat:
    """The chat behind its launcher on a strict page of another site, in English."""
    page.goto(site.page(service.url))
    return Chat(page)
