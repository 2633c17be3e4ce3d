"""The knowledge pages, as staff of each role use them."""

from __future__ import annotations

import html

import pytest
from flask.testing import FlaskClient

from bot.knowledge_base.records import Content
from bot.services import Services
from tests.bot.conftest import SignedIn
from tests.bot.staff_requests import send_form

PAGE, LABEL = "iso-20000-1-2011", "faq/colour_badge"
OLD = "audit_reports/where"
FORM = {
    "questions_zh": "保安的工牌是什么颜色？",
    "questions_en": "What colour is the badge?\nWhat is the colour of badges?",
    "answer_zh": "蓝色。",
    "answer_en": "Blue.",
    "topic": "faq",
}


def save(client: FlaskClient, then: str = "draft", **fields: str) -> str:
    """Save a new entry; where one is led."""
    reply = send_form(client, "/staff/knowledge/new", {**FORM, "then": then, **fields})
    assert reply.status_code == 302, reply.text
    return str(reply.location)


def shown(client: FlaskClient, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200
    return html.unescape(reply.text)


def test_from_the_editor_to_the_live_entry_and_back(signed_in: SignedIn, parts: Services) -> None:
    reviewer, admin = signed_in("reviewer"), signed_in("admin")
    draft = save(reviewer, "propose")
    assert "An admin who has not written in it decides." in shown(reviewer, draft)

    page = shown(admin, draft)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    approved = send_form(admin, f"{draft}/approve", {"seen": seen})
    entry = f"/staff/knowledge/{PAGE}/{LABEL}"
    assert approved.location == entry
    page = shown(admin, entry)
    assert "Approved. The assistant answers this way within seconds." in page
    assert "Written by reviewer, approved by admin," in page
    assert "Blue." in shown(admin, f"/pages/{PAGE}")

    send_form(admin, f"{entry}/undo", {"revision": "1"})
    page = shown(admin, entry)
    assert "Revision 1 is undone." in page and "Nothing is said from this entry at present." in page
    assert "Blue." not in shown(admin, f"/pages/{PAGE}")


def test_an_admin_does_not_approve_own_words(signed_in: SignedIn, parts: Services) -> None:
    admin = signed_in("admin")
    draft = save(admin, "propose")
    page = shown(admin, draft)
    assert "You wrote in this draft, so another admin has to approve it." in page
    assert "Approve</button>" not in page
    (found,) = parts.knowledge.unfinished()
    send_form(admin, f"{draft}/approve", {"seen": found.content.digest})
    assert parts.knowledge.version() == 0


@pytest.mark.parametrize(
    ("role", "path"),
    [("viewer", "new"), ("viewer", "drafts/1/edit"), ("reviewer", "drafts/1/approve"), ("reviewer", "x/y/z/undo")],
)
def test_who_may_not_is_refused(signed_in: SignedIn, role: str, path: str) -> None:
    client = signed_in(role)
    assert send_form(client, f"/staff/knowledge/{path}").status_code == 403


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(signed_in: SignedIn) -> None:
    reviewer = signed_in("reviewer")
    fields = {"answer_zh": "Blue.", "answer_en": "", "questions_en": "Where can I get the audit reports?\nkept"}
    place = save(reviewer, "propose", **fields)
    page = shown(reviewer, place)
    assert "The Chinese answer holds no Chinese." in page
    assert 'aria-describedby="answer_en-wrong" aria-invalid="true"' in page
    assert f"“Where can I get the audit reports?” leads to {OLD} already." in page
    assert "kept</textarea>" in page and "保安的工牌是什么颜色？</textarea>" in page


def test_a_day_that_is_none_keeps_all_that_was_typed(signed_in: SignedIn, parts: Services) -> None:
    reviewer = signed_in("reviewer")
    reply = send_form(reviewer, "/staff/knowledge/new", {**FORM, "valid_until": "tomorrow"})
    page = html.unescape(reply.text)
    assert reply.status_code == 400
    assert "This is not a day (YYYY-MM-DD)." in page and 'value="tomorrow"' in page and "Blue.</textarea>" in page
    assert parts.knowledge.unfinished() == ()


def test_two_who_edit_at_once_do_not_overwrite_each_other(signed_in: SignedIn, parts: Services) -> None:
    ann, cem = signed_in("reviewer", "ann"), signed_in("reviewer", "cem")
    draft = save(ann)
    (before,) = parts.knowledge.unfinished()
    fields = {**FORM, "seen": before.content.digest}
    send_form(cem, f"{draft}/edit", {**fields, "answer_en": "Red."})
    reply = send_form(ann, f"{draft}/edit", {**fields, "answer_en": "Green."})

    page = html.unescape(reply.text)
    assert reply.status_code == 409
    assert "Somebody else has saved this draft meanwhile." in page and "Red." in page and "Green.</textarea>" in page
    (after,) = parts.knowledge.unfinished()
    assert (after.content.answer["en"], after.editors) == ("Red.", ("ann", "cem"))


def test_an_approval_counts_for_what_was_looked_at(signed_in: SignedIn, parts: Services) -> None:
    reviewer, admin = signed_in("reviewer"), signed_in("admin")
    draft = save(reviewer, "propose")
    (looked_at,) = parts.knowledge.unfinished()
    send_form(
        reviewer, f"{draft}/edit", {**FORM, "answer_en": "Red.", "seen": looked_at.content.digest, "then": "propose"}
    )
    reply = send_form(admin, f"{draft}/approve", {"seen": looked_at.content.digest})
    assert "Somebody has changed it since you looked at it." in shown(admin, reply.location)
    assert parts.knowledge.version() == 0


def test_the_editor_is_filled_from_stored_questions(signed_in: SignedIn, client: FlaskClient, parts: Services) -> None:
    asked = [client.post("/api/messages", json={"text": text}).json for text in ("Badge colour?", "工牌什么颜色？")]
    query = "&".join(f"turn={reply['turn']}" for reply in asked)
    reviewer = signed_in("reviewer")
    page = shown(reviewer, f"/staff/knowledge/new?{query}&turn=none")
    assert "Badge colour?</textarea>" in page and "工牌什么颜色？</textarea>" in page
    assert parts.audit.newest()[0].action == "conversation.viewed"

    over = shown(reviewer, f"/staff/knowledge/new?{query}&label={OLD}")
    assert "Badge colour?</textarea>" in over and "Service Trust Portal" in over


def test_one_changed_language_marks_the_other_as_older_unless_told(signed_in: SignedIn, parts: Services) -> None:
    entry = parts.knowledge.files.entry(PAGE, OLD)
    assert entry is not None
    content = Content.of(entry)
    fields = {
        "label": OLD,
        "page": PAGE,
        "questions_zh": "\n".join(content.questions["zh"]),
        "questions_en": "\n".join(content.questions["en"]),
        "answer_zh": content.answer["zh"],
        "answer_en": "Ask for them.",
    }
    reviewer = signed_in("reviewer")
    draft = save(reviewer, **fields)
    assert "The English answer is newer than the Chinese one." in shown(reviewer, draft)
    (found,) = parts.knowledge.unfinished()
    send_form(reviewer, f"{draft}/edit", {**fields, "seen": found.content.digest, "both_agree": "on"})
    assert "The English answer is newer" not in shown(reviewer, draft)


def test_a_proposal_goes_back_with_a_note_is_withdrawn_and_discarded(signed_in: SignedIn, parts: Services) -> None:
    reviewer, admin = signed_in("reviewer"), signed_in("admin")
    draft = save(reviewer, "propose")
    (found,) = parts.knowledge.unfinished()
    send_form(admin, f"{draft}/reject", {"note": "<b>Which</b> guard?", "seen": found.content.digest})
    assert "&lt;b&gt;Which&lt;/b&gt; guard?" in reviewer.get(draft).text
    send_form(reviewer, f"{draft}/propose", {"seen": found.content.digest})
    send_form(reviewer, f"{draft}/withdraw")
    assert "it is a draft again" in shown(reviewer, draft)
    send_form(reviewer, f"{draft}/discard")
    assert reviewer.get(draft).status_code == 404


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("", "How many services are covered?", "zzz"),
        ("q=trust+PORTAL", "audit_reports/where", "How many services are covered?"),
        ("q=服务信任门户", "audit_reports/where", "How many services are covered?"),
        ("q=zzz", "No entry has these words.", "audit_reports/where"),
        ("show=proposed", "Nothing waits for approval.", "audit_reports/where"),
    ],
)
def test_the_list_is_searched(signed_in: SignedIn, query: str, there: str, gone: str) -> None:
    page = shown(signed_in("viewer"), f"/staff/knowledge/?{query}")
    page = page.split("<main")[1].replace('value="zzz"', "")
    assert there in page and gone not in page


@pytest.mark.parametrize("path", ["?show=nothing", "drafts/99", f"{PAGE}/no/such", "new?label=no/such", "new?page=x"])
def test_what_is_not_there_is_not_found(signed_in: SignedIn, path: str) -> None:
    assert signed_in("reviewer").get(f"/staff/knowledge/{path}").status_code == 404
