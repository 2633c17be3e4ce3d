"""When the network, the service or the conversation fails: nothing typed is lost, and nothing is sent twice."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable

import pytest
from flask_limiter import Limiter
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService, Site

pytestmark = pytest.mark.browser
MakeService = Callable[..., RunningService]


def sent_ids(page: Page) -> list[str]:
    """Collects the message ids of the questions that the page sends from now on."""
    ids: list[str] = []

    def note(method: str, url: str, data: str | None) -> None:
        if method == "POST" and url.endswith("/api/messages"):
            ids.append(json.loads(data or "{}")["message_id"])

    page.on("request", lambda request: note(request.method, request.url, request.post_data))
    return ids


def test_offline_keeps_the_question_and_sends_it_later(chat: Chat, service: RunningService) -> None:
    chat.page.context.set_offline(True)
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_contain_text("You are offline. This will be sent when you are back.")
    expect(chat.questions).to_have_text(["Is Intune covered?"])
    chat.page.context.set_offline(False)
    expect(chat.answers).to_have_count(1)
    expect(chat.failure).to_have_count(0)
    assert [turn.text for turn in service.stored()] == ["Is Intune covered?"]


def test_offline_question_can_be_dropped(chat: Chat, service: RunningService) -> None:
    chat.page.context.set_offline(True)
    chat.ask("Is Intune covered?")
    chat.button("discard").click()
    expect(chat.questions).to_have_count(0)
    assert chat.focused() == "field"
    chat.page.context.set_offline(False)
    chat.ask_and_wait("And Power BI?")
    assert [turn.text for turn in service.stored()] == ["And Power BI?"]


def test_offline_question_survives_a_reload(chat: Chat, service: RunningService) -> None:
    chat.page.context.set_offline(True)
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_be_visible()
    chat.page.context.set_offline(False)
    chat.page.reload()
    expect(chat.answers).to_have_count(1)
    assert len(service.stored()) == 1


def test_unreachable_service(chat: Chat, service: RunningService) -> None:
    service.server.stop()
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_contain_text("The service cannot be reached right now. Your question is kept.")
    service.server.start()
    chat.button("again").click()
    expect(chat.answers).to_have_count(1)
    assert len(service.stored()) == 1


def test_later_questions_go_on_after_a_failed_one(chat: Chat, service: RunningService) -> None:
    service.server.stop()
    chat.ask("First")
    expect(chat.failure).to_be_visible()
    service.server.start()
    chat.ask_and_wait("Second")
    expect(chat.failure).to_have_count(1)
    chat.button("again").click()
    expect(chat.answers).to_have_count(2)
    assert [turn.text for turn in service.stored()] == ["Second", "First"]


def test_slow_answer_is_announced_after_five_seconds(chat: Chat, service: RunningService) -> None:
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    service.assistant.arrived.acquire()
    slow = chat.element.locator(".slow")
    expect(slow).to_have_count(0)
    expect(slow).to_have_text("This is taking longer than usual. Still working on it.")
    service.assistant.gate.set()
    expect(chat.answers).to_have_count(1)
    expect(slow).to_have_count(0)


def test_gives_up_after_a_minute_and_gets_the_same_answer_later(page: Page, make_service: MakeService) -> None:
    """Only here the service waits for longer than the widget does."""
    service = make_service(ANSWER_TIMEOUT="90")
    page.goto(service.url)
    page.evaluate(
        """() => {
          const wait = AbortSignal.timeout;
          AbortSignal.timeout = (milliseconds) => wait.call(AbortSignal, milliseconds / 60);
        }"""
    )
    chat = Chat(page)
    ids = sent_ids(page)
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_contain_text("No answer came within a minute.")
    service.assistant.gate.set()
    chat.button("again").click()
    expect(chat.answers).to_have_count(1)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(service.stored()) == 1


def test_rate_limit_counts_down_and_sends_again_by_itself(page: Page, make_service: MakeService) -> None:
    service = make_service(RATE_LIMIT="2/minute")
    page.clock.install()
    page.goto(service.url)
    chat = Chat(page)
    chat.ask_and_wait("First")
    chat.ask_and_wait("Second")
    chat.ask("Third")
    note = re.compile(r"That was a lot of questions\. Sending again in (\d+) s\.")
    expect(chat.failure).to_contain_text(note)
    before = int(note.search(chat.failure.inner_text())[1])  # type: ignore[index]
    assert 30 < before <= 60
    page.clock.run_for(10_000)
    expect(chat.failure).to_contain_text(f"Sending again in {before - 10} s.")
    _forget_clients(service)
    page.clock.run_for(60_000)
    expect(chat.answers).to_have_count(3)
    assert [turn.text for turn in service.stored()] == ["First", "Second", "Third"]


def test_rate_limit_survives_a_reload(page: Page, make_service: MakeService) -> None:
    service = make_service(RATE_LIMIT="1/minute")
    page.goto(service.url)
    chat = Chat(page)
    chat.ask_and_wait("First")
    chat.ask("Second")
    expect(chat.failure).to_contain_text("Sending again in")
    page.clock.install()
    page.reload()
    expect(chat.failure).to_contain_text("Sending again in")
    _forget_clients(service)
    page.clock.run_for(61_000)
    expect(chat.answers).to_have_count(2)


def test_a_long_wait_is_left_to_the_asker(page: Page, make_service: MakeService) -> None:
    service = make_service(RATE_LIMIT="1/hour")
    page.goto(service.url)
    chat = Chat(page)
    chat.ask_and_wait("First")
    chat.ask("Second")
    hour = datetime.timedelta(hours=1)
    times = (f"{datetime.datetime.now() + wait:%H:%M}" for wait in (hour - datetime.timedelta(minutes=1), hour))
    expect(chat.failure).to_contain_text(re.compile(f"Please send again after ({'|'.join(times)})"))
    _forget_clients(service)
    chat.button("again").click()
    expect(chat.answers).to_have_count(2)


def _forget_clients(service: RunningService) -> None:
    limiters: set[Limiter] = service.app.extensions["limiter"]
    for limiter in limiters:
        limiter.reset()


def test_a_broken_service_keeps_the_question(chat: Chat, service: RunningService) -> None:
    ids = sent_ids(chat.page)
    chat.ask_and_wait("First")
    service.break_storage()
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_contain_text("Something went wrong on our side. Your question is kept.")
    expect(chat.questions).to_have_text(["First", "Is Intune covered?"])
    service.mend_storage()
    chat.button("again").click()
    expect(chat.answers).to_have_count(2)
    expect(chat.failure).to_have_count(0)
    assert len(ids) == 3
    assert ids[1] == ids[2]
    assert [turn.text for turn in service.stored()] == ["First", "Is Intune covered?"]


def test_a_crash_in_the_service_keeps_the_question(chat: Chat, service: RunningService) -> None:
    def crash() -> None:
        raise RuntimeError("a bug")

    service.app.before_request_funcs.setdefault("messages", []).append(crash)
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_contain_text("Something went wrong on our side.")
    service.app.before_request_funcs["messages"].clear()
    chat.button("again").click()
    expect(chat.answers).to_have_count(1)


def test_a_reload_while_waiting_asks_once(chat: Chat, service: RunningService) -> None:
    ids = sent_ids(chat.page)
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    service.assistant.arrived.acquire()
    chat.page.reload()
    expect(chat.questions).to_have_text(["Is Intune covered?"])
    expect(chat.looking).to_be_visible()
    service.assistant.gate.set()
    expect(chat.answers).to_have_count(1)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(service.stored()) == 1
    assert len(service.assistant.seen) == 1


def test_an_expired_conversation_is_followed_by_a_new_one(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("First")
    _expire(service)
    chat.ask("Is Intune covered?")
    expect(chat.notes).to_have_text("The earlier conversation has expired. This is a new one.")
    expect(chat.questions).to_have_text(["Is Intune covered?"])
    expect(chat.answers).to_have_text([re.compile("Yes, Intune is covered.")])
    assert len({turn.conversation for turn in service.stored()}) == 2


def test_a_conversation_that_expired_between_visits(launched: Chat, service: RunningService) -> None:
    launched.open()
    launched.ask_and_wait("First")
    launched.type("half a ques")
    _expire(service)
    launched.page.reload()
    expect(launched.notes).to_have_text("The earlier conversation has expired. This is a new one.")
    expect(launched.questions).to_have_count(0)
    expect(launched.field).to_have_value("half a ques")


def test_an_unknown_conversation_is_followed_by_a_new_one(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("First")
    _forge_token(chat.page)
    chat.ask("Is Intune covered?")
    expect(chat.questions).to_have_text(["Is Intune covered?"])
    expect(chat.answers).to_have_text([re.compile("Yes, Intune is covered.")])


def _expire(service: RunningService) -> None:
    """As if CONVERSATION_DAYS had passed: every token is older than what is allowed from now on."""
    service.parts.tokens._max_age = -1


def _forge_token(page: Page) -> None:
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((name) => name.startsWith("compliance-chat:"));
          localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), token: "forged" }));
        }"""
    )


def test_a_refused_message_can_be_dropped(chat: Chat, service: RunningService) -> None:
    chat.ask("\u2060\u200b")  # nothing that can be seen, though not blank to a browser
    expect(chat.failure).to_contain_text("This message was not accepted.")
    chat.button("discard").click()
    expect(chat.failure).to_have_count(0)
    chat.ask_and_wait("Is Intune covered?")


def test_feedback_that_cannot_be_stored(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.page.context.set_offline(True)
    chat.button("up").click()
    expect(chat.toast).to_have_text("Your feedback was not saved. Please try again.")
    expect(chat.button("up")).to_have_attribute("aria-pressed", "false")
    chat.page.context.set_offline(False)
    chat.button("up").click()
    expect(chat.button("up")).to_have_attribute("aria-pressed", "true")


def test_earlier_conversation_that_cannot_be_fetched(launched: Chat, service: RunningService) -> None:
    launched.open()
    launched.ask_and_wait("Is Intune covered?")
    launched.button("minimise").click()
    launched.page.reload()
    service.server.stop()
    launched.open()
    expect(launched.notes).to_have_text("The earlier conversation cannot be refreshed right now.")
    expect(launched.questions).to_have_text(["Is Intune covered?"])
    service.server.start()


def test_a_site_that_is_not_allowed(page: Page, make_service: MakeService, site: Site) -> None:
    service = make_service(ALLOWED_ORIGINS="")
    page.goto(site.page(service.url))
    chat = Chat(page).open()
    chat.ask("Is Intune covered?")
    expect(chat.failure).to_contain_text("The service cannot be reached right now.")
    assert service.stored() == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_failures_are_told_in_the_language_of_the_interface(
    new_context: NewContext, service: RunningService, language: str
) -> None:
    page = new_context().new_page()
    page.goto(f"{service.url}/?lang={language}")
    chat = Chat(page, language)
    page.context.set_offline(True)
    chat.ask("Intune?")
    words = {"zh": "当前没有网络，恢复后会自动发送。", "en": "You are offline."}
    expect(chat.failure).to_contain_text(words[language])
    expect(chat.button("again")).to_be_visible()
