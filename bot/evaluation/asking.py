"""Asking as a person does: over POST /api/messages, of an app in this process or of a running service."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import httpx

from bot.app import build_app
from bot.assistant.protocol import Assistant, Source
from bot.evaluation.judging import Received
from bot.services import Services
from bot.settings import Settings

PATH = "/api/messages"
_REFUSED = (400, 413, 422)  # bad input is refused in so many words, which is an answer to it
_PATIENCE = 30.0  # seconds


class AskFailed(Exception):
    """A request got no reply that could be judged; the message is one line."""


class Asker(Protocol):
    """Asks one question after the other."""

    def ask(self, text: str, conversation: str | None) -> tuple[Received, str | None]:
        """Ask in a conversation, or in a new one.

        Returns:
            What came back, and the token that continues the conversation (None after a refused request).

        Raises:
            AskFailed: nothing came back that could be judged.
        """
        ...

    def evidence(self, conversation: str) -> Mapping[str, Any]:
        """The scores behind the latest reply of a conversation; empty where they cannot be reached."""
        ...


class InProcess:
    """Asks a whole app in this process, and reads the evidence from its transcripts."""

    def __init__(self, settings: Settings, assistant: Assistant) -> None:
        """Open the app on the database that `settings` name; `close` closes it with the assistant."""
        app = build_app(settings, assistant)
        self._client = app.test_client()
        self._parts: Services = app.extensions["compliance-faq"]

    def ask(self, text: str, conversation: str | None) -> tuple[Received, str | None]:
        """See Asker."""
        reply = self._client.post(PATH, json=_body(text, conversation))
        return _received(reply.status_code, reply.get_json(silent=True))

    def evidence(self, conversation: str) -> Mapping[str, Any]:
        """See Asker."""
        turns = self._parts.store.turns(self._parts.tokens.read(conversation))
        return turns[-1].reply.evidence

    def close(self) -> None:
        """Release the app's database and the assistant."""
        self._parts.close()


class OverHttp:
    """Asks a running service; the evidence stays there."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        """Reach the service.

        Args:
            url: its address, such as http://127.0.0.1:8000.

        Raises:
            AskFailed: nothing answers there.
        """
        self._client = client or httpx.Client(timeout=_PATIENCE)
        self._url = url.rstrip("/") + PATH
        try:
            self._client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AskFailed(f"{url}: {error}") from error

    def ask(self, text: str, conversation: str | None) -> tuple[Received, str | None]:
        """See Asker."""
        try:
            reply = self._client.post(self._url, json=_body(text, conversation))
            body = reply.json()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AskFailed(f"{self._url}: {error}") from error
        except ValueError as error:
            raise AskFailed(f"{self._url}: status {reply.status_code} without JSON") from error
        return _received(reply.status_code, body)

    def evidence(self, conversation: str) -> Mapping[str, Any]:
        """See Asker."""
        return {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@contextlib.contextmanager
def throwaway(settings: Settings, assistant: Assistant) -> Iterator[InProcess]:
    """An app with a database of its own that is gone afterwards; the assistant is closed with it."""
    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        own = replace(settings, var_dir=Path(folder), database_url="", redis_url="", rate_limit="off")
        asker = InProcess(own, assistant)
        try:
            yield asker
        finally:
            asker.close()


def _body(text: str, conversation: str | None) -> dict[str, str]:
    return {"text": text, "conversation": conversation} if conversation else {"text": text}


def _received(status: int, body: Any) -> tuple[Received, str | None]:
    if status in _REFUSED and isinstance(body, dict):
        return Received(str(body.get("detail", "")), answered=False, topic="bad_request"), None
    if status != 200:
        raise AskFailed(f"status {status}")
    try:
        return _reply(body), body["conversation"]
    except (KeyError, TypeError) as error:
        raise AskFailed(f"the reply lacks {error}") from error


def _reply(body: Mapping[str, Any]) -> Received:
    return Received(
        text=body["text"],
        answered=body["answered"],
        language=body["language"],
        topic=body.get("topic"),
        confidence=body.get("confidence"),
        as_of=body.get("as_of"),
        sources=tuple(Source(source["title"], source["url"]) for source in body.get("sources", ())),
        suggestions=tuple(body.get("suggestions", ())),
    )
