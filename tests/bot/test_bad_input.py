"""What a careless or hostile client sends: the right status, a problem document, and nothing lost."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from bot.channels.fields import LONGEST_TEXT
from bot.channels.text import clean_text, is_blank
from bot.keys import Keys
from bot.services import Services
from bot.tokens import ConversationTokens
from tests.bot.conftest import MakeApp
from tests.fakes.assistant import FakeAssistant

Post = Callable[[bytes], TestResponse]

DOORS = [
    pytest.param("/api/messages", "text", id="web"),
    pytest.param("/webhooks/rest/webhook", "message", id="rest"),
]


def post(client: FlaskClient, body: bytes, door: str = "/api/messages") -> TestResponse:
    return client.post(door, data=body, content_type="application/json")


def assert_problem(reply: TestResponse, status: int, kind: str | None = None) -> None:
    assert reply.status_code == status
    assert reply.content_type == "application/problem+json"
    problem = json.loads(reply.data)
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    if kind:
        assert problem["type"] == f"/problems/{kind}"


@pytest.mark.parametrize(("door", "name"), DOORS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"what is covered?", id="not-json"),
        pytest.param(b'{"NAME": "x"', id="cut-off"),
        pytest.param(b'{"NAME": "\xff\xfe"}', id="not-utf-8"),
        pytest.param('{"NAME": "范围"}'.encode("gb18030"), id="gb18030"),
        pytest.param('{"NAME": "x"}'.encode("utf-16"), id="utf-16"),
        pytest.param(b'{"NAME": NaN}', id="nan"),
        pytest.param(b'{"NAME": -Infinity}', id="infinity"),
        pytest.param(b'{"NAME": "a", "NAME": "b"}', id="key-twice"),
        pytest.param(b'{"x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", id="deep"),
        pytest.param(b'{"x": ' + b"9" * 20_000 + b"}", id="long-number"),
        pytest.param(b"\x00" * 100, id="nul"),
        pytest.param(b"\x1f\x8b\x08\x00", id="gzip"),
    ],
)
def test_what_is_not_json_is_a_bad_request(client: FlaskClient, door: str, name: str, body: bytes) -> None:
    assert_problem(post(client, body.replace(b"NAME", name.encode()), door), 400, "malformed-request")


@pytest.mark.parametrize(("door", "name"), DOORS)
@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_other_json_than_an_object_is_refused(client: FlaskClient, door: str, name: str, body: bytes) -> None:
    assert_problem(post(client, body, door), 422, "invalid-fields")


@pytest.mark.parametrize(("door", "name"), DOORS)
@pytest.mark.parametrize(
    ("value", "detail"),
    [
        pytest.param(None, "is missing", id="null"),
        pytest.param("", "is empty", id="empty"),
        pytest.param(" \t\n　", "is empty", id="blank"),
        pytest.param("\u200b\u200d\ufeff\u2060", "is empty", id="zero-width"),
        pytest.param("\x00\x07\x1b", "is empty", id="control"),
        pytest.param("\ud83d", "is empty", id="half-an-emoji"),
        pytest.param(5, "has to be a text", id="number"),
        pytest.param(["x"], "has to be a text", id="list"),
        pytest.param({"x": "y"}, "has to be a text", id="object"),
        pytest.param(True, "has to be a text", id="boolean"),
        pytest.param("长" * (LONGEST_TEXT + 1), "is longer than 8000 characters", id="too-long"),
    ],
)
def test_a_text_that_cannot_be_answered_is_refused_by_name(
    client: FlaskClient, door: str, name: str, value: object, detail: str
) -> None:
    reply = post(client, json.dumps({name: value}, ensure_ascii=False).encode("utf-8", "surrogatepass"), door)
    if reply.status_code == 400:  # half a character is not UTF-8; as an escape it is JSON
        reply = post(client, json.dumps({name: value}).encode(), door)

    assert_problem(reply, 422, "invalid-fields")
    assert json.loads(reply.data)["errors"] == [{"field": name, "detail": detail}]


def test_every_wrong_field_is_named(client: FlaskClient) -> None:
    body = {"text": 1, "conversation": 2, "language": "fr", "message_id": "one"}
    problem = client.post("/api/messages", json=body).json

    assert {error["field"] for error in problem["errors"]} == set(body)


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_other_content_types_are_refused(client: FlaskClient, content_type: str | None) -> None:
    reply = client.post("/api/messages", data=b'{"text": "x"}', content_type=content_type)

    assert_problem(reply, 415, "unsupported-content")


@pytest.mark.parametrize("door", ["/api/messages", "/api/feedback", "/webhooks/rest/webhook"])
def test_a_body_of_100_kb_is_too_large(client: FlaskClient, door: str) -> None:
    assert_problem(post(client, json.dumps({"text": "a" * 100_000}).encode(), door), 413)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("forged", id="no-token"),
        pytest.param("", id="empty"),
        pytest.param(ConversationTokens(Keys("another secret"), 60).issue("c1"), id="other-key"),
        pytest.param("é" * 20, id="not-ascii"),
        pytest.param("\ud800", id="surrogate"),
        pytest.param("a" * 10_000, id="long"),
        pytest.param("../../etc/passwd", id="path"),
    ],
)
def test_a_forged_token_is_refused(client: FlaskClient, token: str) -> None:
    reply = post(client, json.dumps({"text": "x", "conversation": token}).encode())

    assert_problem(reply, 400, "invalid-conversation")


def test_a_token_changed_in_one_place_is_forged(client: FlaskClient) -> None:
    token = client.post("/api/messages", json={"text": "x"}).json["conversation"]
    for place in (0, 20, len(token) // 2, len(token) - 2):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]

        assert_problem(client.get(f"/api/conversations/{other}"), 400, "invalid-conversation")


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/messages/", "/webhooks/nothing", "/nothing", "/.env", "/pages/%00"]
)
def test_an_unknown_route_is_not_found(client: FlaskClient, path: str) -> None:
    assert_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/messages"), ("DELETE", "/api/feedback"), ("PUT", "/webhooks/teams")]
)
def test_a_wrong_method_is_told_which_are_right(client: FlaskClient, method: str, path: str) -> None:
    reply = client.open(path, method=method)

    assert_problem(reply, 405)
    assert "POST" in reply.headers["Allow"]


def test_people_get_a_page_in_their_language(client: FlaskClient) -> None:
    reply = client.get("/nothing", headers={"Accept": "text/html", "Accept-Language": "zh-CN"})

    assert reply.status_code == 404
    assert reply.content_type.startswith("text/html")
    assert "这里什么也没有" in reply.text


def test_an_emoji_is_an_ordinary_message(client: FlaskClient, assistant: FakeAssistant) -> None:
    assert client.post("/api/messages", json={"text": "👍🏽"}).status_code == 200
    assert assistant.seen[0].text == "👍🏽"


def test_control_characters_are_dropped_and_the_rest_is_answered(client: FlaskClient, assistant: FakeAssistant) -> None:
    post(client, json.dumps({"text": "\x00Is\x07 Intune\r\ncovered?\x1b[31m \ud83d"}).encode())

    assert assistant.seen[0].text == "Is Intune\ncovered?[31m"


def test_a_body_with_a_byte_order_mark_is_read(client: FlaskClient) -> None:
    assert post(client, b'\xef\xbb\xbf{"text": "Intune?"}').status_code == 200


def test_unknown_fields_do_not_matter(client: FlaskClient) -> None:
    assert client.post("/api/messages", json={"text": "Intune?", "colour": [1, {}]}).status_code == 200


def test_nobody_sees_a_stack_trace(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("bot.channels.messages.turn_json", broken)
    app = make_app()
    app.testing = False
    reply = app.test_client().post("/api/messages", json={"text": "x"})

    assert_problem(reply, 500)
    assert "secret detail" not in reply.text and "Reference: " in reply.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)
fields = ("text", "conversation", "language", "message_id")
any_text = st.text(alphabet=st.characters(exclude_categories=()) | st.sampled_from("\r\n\x00\u200d 范"))
property_of_the_app = settings(max_examples=60)


@property_of_the_app
@given(body=st.dictionaries(st.sampled_from(fields), json_values))
def test_any_json_gets_an_answer_or_a_refusal(client: FlaskClient, body: dict[str, object]) -> None:
    reply = post(client, json.dumps(body).encode())

    assert reply.status_code in (200, 400, 422)
    assert json.loads(reply.data)


@property_of_the_app
@given(raw=st.binary(max_size=200))
def test_any_bytes_get_an_answer_or_a_refusal(client: FlaskClient, raw: bytes) -> None:
    assert post(client, raw).status_code in (200, 400, 422)


@property_of_the_app
@given(text=any_text)
def test_any_text_is_refused_or_stored_as_it_was_understood(
    client: FlaskClient, parts: Services, assistant: FakeAssistant, text: str
) -> None:
    reply = post(client, json.dumps({"text": text}).encode())

    if is_blank(clean_text(text)):
        assert_problem(reply, 422, "invalid-fields")
    else:
        stored = parts.store.turns(parts.tokens.read(reply.json["conversation"]))
        assert [turn.text for turn in stored] == [assistant.seen[-1].text] == [clean_text(text)]


@given(text=any_text)
def test_cleaning_drops_what_cannot_be_stored_and_nothing_that_can_be_seen(text: str) -> None:
    cleaned = clean_text(text)

    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in cleaned if each not in "\t\n")
    assert _seen(cleaned) == _seen(text)
    assert clean_text(cleaned) == cleaned


def _seen(text: str) -> list[str]:
    return [each for each in text if each.isprintable() and not each.isspace()]


def test_the_type_of_a_problem_leads_to_its_meaning(client: FlaskClient) -> None:
    kind = client.post("/api/messages", json={"text": "x", "conversation": "forged"}).json["type"]
    page = client.get(kind)

    assert page.status_code == 200
    assert "The conversation token was not issued by this service." in page.text
    assert client.get("/problems/nothing").status_code == 404
