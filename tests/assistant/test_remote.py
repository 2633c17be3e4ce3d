"""The assistant behind ASSISTANT_URL: `rasa run` with `rasa run actions`, started as Rasa's users start them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.assistant.factory import make_assistant
from bot.assistant.protocol import Assistant, AssistantUnavailable, Reply, Utterance
from bot.assistant.remote import RemoteAssistant
from bot.settings import load_settings
from tests.bench.sides import STOCK

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def remote(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The assistant that the settings name when two servers of Rasa's answer."""
    running = STOCK.start(tmp_path_factory.mktemp("rasa"))
    assistant = make_assistant(load_settings({"ASSISTANT_URL": running.url}))
    yield assistant
    assistant.close()
    running.servers.stop()


def last_of(assistant: Assistant, texts: tuple[str, ...], conversation: str) -> Reply:
    """The reply to the last of `texts`, said one after the other."""
    memory = None
    for text in texts:
        reply = assistant.respond(Utterance(text, conversation, memory=memory), timeout=120)
        memory = reply.memory
    return reply


@slow
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("Which services does the certification cover?",), id="list"),
        pytest.param(("Defender for Cloud Apps 在范围内吗",), id="renamed"),
        pytest.param(("Is Teams covered?",), id="not listed"),
        pytest.param(("Is Power BI SOC 2 compliant?",), id="refused"),
        pytest.param(("评估报告在哪里？", "证书呢？"), id="follow-up"),
        pytest.param(("Is Intune covered?", "and Power BI?"), id="another service"),
    ],
)
def test_another_process_says_the_same(remote: Assistant, assistant: Assistant, texts: tuple[str, ...]) -> None:
    here, there = (last_of(each, texts, texts[0]) for each in (assistant, remote))
    for field in ("text", "language", "answered", "topic", "as_of", "sources", "suggestions"):
        assert getattr(there, field) == getattr(here, field)


@slow
def test_it_is_ready_once_it_has_answered(remote: Assistant) -> None:
    assert remote.ready()


def _server(status: int, body: object) -> RemoteAssistant:
    return RemoteAssistant("http://rasa", httpx.MockTransport(lambda request: httpx.Response(status, json=body)))


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(_server(500, {}), id="an error"),
        pytest.param(
            RemoteAssistant("http://rasa", httpx.MockTransport(lambda request: httpx.Response(200, text="<html>"))),
            id="another server",
        ),
    ],
)
def test_a_server_that_does_not_answer_is_said_to_be_away(server: RemoteAssistant) -> None:
    with pytest.raises(AssistantUnavailable, match="the Rasa server did not answer"):
        server.respond(Utterance("Is Intune covered?", "c"), timeout=1)
    assert not server.ready()
