"""The admins' page of the audit log, and what the staff pages record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import bot
from bot.services import Services
from bot.words import Words
from tests.bot.conftest import SignedIn
from tests.bot.staff_requests import sign_out


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in("admin", "ann")


def shown(client: FlaskClient, path: str) -> list[str]:
    """The cells of each row, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", client.get(path).text.partition("<tbody>")[2], re.DOTALL)
    return [" | ".join(re.sub(r"<[^>]+>", "", cell).strip() for cell in row.split("</td>")) for row in rows]


def test_the_log_is_read_newest_first(admin: FlaskClient) -> None:
    rows = shown(admin, "/staff/audit/?lang=en")

    assert "Audit log viewed" in rows[0]
    assert "Signed in | ann" in rows[1] and "way password" in rows[1] and "address 127.0.0.1" in rows[1]
    assert "Account added | ann | role admin" in rows[2]


def test_it_is_read_in_chinese(admin: FlaskClient) -> None:
    rows = shown(admin, "/staff/audit/?lang=zh")

    assert "登录 | ann" in rows[1] and "方式 密码" in rows[1] and "地址 127.0.0.1" in rows[1]


def test_rows_are_found(admin: FlaskClient, parts: Services) -> None:
    parts.audit.record("bob", "conversation.viewed", "c1")
    parts.audit.record("bob", "conversation.viewed", "c2")

    assert len(shown(admin, "/staff/audit/?actor=bob")) == 2
    assert len(shown(admin, "/staff/audit/?target=c2")) == 1
    assert len(shown(admin, "/staff/audit/?action=signed_in&actor=ann")) == 1
    assert "No row is like this." in admin.get("/staff/audit/?actor=nobody").text
    looked = next(row for row in shown(admin, "/staff/audit/") if "only who nobody" in row)
    assert "Audit log viewed" in looked


def test_pages_follow_each_other_under_the_same_filter(
    admin: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transcripts.review.audit_page.PAGE_LENGTH", 2)
    for number in range(5):
        parts.audit.record("bob", "conversation.viewed", f"c{number}")

    seen: list[str] = []
    url: str | None = "/staff/audit/?actor=bob"
    while url:
        text = admin.get(url).text
        seen += re.findall(r">(c\d)<", text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        url = older[1].replace("&amp;", "&") if older else None

    assert seen == ["c4", "c3", "c2", "c1", "c0"]


@pytest.mark.parametrize("before", ["x", "-1", "1e3", "٣", "99999999999"])
def test_a_place_that_makes_no_sense_is_not_found(admin: FlaskClient, before: str) -> None:
    assert admin.get("/staff/audit/", query_string={"before": before}).status_code == 404


def test_what_others_made_the_log_hold_is_shown_and_never_run(admin: FlaskClient, parts: Services) -> None:
    parts.audit.record("<b>eve</b>", "<i>x</i>", "<script>alert(1)</script>", {"<u>": "<img src=x>"})
    text = admin.get("/staff/audit/").text

    for typed in ("<b>eve", "<i>x", "<script", "<u>", "<img src=x"):
        assert typed not in text
    assert "&lt;script&gt;alert(1)" in text


def test_reading_a_conversation_is_recorded_before_it_is_shown(signed_in: SignedIn, parts: Services) -> None:
    client = signed_in("viewer", "bob")
    client.post("/api/messages", json={"text": "Is Intune covered?"})
    [conversation] = parts.store.conversations().conversations
    assert client.get(f"/staff/conversations/{conversation.id}").status_code == 200

    row = parts.audit.newest(limit=1)[0]
    assert (row.actor, row.action, row.target) == ("bob", "conversation.viewed", conversation.id)


def test_what_cannot_be_recorded_is_not_shown(
    signed_in: SignedIn, parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("viewer", "bob")
    client.post("/api/messages", json={"text": "Is Intune covered?"})
    [conversation] = parts.store.conversations().conversations
    with parts.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE audit_head")
    reply = client.get(f"/staff/conversations/{conversation.id}")

    assert reply.status_code in (500, 503)
    assert "Is Intune covered?" not in reply.text


def test_signing_out_is_recorded(signed_in: SignedIn, parts: Services) -> None:
    sign_out(signed_in("viewer", "bob"))

    assert (parts.audit.newest(limit=1)[0].actor, parts.audit.newest(limit=1)[0].action) == ("bob", "signed_out")


def recorded_actions() -> set[str]:
    """Every action that the code of the service names when it records something."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(bot.__file__).parent.rglob("*.py"))
    return set(re.findall(r"""\b(?:note|record)\(\s*[^"]*"([a-z_]+(?:\.[a-z_]+)*)\"""", code))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_action_that_is_recorded_has_a_name(language: str) -> None:
    actions = recorded_actions()

    assert {"signed_in", "conversation.viewed", "account.unlocked", "knowledge.imported"} <= actions
    assert (
        sorted(action for action in actions if "." in action and action not in Words(language).starting("did_")) == []
    )
