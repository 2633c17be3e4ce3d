"""The service as `make run` starts it: asked in a real browser, by a signed Teams request, and scored over HTTP."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.bot.serving import Serving, serving
from tests.browser.chat import Chat
from tests.browser.conftest import NewContext, chromium, new_context  # noqa: F401 - a fixture of the browser tests

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECRET = base64.b64encode(b"a secret that only this test knows").decode()
CERTIFICATE = "https://go.microsoft.com/fwlink/p/?linkid=2077815"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """`python -m bot serve` with the trained model and a database of its own."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, "serve", module="bot", TEAMS_SECRET=SECRET) as running:
        yield running


def test_the_widget_answers_in_both_languages(served: Serving, new_context: NewContext) -> None:  # noqa: F811
    page = new_context().new_page()
    page.goto(served.url)
    chat = Chat(page)
    answer = chat.ask_and_wait("Is Power BI covered?")
    expect(answer.locator(".prose")).to_contain_text("Yes, Power BI is on the page's list")
    expect(answer.get_by_role("link").first).to_have_attribute("href", CERTIFICATE)
    answer = chat.ask_and_wait("那 Teams 呢？")
    expect(answer.locator(".prose")).to_contain_text("Microsoft Teams 未列在本页面")


def teams_request(served: Serving, secret: str) -> urllib.request.Request:
    """An activity as Teams sends it, signed with `secret`."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    activity = {
        "type": "message",
        "id": "1700000000001",
        "timestamp": now,
        "text": "<at>Compliance</at> Where is the certificate?",
        "textFormat": "plain",
        "from": {"id": "29:someone", "name": "Someone"},
        "conversation": {"id": "19:channel@thread.tacv2;messageid=1700000000001"},
        "channelId": "msteams",
    }
    body = json.dumps(activity).encode()
    signature = base64.b64encode(hmac.new(base64.b64decode(secret), body, hashlib.sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"HMAC {signature}"}
    return urllib.request.Request(f"{served.url}/webhooks/teams", body, headers)


def test_a_signed_teams_request_gets_its_card(served: Serving) -> None:
    with urllib.request.urlopen(teams_request(served, SECRET), timeout=60) as reply:
        activity = json.load(reply)
    (attachment,) = activity["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert CERTIFICATE in json.dumps(attachment["content"])


def test_a_forged_teams_request_is_refused(served: Serving) -> None:
    forged = base64.b64encode(b"somebody else's secret, alas").decode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(teams_request(served, forged), timeout=60)
    with refused.value as response:
        assert response.code == 401


def test_a_conversation_is_kept_for_its_owner(served: Serving) -> None:
    first = served.post("/api/messages", {"text": "评估报告在哪里？"})
    second = served.post("/api/messages", {"text": "证书呢？", "conversation": first["conversation"]})
    assert CERTIFICATE in [source["url"] for source in second["sources"]]
    with urllib.request.urlopen(f"{served.url}/api/conversations/{second['conversation']}") as reply:
        turns = json.load(reply)["turns"]
    assert [turn["turn"] for turn in turns] == [first["turn"], second["turn"]]
