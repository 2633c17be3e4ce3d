"""/staff/: filters, search, the queue, judging, tags, and groups of questions, as pages and forms."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from bot.services import Services
from bot.transcripts.filters import Filter
from bot.transcripts.judging import Verdict
from bot.transcripts.records import Turn
from bot.words.staff_reading import WORDS
from tests.bot.asking import ask, make_grouping
from tests.bot.conftest import SignedIn
from tests.bot.staff_requests import send_form

ENTRY = "coverage_service/service"


@pytest.fixture
def ann(signed_in: SignedIn) -> FlaskClient:
    return signed_in("reviewer", "ann")


@pytest.fixture
def refused(parts: Services) -> Turn:
    return ask(parts.store, "Where is the SOC 2 report?", outcome="refused", confidence=0.4)


def audited(parts: Services) -> list[tuple[str, str, str, dict[str, object]]]:
    """Who did what, the newest first."""
    return [(row.actor, row.action, row.target, json.loads(row.details)) for row in parts.audit.newest(None, 50)]


def test_a_filter_lists_the_turns_that_match(ann: FlaskClient, parts: Services, refused: Turn) -> None:
    ask(parts.store, "Is Intune covered?")
    text = ann.get("/staff/?outcome=refused").text

    assert "Where is the SOC 2 report?" in text and "Is Intune covered?" not in text
    assert f"/staff/conversations/c1#{refused.id}" in text
    assert audited(parts)[0] == ("ann", "turns.listed", "", {"outcome": "refused"})


def test_the_address_of_a_filter_is_short_enough_to_share(ann: FlaskClient) -> None:
    reply = ann.get("/staff/?query=认证&outcome=&channel=&since=2026-01-01&until=&tag=")

    assert reply.status_code == 302
    assert reply.location == "/staff/?since=2026-01-01&query=%E8%AE%A4%E8%AF%81"
    assert ann.get(reply.location).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["channel=telepathy", "since=yesterday", "tag=" + "x" * 41, "confidence=0.5", "query=" + "x" * 300],
)
def test_a_filter_that_cannot_be_is_refused(ann: FlaskClient, query: str) -> None:
    assert ann.get(f"/staff/?{query}").status_code == 400


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "１"])
def test_a_place_in_the_list_that_cannot_be_is_not_found(ann: FlaskClient, before: str) -> None:
    assert ann.get(f"/staff/?channel=web&before={before}").status_code == 404


def test_a_filtered_list_goes_on_page_by_page(
    ann: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transcripts.review.views.PAGE_LENGTH", 2)
    for number in range(5):
        ask(parts.store, f"question {number}")
    seen: list[str] = []
    url: str | None = "/staff/?channel=web&query=question"
    while url:
        text = ann.get(url).text
        seen += re.findall(r"question \d", text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        url = older[1].replace("&amp;", "&") if older else None

    assert seen == [f"question {number}" for number in (4, 3, 2, 1, 0)]


def test_nothing_found_says_what_to_do(ann: FlaskClient, refused: Turn) -> None:
    text = ann.get("/staff/?query=nowhere").text

    assert "No question matches" in text and "Clear all filters" in text


def test_a_filter_is_saved_opened_and_deleted_by_its_owner_alone(
    ann: FlaskClient, signed_in: SignedIn, parts: Services
) -> None:
    link = Filter(feedback="down", query="认证").link()
    saved = send_form(ann, "/staff/filters", {"filter": link, "name": "投诉"})
    assert saved.location == "/staff/?feedback=down&query=%E8%AE%A4%E8%AF%81"
    assert "投诉" in ann.get("/staff/").text
    (kept,) = parts.saved_filters.of("ann")

    bob = signed_in("admin", "bob")
    assert "投诉" not in bob.get("/staff/").text
    send_form(bob, f"/staff/filters/{kept.id}/delete")
    assert parts.saved_filters.of("ann") == (kept,)
    send_form(ann, f"/staff/filters/{kept.id}/delete")
    assert parts.saved_filters.of("ann") == ()
    assert [action for _, action, _, _ in audited(parts)][0] == "filter.deleted"
    assert send_form(ann, "/staff/filters", {"filter": "channel=x", "name": "bad"}).status_code == 400
    send_form(ann, "/staff/filters", {"filter": link, "name": " "})
    assert "needs a name" in ann.get("/staff/").text


def test_a_turn_has_an_address_of_its_own(ann: FlaskClient, refused: Turn) -> None:
    assert ann.get(f"/staff/turns/{refused.id}").location == f"/staff/conversations/c1#{refused.id}"
    assert ann.get("/staff/turns/nobody").status_code == 404


def test_the_queue_shows_the_turn_most_worth_a_look_with_what_came_before(
    ann: FlaskClient, parts: Services, refused: Turn
) -> None:
    ask(parts.store, "Is Intune covered?", conversation="c2")
    disliked = ask(parts.store, "And Power BI?", conversation="c2")
    parts.store.give_feedback(disliked.id, "down", "no!")
    text = ann.get("/staff/queue/").text

    assert "2 waiting" in text
    assert text.index("Is Intune covered?") < text.index("And Power BI?") < text.index("Where is the SOC 2 report?")
    assert "no!" in text
    follow = re.search(r'rel="next" href="([^"]+)"', text)
    assert follow
    second = ann.get(follow[1]).text
    assert 'rel="prev"' in second and 'rel="next"' not in second
    assert audited(parts)[0][:3] == ("ann", "turn.viewed", refused.id)


def test_an_empty_queue_says_so(ann: FlaskClient) -> None:
    assert "Every question that was worth a look has been judged." in ann.get("/staff/queue/").text
    assert "No waiting question matches" in ann.get("/staff/queue/?language=zh").text
    assert "This is the end of the queue." in ann.get("/staff/queue/?at=20_1").text
    assert ann.get("/staff/queue/?at=nonsense").status_code == 404


def test_a_verdict_leads_to_the_next_turn_and_is_audited(ann: FlaskClient, parts: Services, refused: Turn) -> None:
    path = f"/staff/turns/{refused.id}/verdict"
    fields = {"verdict": "wrong", "entry": ENTRY, "note": "should know", "seen": "", "then": "/staff/queue/?at=1_1"}
    assert send_form(ann, path, fields).location == "/staff/queue/?at=1_1"

    kept = parts.judging.of([refused.id])[refused.id]
    assert (kept.verdict, kept.entry, kept.note, kept.by) == ("wrong", ENTRY, "should know", "ann")
    details = {"verdict": "wrong", "entry": ENTRY, "note": "should know"}
    assert audited(parts)[0] == ("ann", "turn.judged", refused.id, details)
    assert "Judged by ann" in ann.get("/staff/conversations/c1").text


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "/api/x", "javascript:1"])
def test_a_verdict_never_leads_away(ann: FlaskClient, refused: Turn, then: str) -> None:
    fields = {"verdict": "right", "then": then}

    assert send_form(ann, f"/staff/turns/{refused.id}/verdict", fields).location == "/staff/"


def test_a_verdict_that_is_none_or_names_no_entry_changes_nothing(
    ann: FlaskClient, parts: Services, refused: Turn
) -> None:
    path = f"/staff/turns/{refused.id}/verdict"
    assert send_form(ann, path, {"verdict": "maybe"}).status_code == 400
    send_form(ann, path, {"verdict": "wrong", "entry": "faq/<b>nothing</b>"})

    assert parts.judging.of([refused.id]) == {}
    text = ann.get("/staff/queue/").text
    assert "There is no entry “faq/&lt;b&gt;nothing&lt;/b&gt;”" in text


def test_who_judges_second_sees_both_and_decides(
    ann: FlaskClient, signed_in: SignedIn, parts: Services, refused: Turn
) -> None:
    path = f"/staff/turns/{refused.id}/verdict"
    send_form(ann, path, {"verdict": "right", "note": "rightly refused", "seen": ""})
    bob = signed_in("admin", "bob")
    conflict = send_form(bob, path, {"verdict": "wrong", "entry": ENTRY, "note": "I disagree", "seen": ""})

    assert conflict.status_code == 409
    for words in ("Judged by ann", "rightly refused", "I disagree", ENTRY):
        assert words in conflict.text
    assert parts.judging.of([refused.id])[refused.id].by == "ann"
    fields = dict(re.findall(r'name="(then|verdict|entry|note|seen|back)" value="([^"]*)"', conflict.text))
    assert send_form(bob, path, fields).status_code == 302
    kept = parts.judging.of([refused.id])[refused.id]
    assert (kept.by, kept.verdict, kept.entry, kept.note) == ("bob", "wrong", ENTRY, "I disagree")


def test_a_judgement_is_taken_back_once_seen(ann: FlaskClient, parts: Services, refused: Turn) -> None:
    path = f"/staff/turns/{refused.id}/reopen"
    judgement = parts.judging.judge(refused.id, Verdict("right"), "bob")
    assert send_form(ann, path, {"seen": "1"}).status_code == 409
    assert send_form(ann, path, {"seen": judgement.stamp}).status_code == 302
    assert parts.judging.of([refused.id]) == {}


def test_a_doubted_judgement_is_shown_in_the_queue_and_replaced(
    ann: FlaskClient, parts: Services, refused: Turn
) -> None:
    parts.judging.judge(refused.id, Verdict("right", note="rightly refused"), "bob")
    parts.store.give_feedback(refused.id, "down", "")

    page = ann.get("/staff/queue/").text
    for words in ("Judged by bob", "rightly refused", "has since found the answer not helpful"):
        assert words in page
    fields = {"verdict": "wrong", "seen": re.findall(r'name="seen" value="([^"]*)"', page)[0]}
    assert send_form(ann, f"/staff/turns/{refused.id}/verdict", fields).status_code == 302
    assert parts.judging.of([refused.id])[refused.id].by == "ann"


def test_assigning_and_tagging(ann: FlaskClient, parts: Services, refused: Turn, signed_in: SignedIn) -> None:
    signed_in("viewer", "vic")
    at = f"/staff/turns/{refused.id}"
    send_form(ann, f"{at}/assignee", {"assignee": "ann", "back": "/staff/queue/"})
    assert send_form(ann, f"{at}/assignee", {"assignee": "vic"}).status_code == 400  # who may not judge
    send_form(ann, f"{at}/tags", {"tag": " Legal  Team "})
    send_form(ann, f"{at}/tags", {"tag": "x" * 41})
    line = parts.reading.line(refused.id)
    assert line and (line.assignee, line.tags) == ("ann", ("legal team",))
    assert "A tag has 1 to 40 characters" in ann.get("/staff/").text

    send_form(ann, f"{at}/tags/remove", {"tag": "legal team"})
    send_form(ann, f"{at}/assignee", {"assignee": ""})
    line = parts.reading.line(refused.id)
    assert line and (line.assignee, line.tags) == (None, ())
    assert {"turn.assigned", "turn.tagged", "turn.untagged"} <= {action for _, action, _, _ in audited(parts)}


def test_forms_about_a_turn_that_is_gone_say_so(ann: FlaskClient) -> None:
    for action in ("verdict", "reopen", "assignee", "tags", "tags/remove"):
        assert send_form(ann, f"/staff/turns/gone/{action}", {"verdict": "right"}).status_code == 404


def test_a_viewer_reads_and_is_offered_no_forms(signed_in: SignedIn, refused: Turn, parts: Services) -> None:
    make_grouping(parts.database).group_all()
    group = parts.groups.largest(1)[0].id
    viewer = signed_in("viewer")
    for page in ("/staff/queue/", "/staff/conversations/c1", "/staff/groups/", f"/staff/groups/{group}"):
        text = viewer.get(page).text
        assert "Where is the SOC 2 report?" in text
        assert "/staff/turns/" not in text and "/verdict" not in text and 'id="entries"><option' not in text


def test_what_is_unusual_in_the_evidence_does_no_harm(ann: FlaskClient, parts: Services) -> None:
    evidence = {
        "label": ["x"], "names": "Intune", "candidates": [{"label": "a/b"}], "hits": [{"score": "high"}, {}],
        "parts": [1, 2], "entries": [{"entry": "<b>", "page": '"><script>'}], "thresholds": 5, "odd": {"<i>": None},
    }  # fmt: skip
    ask(parts.store, "odd", evidence=evidence)
    text = ann.get("/staff/conversations/c1").text

    assert "<b>" not in text and "<i>" not in text and "<script>" not in text
    assert "&lt;i&gt;" in text


def test_groups_are_listed_and_one_decision_settles_many(ann: FlaskClient, parts: Services) -> None:
    for text in ("Where is the SOC 2 report?", "where is the SOC 2 report", "Where is the SOC 2 report"):
        ask(parts.store, text, outcome="refused")
    ask(parts.store, "天气怎么样？", outcome="refused")
    assert "4</span> questions are still being grouped" in ann.get("/staff/groups/").text
    assert ann.get("/staff/groups/progress").json == {"pending": 4}
    make_grouping(parts.database).group_all()
    text = ann.get("/staff/groups/").text
    assert "still being grouped" not in text
    assert text.index("where is the SOC 2 report") < text.index("天气怎么样？")
    path = re.search(r"/staff/groups/\d+", text)
    assert path
    shown = re.findall(r'name="shown" value="(\d+)"', ann.get(path[0]).text)
    assert len(shown) == 3

    kept = {"verdict": "wrong", "entry": ENTRY, "shown": shown, "turn": shown[:2]}
    assert send_form(ann, f"{path[0]}/verdict", kept).location == "/staff/groups/"  # type: ignore[arg-type]
    assert "2 questions are judged." in ann.get("/staff/groups/").text
    assert [turn.text for turn in parts.reading.turns(Filter(review="wrong")).turns] == [
        "Where is the SOC 2 report", "where is the SOC 2 report",
    ]  # fmt: skip
    send_form(ann, f"{path[0]}/leave", {"shown": shown[2:]})  # type: ignore[dict-item]
    assert ann.get(path[0]).location == "/staff/groups/"
    actions = [action for _, action, _, _ in audited(parts)]
    assert {"groups.listed", "group.viewed", "group.judged", "group.parted"} <= set(actions)


def test_groups_that_cannot_be_are_refused(ann: FlaskClient, parts: Services) -> None:
    assert "Nothing is unanswered" in ann.get("/staff/groups/").text
    assert ann.get("/staff/groups/?after=x").status_code == 404
    assert ann.get("/staff/groups/12345").location == "/staff/groups/"
    assert send_form(ann, "/staff/groups/1/verdict", {"verdict": "right", "turn": "x"}).status_code == 400
    assert send_form(ann, "/staff/groups/1/verdict", {"verdict": "x"}).status_code == 400


def test_every_page_has_its_words_in_both_languages(ann: FlaskClient, parts: Services, refused: Turn) -> None:
    make_grouping(parts.database).group_all()
    group = parts.groups.largest(1)[0].id
    keys = "|".join(sorted(WORDS["en"], key=len, reverse=True))
    for page in (
        "/staff/?x=1",
        "/staff/?query=soc",
        "/staff/queue/?x=1",
        "/staff/groups/?x=1",
        f"/staff/groups/{group}?x=1",
    ):
        shown = re.sub(r"<[^>]*>", " ", ann.get(f"{page}&lang=zh").text)
        assert re.findall(rf"(?<![\w.])(?:{keys})(?![\w.])", shown) == [], page


def test_the_words_are_there_in_both_languages() -> None:
    assert set(WORDS["en"]) == set(WORDS["zh"])


def test_a_question_or_a_group_leads_to_a_new_entry_with_its_questions_filled_in(
    ann: FlaskClient, parts: Services, refused: Turn
) -> None:
    ask(parts.store, "SOC 2 报告在哪里？", outcome="refused", language="zh")
    assert f"/staff/knowledge/new?turn={refused.id}" in ann.get("/staff/conversations/c1").text
    make_grouping(parts.database).group_all()
    group = next(each for each in parts.groups.largest(5) if parts.reading.line(refused.id).number in each.numbers)  # type: ignore[union-attr]
    editor = send_form(ann, f"/staff/groups/{group.id}/write", {"turn": str(group.numbers[0])}).location

    assert editor == f"/staff/knowledge/new?turn={refused.id}"
    assert "Where is the SOC 2 report?" in ann.get(editor).text
    nothing = send_form(ann, f"/staff/groups/{group.id}/write", {"shown": str(group.numbers[0])})
    assert nothing.location == f"/staff/groups/{group.id}"
