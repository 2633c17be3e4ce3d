"""Questions take the way of a user's: through the app, or over HTTP to a running service."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from flask import Flask

from bot.evaluation.asking import AskFailed, OverHttp, throwaway
from bot.evaluation.running import ask_question, run_questions
from bot.settings import load_settings
from index.questions import Expected, Question
from tests.fakes.assistant import FakeAssistant

URL = "http://faq.test"


def question(text: str = "Is Intune covered?", context: tuple[str, ...] = (), in_scope: bool = True) -> Question:
    return Question("q-0001", "en", "en", text, "coverage_service", (), context, Expected(in_scope, (), ()), "")


def over(app: Flask) -> OverHttp:
    return OverHttp(URL, httpx.Client(transport=httpx.WSGITransport(app=app)))


def answering(status: int, **body: object) -> OverHttp:
    def reply(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=body)

    return OverHttp(URL, httpx.Client(transport=httpx.MockTransport(reply)))


def test_in_process_the_whole_app_answers_and_the_evidence_comes_along(assistant: FakeAssistant) -> None:
    with throwaway(load_settings({}), assistant) as asker:
        result = ask_question(question(), asker)

    assert result.right
    assert result.received is not None
    assert result.received.sources[0].url == "https://example.com/certificate.pdf"
    assert result.evidence["intent"] == "coverage_service"
    assert assistant.seen[0].channel == "web"


def test_the_database_is_gone_afterwards_and_the_assistant_closed(assistant: FakeAssistant, tmp_path: Path) -> None:
    with throwaway(load_settings({"VAR_DIR": str(tmp_path)}), assistant) as asker:
        ask_question(question(), asker)

    assert list(tmp_path.iterdir()) == []
    assert assistant.closed


def test_earlier_turns_are_asked_first_in_the_same_conversation(assistant: FakeAssistant) -> None:
    with throwaway(load_settings({}), assistant) as asker:
        ask_question(question("And Intune?", context=("Which are covered?", "Flow?")), asker)
        ask_question(question(), asker)

    assert [utterance.text for utterance in assistant.seen[:3]] == ["Which are covered?", "Flow?", "And Intune?"]
    conversations = [utterance.conversation for utterance in assistant.seen]
    assert len(set(conversations[:3])) == 1
    assert conversations[3] != conversations[0]


def test_over_http_the_reply_is_the_same_but_without_evidence(app: Flask) -> None:
    result = ask_question(question(), over(app))

    assert result.right
    assert result.evidence == {}


def test_bad_input_is_refused_in_so_many_words(app: Flask) -> None:
    result = ask_question(question("", in_scope=False), over(app))

    assert result.right
    assert result.received is not None
    assert "text" in result.received.text
    assert not result.received.answered


def test_an_earlier_turn_that_is_refused_fails_the_question(app: Flask) -> None:
    result = ask_question(question(context=("",)), over(app))

    assert "was refused" in (result.verdict.error or "")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_any_other_status_fails_the_question(status: int) -> None:
    result = ask_question(question(), answering(status, detail="no"))

    assert result.verdict.error == f"status {status}"
    assert result.milliseconds is None


def test_a_reply_without_its_fields_fails_the_question() -> None:
    assert ask_question(question(), answering(200, text="hello")).verdict.error == "the reply lacks 'answered'"


def test_a_service_that_is_not_there_is_said_at_once() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    with pytest.raises(AskFailed, match="faq.test: connection refused"):
        OverHttp(URL, httpx.Client(transport=httpx.MockTransport(refuse)))


def test_progress_is_reported_now_and_then(assistant: FakeAssistant) -> None:
    lines: list[str] = []
    with throwaway(load_settings({}), assistant) as asker:
        run_questions([question()] * 25, asker, lines.append)

    assert len(lines) == 10
    assert lines[-1] == "evaluate: 25 of 25 asked, 25 right"
