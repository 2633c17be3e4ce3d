"""The pages behind the buttons of an answer in Teams."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from bot.channels.teams_links import TeamsLinks
from bot.keys import Keys
from bot.services import Services
from bot.transcripts.records import Turn
from tests.bot.conftest import MakeApp
from tests.bot.teams_requests import SECRET, activity, card_of, links, send

CONTACT = "https://example.com/help?a=1&b=2"


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app(TEAMS_SECRET=SECRET, CONTACT_URL=CONTACT).test_client()


@pytest.fixture
def parts(client: FlaskClient) -> Services:
    services: Services = client.application.extensions["compliance-faq"]
    return services


def buttons(client: FlaskClient, text: str = "<at>FAQ</at> Is Intune covered?") -> dict[str, str]:
    """The paths behind the last three buttons of an answer: up, down and person."""
    found = list(links(card_of(send(client, activity(text=text)).json)).values())[-3:]
    return dict(zip(("up", "down", "person"), (urlsplit(url).path for url in found), strict=True))


def turns(parts: Services) -> tuple[Turn, ...]:
    [conversation] = parts.store.conversations().conversations
    return parts.store.turns(conversation.id)


# ---- thumbs


@pytest.mark.parametrize("value", ["up", "down"])
def test_a_thumb_counts_once_it_is_confirmed(client: FlaskClient, parts: Services, value: str) -> None:
    path = buttons(client)[value]

    page = client.get(path).text
    assert f'value="{value}" required checked' in page
    assert "Is Intune covered?" in page and "Yes, Intune is covered." in page
    assert turns(parts)[0].feedback is None

    done = client.post(path, data={"value": value, "comment": " No date.\r\n "})
    assert done.status_code == 303
    assert "Thank you" in client.get(done.location).text
    assert (turns(parts)[0].feedback, turns(parts)[0].comment) == (value, "No date.")


def test_previews_change_nothing(client: FlaskClient, parts: Services) -> None:
    for path in buttons(client).values():
        for method in ("get", "head", "options"):
            assert getattr(client, method)(path).status_code == 200
        assert client.get(path + "?done=1&value=up").status_code == 200

    [turn] = turns(parts)
    assert turn.feedback is None


def test_one_may_change_ones_mind(client: FlaskClient, parts: Services) -> None:
    path = buttons(client)["up"]
    client.post(path, data={"value": "up", "comment": ""})
    client.post(path, data={"value": "down", "comment": "After all"})

    assert (turns(parts)[0].feedback, turns(parts)[0].comment) == ("down", "After all")


@pytest.mark.parametrize(
    "form", [{}, {"value": "sideways"}, {"value": "up", "comment": "x" * 2001}], ids=["empty", "unknown", "too-long"]
)
def test_a_form_that_is_wrong_is_refused(client: FlaskClient, parts: Services, form: dict[str, str]) -> None:
    assert client.post(buttons(client)["up"], data=form).status_code == 422
    assert turns(parts)[0].feedback is None


# ---- a person


def test_a_person_is_asked_once_it_is_confirmed(client: FlaskClient, parts: Services) -> None:
    path = buttons(client)["person"]
    assert "marked for a person" in client.get(path).text
    assert len(turns(parts)) == 1

    done = client.post(path, data={"note": "Please call 1234."})
    page = client.get(done.location).text

    asked = turns(parts)[1]
    assert (asked.text, asked.reply.outcome, asked.channel) == ("Ask a person.\nPlease call 1234.", "handoff", "teams")
    assert asked.reply.text in page
    assert asked.reply.sources[0].url == CONTACT
    assert 'href="https://example.com/help?a=1&amp;b=2"' in page
    assert parts.store.conversations().conversations[0].last_outcome == "handoff"


def test_asking_twice_is_asking_once(client: FlaskClient, parts: Services) -> None:
    path = buttons(client)["person"]
    client.post(path, data={"note": "one"})
    client.post(path, data={"note": "two"})

    assert [turn.text for turn in turns(parts)[1:]] == ["Ask a person.\none"]
    assert "<form" not in client.get(path).text


def test_what_the_assistant_remembers_is_kept(client: FlaskClient, parts: Services) -> None:
    path = buttons(client)["person"]
    conversation = turns(parts)[0].conversation
    before = parts.store.memory(conversation)
    client.post(path)

    assert parts.store.memory(conversation) == before


def test_without_a_contact_nothing_is_promised(make_app: MakeApp) -> None:
    client = make_app(TEAMS_SECRET=SECRET).test_client()
    path = buttons(client)["person"]
    page = client.get(client.post(path).location).text

    assert "contact support" not in page.lower()
    assert "staff will see the conversation" in page


# ---- both languages, and what people typed


def test_the_page_speaks_the_language_of_the_answer_or_the_one_chosen(client: FlaskClient) -> None:
    path = buttons(client, "<at>FAQ</at> Intune 包括吗？")["up"]

    chinese = client.get(path).text
    assert '<html lang="zh-CN">' in chinese and "这个回答有帮助吗？" in chinese
    english = client.get(path + "?lang=en").text
    assert '<html lang="en">' in english and "Was this answer helpful?" in english
    assert 'class="answer" lang="zh-CN"' in english
    assert "lang=en" in client.post(path + "?lang=en", data={"value": "up"}).location
    assert client.get(path + "?lang=xx").text == chinese


def test_what_people_typed_is_text(client: FlaskClient) -> None:
    path = buttons(client, "<at>FAQ</at> Intune &lt;script&gt;alert(1)&lt;/script&gt; &quot;'")["up"]
    page = client.get(path).text

    assert "<script" not in page
    assert "Intune &lt;script&gt;alert(1)&lt;/script&gt; &#34;&#39;" in page


def test_the_page_runs_nothing_and_is_kept_by_nobody(client: FlaskClient) -> None:
    for path in buttons(client).values():
        response = client.get(path)

        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", response.text)


# ---- links that are not good


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_was_not_made_here_leads_nowhere(client: FlaskClient, parts: Services, method: str) -> None:
    token = buttons(client)["up"].removeprefix("/teams/")
    foreign = TeamsLinks(Keys("another secret"), 30).path("up", turns(parts)[0].id).removeprefix("/teams/")

    for forged in (foreign, token[:-1], token.replace("up-", "person-"), token + "é", "x", "a" * 500):
        response = getattr(client, method)("/teams/" + forged, data={"value": "up"})
        assert response.status_code == 404
    assert turns(parts)[0].feedback is None


def test_an_old_link_has_expired(client: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    path = buttons(client)["down"]
    later = TimestampSigner.get_timestamp(TimestampSigner("x")) + 30 * 86_400 + 1
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: later)

    page = client.get(path, headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert page.status_code == client.post(path, data={"value": "up"}).status_code == 410
    assert "这个链接已失效" in page.text
    assert turns(parts)[0].feedback is None


def test_when_the_answer_is_deleted_its_link_has_expired(client: FlaskClient, parts: Services) -> None:
    path = buttons(client)["up"]
    newest = turns(parts)[0].created
    parts.store.delete_before(newest.replace(year=newest.year + 1))

    assert client.get(path).status_code == 410


def test_a_signature_for_one_purpose_is_worth_nothing_for_another(client: FlaskClient, parts: Services) -> None:
    turn_id = turns_after_asking(client, parts)[0].id

    assert client.get("/teams/" + parts.tokens.issue(f"up-{turn_id}")).status_code == 404


def turns_after_asking(client: FlaskClient, parts: Services) -> tuple[Turn, ...]:
    buttons(client)
    return turns(parts)
