"""POST /webhooks/teams: who is let in, what is asked, and what comes back in time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.assistant.protocol import AssistantUnavailable
from bot.channels import teams
from bot.channels.teams import PATIENCE
from bot.channels.teams_answer import Patience
from bot.services import Services
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore
from tests.bot.conftest import MakeApp
from tests.bot.teams_requests import (
    CHANNEL,
    GROUP,
    OTHER,
    SECRET,
    TEAM,
    TENANT,
    activity,
    card_of,
    header,
    links,
    moment,
    send,
    words,
)
from tests.fakes.assistant import FakeAssistant
from tests.services.bot_framework_server import BotFrameworkServer


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app(TEAMS_SECRET=f"{SECRET}, {OTHER}", CONTACT_URL="https://example.com/help").test_client()


@pytest.fixture
def parts(client: FlaskClient) -> Services:
    services: Services = client.application.extensions["compliance-faq"]
    return services


def stored(parts: Services) -> list[Turn]:
    """Every turn, whichever conversation it belongs to."""
    found = parts.store.conversations().conversations
    return [turn for conversation in found for turn in parts.store.turns(conversation.id)]


# ---- the answer


def test_a_signed_question_gets_a_card(client: FlaskClient) -> None:
    reply = send(client, activity())

    assert reply.status_code == 200
    assert (reply.json["type"], reply.json["summary"]) == ("message", "Yes, Intune is covered.")
    card = card_of(reply.json)
    assert (card["type"], card["version"], card["lang"]) == ("AdaptiveCard", "1.5", "en")
    assert words(card) == "Yes, Intune is covered."
    assert card["body"][1] == {"type": "FactSet", "facts": [{"title": "As of", "value": "2019-12-05"}]}
    assert list(links(card)) == ["Certificate", "Page", "👍 Helpful", "👎 Not helpful", "Ask a person"]
    assert links(card)["Page"] == "http://localhost/pages/iso-20000-1-2011#coverage_service/service"
    assert card["fallbackText"].startswith("Yes, Intune is covered.\nSource page dated 2019-12-05\nCertificate: ")


def test_a_chinese_question_gets_a_chinese_card(client: FlaskClient) -> None:
    card = card_of(send(client, activity(text="<at>合规问答</at>&nbsp;Intune 在范围内吗？")).json)

    assert card["lang"] == "zh"
    assert words(card) == "是的，Intune 在认证范围内。"
    assert list(links(card)) == ["证书", "页面", "👍 有帮助", "👎 没有帮助", "联系人工"]
    assert card["body"][-1]["items"][0]["text"] == "你还可以问"


def test_our_own_pages_are_linked_at_the_public_address(make_app: MakeApp) -> None:
    client = make_app(TEAMS_SECRET=SECRET, PUBLIC_URL="https://faq.example.com").test_client()
    found = links(card_of(send(client, activity()).json))

    assert found["Page"].startswith("https://faq.example.com/pages/")
    assert found["👍 Helpful"].startswith("https://faq.example.com/teams/up-")


def test_the_transcript_keeps_the_words_of_the_card(client: FlaskClient, parts: Services) -> None:
    card = card_of(send(client, activity()).json)

    [turn] = stored(parts)
    assert (turn.channel, turn.text, turn.reply.text) == ("teams", "Is Intune covered?", words(card))
    assert turn.reply.as_of == "2019-12-05"


# ---- who is let in


def test_while_a_secret_is_rotated_both_count(client: FlaskClient) -> None:
    assert send(client, activity(), secret=OTHER).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("HMAC", id="scheme-alone"),
        pytest.param("HMAC ", id="no-signature"),
        pytest.param(header(b"another body"), id="other-body"),
        pytest.param(header(b"", base64.b64encode(b"wrong secret").decode()), id="other-secret"),
        pytest.param("Bearer " + header(b"")[5:], id="other-scheme"),
        pytest.param("HMAC d\u00e9j\u00e0 vu", id="latin-1"),
        pytest.param("HMAC \u00ff\u00fe", id="not-text"),
    ],
)
@pytest.mark.parametrize("body", [b'{"type": "message", "text": "Intune?"}', b"not json \xff"])
def test_a_wrong_signature_is_refused_before_the_body_is_read(
    client: FlaskClient, assistant: FakeAssistant, authorization: str | None, body: bytes
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    reply = client.post("/webhooks/teams", data=body, headers=headers)

    assert reply.status_code == 401
    assert reply.json["type"] == "/problems/unauthorized"
    assert assistant.seen == []


def test_a_signature_covers_every_byte(client: FlaskClient) -> None:
    body = json.dumps(activity()).encode()
    reply = client.post("/webhooks/teams", data=body + b" ", headers={"Authorization": header(body)})

    assert reply.status_code == 401


def test_without_a_secret_nothing_is_accepted(make_app: MakeApp) -> None:
    body = json.dumps(activity()).encode()
    empty = "HMAC " + base64.b64encode(hmac.new(b"", body, hashlib.sha256).digest()).decode()
    client = make_app().test_client()

    assert client.post("/webhooks/teams", data=body, headers={"Authorization": empty}).status_code == 401


def test_a_signed_body_that_is_not_json_is_a_bad_request(client: FlaskClient) -> None:
    reply = client.post("/webhooks/teams", data=b"{", headers={"Authorization": header(b"{")})

    assert reply.status_code == 400


@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_differ_by_five_minutes(client: FlaskClient, seconds: int) -> None:
    assert send(client, activity(timestamp=moment(seconds))).status_code == 200


@pytest.mark.parametrize(
    "timestamp",
    [
        pytest.param(lambda: moment(-310), id="old"),
        pytest.param(lambda: moment(400), id="future"),
        pytest.param("2017-02-01T21:10:07.437Z", id="years-old"),
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("yesterday", id="words"),
        pytest.param("2026-13-45T99:99:99Z", id="impossible"),
        pytest.param(1_700_000_000, id="a-number"),
    ],
)
def test_a_message_that_is_not_fresh_is_refused(
    client: FlaskClient, assistant: FakeAssistant, timestamp: object
) -> None:
    # A moment is taken when the test runs, not when it is collected: a suite may take longer than the clocks differ.
    sent = timestamp() if callable(timestamp) else timestamp
    assert send(client, activity(timestamp=sent)).status_code == 401
    assert assistant.seen == []


def test_timestamps_are_read_in_every_spelling(client: FlaskClient) -> None:
    now = moment()
    seven_digits = now.removesuffix("Z") + "1234Z"
    for number, spelling in enumerate((now, seven_digits, now.removesuffix("Z"), now.removesuffix("Z") + "+00:00")):
        assert send(client, activity(id=str(number), timestamp=spelling)).status_code == 200


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        pytest.param({"TEAMS_TENANTS": f"x, {TENANT.upper()}"}, 200, id="tenant"),
        pytest.param({"TEAMS_TENANTS": "x"}, 403, id="other-tenant"),
        pytest.param({"TEAMS_TEAMS": TEAM}, 200, id="team-by-thread"),
        pytest.param({"TEAMS_TEAMS": GROUP}, 200, id="team-by-group"),
        pytest.param({"TEAMS_TEAMS": "19:other@thread.tacv2"}, 403, id="other-team"),
        pytest.param({"TEAMS_TENANTS": TENANT, "TEAMS_TEAMS": "x"}, 403, id="both-have-to-fit"),
    ],
)
def test_tenants_and_teams_can_be_limited(make_app: MakeApp, settings: dict[str, str], status: int) -> None:
    client = make_app(TEAMS_SECRET=SECRET, **settings).test_client()

    assert send(client, activity()).status_code == status


@pytest.mark.parametrize("limit", ["TEAMS_TENANTS", "TEAMS_TEAMS"])
def test_where_they_are_limited_an_unnamed_one_is_refused(make_app: MakeApp, limit: str) -> None:
    client = make_app(TEAMS_SECRET=SECRET, **{limit: "x"}).test_client()

    assert send(client, activity(channelData=None)).status_code == 403


def test_a_tenant_may_be_named_in_the_conversation(make_app: MakeApp) -> None:
    client = make_app(TEAMS_SECRET=SECRET, TEAMS_TENANTS=TENANT).test_client()

    assert send(client, activity(channelData={}, conversation={"id": "c", "tenantId": TENANT})).status_code == 200


# ---- what is asked


def test_almost_any_field_may_be_missing(client: FlaskClient) -> None:
    assert words(card_of(send(client, {"timestamp": moment(), "text": "Intune?"}).json)).startswith("Yes")


@pytest.mark.parametrize(
    "odd",
    [
        {"from": "null", "conversation": "null", "recipient": "null"},
        {"recipient": {"id": "null", "name": "null"}},
        {"from": None, "conversation": None, "entities": None, "id": None, "channelData": None, "attachments": None},
        {"from": [], "conversation": [], "entities": {"a": 1}, "id": 5, "type": None, "channelData": "null"},
        {"entities": [None, "x", {"type": "clientInfo"}, {"type": "clientInfo", "locale": 7}, {"type": 3}]},
        {"conversation": {"id": 7, "conversationType": 1}, "id": "x" * 5000, "attachments": [None, 1]},
    ],
)
def test_odd_fields_are_passed_over(client: FlaskClient, odd: dict[str, Any]) -> None:
    assert words(card_of(send(client, activity(**odd)).json)).startswith("Yes")


def test_a_post_and_its_replies_are_one_conversation(client: FlaskClient, assistant: FakeAssistant) -> None:
    send(client, activity(id="1"))
    send(client, activity(id="2"))
    send(client, activity(id="3", conversation={"id": f"{CHANNEL};messageid=9"}))

    first, second, other = (utterance.conversation for utterance in assistant.seen)
    assert first == second != other


def test_nobody_is_named_in_what_is_kept(client: FlaskClient, parts: Services) -> None:
    send(client, activity(id="1"))
    send(client, activity(id="2", **{"from": {"id": "29:abc", "name": "Ben"}}))
    send(client, activity(id="3"))

    turns = stored(parts)
    senders = [turn.reply.evidence["sender"] for turn in turns]
    assert senders[0] == senders[2] != senders[1]
    kept = repr(turns)
    for private in ("Ann", "Ben", "29:", "87994953", CHANNEL[:10], TENANT):
        assert private not in kept


def test_the_language_of_teams_is_a_hint(client: FlaskClient, assistant: FakeAssistant) -> None:
    for locale in ("zh-CN", "en-US", "fr-FR"):
        entities = [{"type": "mention", "text": "<at>FAQ</at>"}, {"type": "clientInfo", "locale": locale}]
        send(client, activity(id=locale, entities=entities))
    send(client, activity(id="none", entities=[], locale="zh-TW"))

    assert [utterance.language for utterance in assistant.seen] == ["zh", "en", None, "zh"]


@pytest.mark.parametrize(("locale", "reply"), [("zh-CN", "请在提到我之后写下你的问题"), ("en-US", "Please write")])
def test_a_mention_without_a_question_gets_a_word(
    client: FlaskClient, assistant: FakeAssistant, locale: str, reply: str
) -> None:
    entities = [{"type": "clientInfo", "locale": locale}]
    body = send(client, activity(text="<at>FAQ</at>&nbsp;", entities=entities)).json

    assert body["text"].startswith(reply)
    assert assistant.seen == []


FILE = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "audit.pdf"}
MIRROR = {"contentType": "text/html", "content": "<div>Is Intune covered?</div>"}
EMOJI = {"contentType": "image/*", "contentUrl": "https://statics.teams.microsoft.com/evergreen-assets/beer.png"}


def test_an_attachment_is_passed_over_with_a_word(client: FlaskClient, parts: Services) -> None:
    card = card_of(send(client, activity(attachments=[MIRROR, FILE])).json)

    said = "Yes, Intune is covered.\nThe attachment was not read; this answers your text alone."
    assert words(card) == said
    assert stored(parts)[0].reply.text == said.replace("\n", "\n\n")


def test_the_message_itself_and_its_emoji_are_no_attachments(client: FlaskClient) -> None:
    card = card_of(send(client, activity(attachments=[MIRROR, EMOJI])).json)

    assert words(card) == "Yes, Intune is covered."


def test_an_attachment_alone_gets_a_word(client: FlaskClient, assistant: FakeAssistant) -> None:
    body = send(client, activity(text="<at>FAQ</at> ", attachments=[FILE])).json

    assert body["text"].startswith("I cannot open attachments")
    assert assistant.seen == []


@pytest.mark.parametrize("kind", ["messageReaction", "conversationUpdate", "messageUpdate", "typing"])
def test_other_activities_are_acknowledged(client: FlaskClient, assistant: FakeAssistant, kind: str) -> None:
    assert send(client, activity(type=kind)).json == {}
    assert assistant.seen == []


def test_a_long_message_with_its_mirror_is_taken(client: FlaskClient, assistant: FakeAssistant) -> None:
    text = "请看：" * 9000 + "Intune 呢？"
    reply = send(client, activity(text=f"<at>FAQ</at> {text}", attachments=[{**MIRROR, "content": text}]))

    assert reply.status_code == 200
    assert assistant.seen[0].text.endswith("Intune 呢？")
    assert len(assistant.seen[0].text) <= 8000


def test_a_body_beyond_all_measure_is_refused(client: FlaskClient) -> None:
    assert send(client, activity(text="x" * teams.LARGEST_BODY)).status_code == 413


def test_the_service_url_is_never_called(client: FlaskClient, bot_framework_server: BotFrameworkServer) -> None:
    reply = send(client, activity(serviceUrl=bot_framework_server.service_url))

    assert reply.status_code == 200
    assert bot_framework_server.asked == []


# ---- once


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="whole"),
        pytest.param({"id": None}, id="without-id"),
        pytest.param({"id": None, "conversation": None, "from": None}, id="without-any-id"),
    ],
)
def test_a_replay_gets_the_same_reply_and_is_stored_once(
    client: FlaskClient, assistant: FakeAssistant, parts: Services, changed: dict[str, Any]
) -> None:
    message = activity(**changed)
    first, second = send(client, message), send(client, message)

    assert without_links(first.json) == without_links(second.json)
    assert len(assistant.seen) == len(stored(parts)) == 1


def without_links(message: Any) -> Any:
    """A message without the links under it, which are signed anew each time."""
    card = card_of(message)
    return {**card, "actions": [action["title"] for action in card["actions"]]}


def test_the_same_id_in_another_conversation_is_another_message(client: FlaskClient, assistant: FakeAssistant) -> None:
    send(client, activity())
    send(client, activity(conversation={"id": "19:elsewhere"}))

    assert len(assistant.seen) == 2


def test_an_id_with_another_text_is_not_answered_again(client: FlaskClient, assistant: FakeAssistant) -> None:
    send(client, activity())
    reply = send(client, activity(text="<at>FAQ</at> And Teams?"))

    assert reply.json["text"].startswith("This message has been answered already.")
    assert len(assistant.seen) == 1


# ---- in time


def test_when_the_assistant_fails_the_card_apologises(
    client: FlaskClient, assistant: FakeAssistant, parts: Services
) -> None:
    assistant.error = AssistantUnavailable("no model")
    card = card_of(send(client, activity()).json)

    assert words(card).startswith("Sorry")
    assert links(card)["Talk to a person"] == "https://example.com/help"
    assert list(links(card)) == ["Talk to a person", "Ask a person"]
    assert stored(parts)[0].reply.outcome == "failed"


def test_the_whole_takes_less_than_teams_waits() -> None:
    assert 0 < PATIENCE.answer < PATIENCE.apology < PATIENCE.end < 5


def test_a_slow_assistant_does_not_keep_teams_waiting(
    client: FlaskClient, assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "PATIENCE", Patience(0.05, 60, 60))
    assistant.gate.clear()

    assert words(card_of(send(client, activity()).json)).startswith("Sorry")


def test_not_even_a_stuck_assistant_keeps_teams_waiting(
    client: FlaskClient, assistant: FakeAssistant, parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "PATIENCE", Patience(0.05, 0.1, 60))
    patient = assistant.respond
    monkeypatch.setattr(assistant, "respond", lambda utterance, timeout: patient(utterance, 120))
    assistant.gate.clear()
    message = activity()

    card = card_of(send(client, message).json)

    assert words(card).startswith("Sorry")
    [turn] = stored(parts)
    assert (turn.text, turn.reply.outcome) == ("Is Intune covered?", "failed")
    assert turn.reply.evidence["failure"] == "not done within 0.1 s"

    assistant.gate.set()
    for thread in threading.enumerate():
        if thread.name == "within-deadline":
            thread.join()
    assert words(card_of(send(client, message).json)).startswith("Sorry")
    assert [turn.id for turn in stored(parts)] == [turn.id]


def test_what_cannot_be_stored_is_said_plainly(client: FlaskClient, parts: Services) -> None:
    parts.database.close()
    for file in parts.settings.var_dir.glob("transcripts.db*"):
        file.unlink()
    parts.settings.var_dir.joinpath("transcripts.db").mkdir()

    assert send(client, activity()).json["text"].startswith("Sorry, the service cannot take your question")


def test_a_database_that_hangs_does_not_keep_teams_waiting(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "PATIENCE", Patience(0.05, 0.1, 0.2))
    hanging = threading.Event()
    record = TranscriptStore.record

    def wait(store: TranscriptStore, turn: Turn) -> None:
        hanging.wait(120)
        record(store, turn)

    monkeypatch.setattr(TranscriptStore, "record", wait)
    reply = send(client, activity())
    hanging.set()

    assert reply.json["text"].startswith("Sorry, the service cannot take your question")
    for thread in threading.enumerate():
        if thread.name == "within-deadline":
            thread.join()
