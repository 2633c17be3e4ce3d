"""/staff/: reading what was asked."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.bot.conftest import SignedIn


@pytest.fixture
def staff(signed_in: SignedIn) -> FlaskClient:
    return signed_in("reviewer")


def ask(client: FlaskClient, text: str, conversation: str | None = None) -> dict[str, str]:
    body: dict[str, str] = client.post("/api/messages", json={"text": text, "conversation": conversation}).json
    return body


def test_conversations_are_listed_newest_first(staff: FlaskClient) -> None:
    ask(staff, "Is Intune covered?")
    ask(staff, "今天天气怎么样？")
    text = staff.get("/staff/").text

    assert text.index("今天天气怎么样？") < text.index("Is Intune covered?")
    assert "Refused" in text and "Answered" in text and "Chinese" in text


def test_the_list_goes_on_page_by_page(staff: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.transcripts.review.views.PAGE_LENGTH", 2)
    for number in range(5):
        ask(staff, f"question {number}")

    seen: list[str] = []
    url: str | None = "/staff/"
    while url:
        text = staff.get(url).text
        seen += re.findall(r"question \d", text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        url = older[1] if older else None

    assert seen == [f"question {number}" for number in (4, 3, 2, 1, 0)]


def test_an_empty_list_says_so(staff: FlaskClient) -> None:
    assert "Nobody has asked anything yet" in staff.get("/staff/").text
    assert "No older conversations" in staff.get("/staff/?after=1_c1").text
    assert staff.get("/staff/?after=nonsense").status_code == 404


def test_a_conversation_reads_as_the_chat_it_was(staff: FlaskClient) -> None:
    first = ask(staff, "Is Intune covered?")
    ask(staff, "天气？", first["conversation"])
    feedback = {"turn": first["turn"], "value": "down", "comment": "which Intune?"}
    staff.post("/api/feedback", json=feedback)
    path = re.search(r"/staff/conversations/\w+", staff.get("/staff/").text)
    assert path
    text = staff.get(path[0]).text

    asked = ["Is Intune covered?", "Yes, Intune is covered.", "天气？", "这个问题不在我的范围内。"]
    places = [text.index(words, text.index("<ol")) for words in asked]
    assert places == sorted(places)
    assert 'href="https://example.com/certificate.pdf"' in text
    assert "page dated 2019-12-05" in text
    assert "which Intune?" in text
    assert "coverage_service/service" in text and "90%" in text  # why: the hit and its score


def test_an_unknown_conversation_is_not_found(staff: FlaskClient) -> None:
    assert staff.get("/staff/conversations/abc").status_code == 404


def test_what_people_typed_is_shown_and_never_run(staff: FlaskClient) -> None:
    typed = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"
    ask(staff, typed)
    path = re.search(r"/staff/conversations/\w+", staff.get("/staff/").text)
    assert path

    for text in (staff.get("/staff/").text, staff.get(path[0]).text):
        assert "<script>" not in text and "<img src=x" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{ 7*7 }}" in text


def test_the_pages_speak_both_languages_and_remember_which(staff: FlaskClient) -> None:
    assert "对话" in staff.get("/staff/?lang=zh").text
    assert "对话" in staff.get("/staff/").text
    assert "Conversations" in staff.get("/staff/?lang=en").text


def test_nothing_of_the_pages_is_kept_or_run(staff: FlaskClient) -> None:
    reply = staff.get("/staff/")

    assert reply.headers["Cache-Control"] == "no-store"
    assert "style=" not in reply.text and "<style" not in reply.text
    assert re.findall(r"<script[^>]*>[^<]*", reply.text) == ['<script src="/static/staff_reading.js" defer>']
