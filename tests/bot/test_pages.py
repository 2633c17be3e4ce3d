"""/pages/<id>: where sources lead."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from bot.settings import PROJECT
from index.knowledge import load_pages

PAGE = load_pages(PROJECT / "data" / "knowledge")[0]


def test_a_page_shows_all_that_is_known_in_both_languages(client: FlaskClient) -> None:
    text = client.get(f"/pages/{PAGE.id}").get_data(as_text=True)

    assert str(PAGE.date) in text
    for entry in PAGE.entries:
        assert f'id="{entry.id.replace("/", "-")}"' in text
    for link in PAGE.links:
        assert link.url.replace("&", "&amp;") in text
    for service in PAGE.services:
        assert service.name["en"] in text
    assert PAGE.title["zh"] in text and PAGE.title["en"] in text


def test_anchors_are_unique(client: FlaskClient) -> None:
    ids = re.findall(r' id="([^"]+)"', client.get(f"/pages/{PAGE.id}").text)

    assert len(ids) == len(set(ids))


def test_the_visitors_language_comes_first(client: FlaskClient) -> None:
    url = f"/pages/{PAGE.id}"

    assert '<html lang="zh-CN">' in client.get(url, headers={"Accept-Language": "zh-TW,zh;q=0.9"}).text
    assert '<html lang="en">' in client.get(url, headers={"Accept-Language": "fr"}).text
    assert '<html lang="zh-CN">' in client.get(f"{url}?lang=zh").text


def test_nothing_on_it_runs(client: FlaskClient) -> None:
    text = client.get(f"/pages/{PAGE.id}").text

    assert "<script" not in text and "style=" not in text and "<style" not in text


def test_an_unknown_page_is_not_found(client: FlaskClient) -> None:
    assert client.get("/pages/iso-9001").status_code == 404
    assert client.get("/pages/..%2f..%2fsettings").status_code == 404
