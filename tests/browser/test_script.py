"""What `/widget.js` and `/` send, before any browser looks at it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.app import create_app
from tests.fakes.assistant import FakeAssistant

MOST = 30_000  # bytes, compressed


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    settings = {"VAR_DIR": str(tmp_path), "ALLOWED_ORIGINS": "https://intranet.example.com"}
    app = create_app(settings, FakeAssistant())
    yield app.test_client()
    app.extensions["compliance-faq"].close()


def test_is_one_small_script(client: FlaskClient) -> None:
    response = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < MOST


def test_is_the_same_plain(client: FlaskClient) -> None:
    zipped = client.get("/widget.js", headers={"Accept-Encoding": "gzip, br"})
    plain = client.get("/widget.js")
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(zipped.data) == plain.data
    assert plain.vary.as_set() >= {"accept-encoding"}


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_is_sent_once(client: FlaskClient, encoding: str) -> None:
    first = client.get("/widget.js", headers={"Accept-Encoding": encoding})
    tag = first.headers["ETag"]
    again = client.get("/widget.js", headers={"Accept-Encoding": encoding, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert first.cache_control.public
    assert first.cache_control.max_age == 600


def test_encodings_have_tags_of_their_own(client: FlaskClient) -> None:
    tags = {client.get("/widget.js", headers={"Accept-Encoding": e}).headers["ETag"] for e in ("gzip", "br")}
    assert len(tags) == 2


def test_may_be_embedded_by_isolated_pages(client: FlaskClient) -> None:
    assert client.get("/widget.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_needs_neither_markup_nor_eval(client: FlaskClient) -> None:
    script = client.get("/widget.js").text
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "import("):
        assert forbidden not in script


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("?lang=zh", "en", "zh-CN"),
        ("?lang=en", "zh", "en"),
        ("", "zh-TW,zh;q=0.9,en;q=0.5", "zh-CN"),
        ("", "de,en;q=0.5", "en"),
        ("?lang=fr", "fr", "en"),
    ],
)
def test_home_speaks_the_readers_language(client: FlaskClient, query: str, accepted: str, language: str) -> None:
    response = client.get(f"/{query}", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in response.text
    assert "Accept-Language" in response.headers["Vary"]


def test_home_shows_the_address_that_people_use(tmp_path: Path) -> None:
    app = create_app({"VAR_DIR": str(tmp_path), "PUBLIC_URL": "https://faq.example.com"}, FakeAssistant())
    assert '&lt;script src="https://faq.example.com/widget.js" defer&gt;' in app.test_client().get("/").text
    app.extensions["compliance-faq"].close()


def test_home_has_a_strict_policy(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self' https://intranet.example.com;" in policy
