"""A separate `rasa run` behind ASSISTANT_URL, spoken to over Rasa's REST channel."""

from __future__ import annotations

import httpx

from bot.assistant.protocol import AssistantUnavailable, Reply, Utterance
from bot.assistant.replies import reply_from_messages

_PATH = "/webhooks/rest/webhook"


class RemoteAssistant:
    """The Assistant that another process holds."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        """Speak to the Rasa server at `url`; `transport` replaces the network in tests."""
        self._client = httpx.Client(base_url=url, transport=transport)
        self._ready = False

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See Assistant."""
        body = {
            "sender": utterance.conversation,
            "message": utterance.text,
            "metadata": {"language": utterance.language} if utterance.language else {},
        }
        try:
            response = self._client.post(_PATH, json=body, timeout=timeout)
            response.raise_for_status()
            messages = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise AssistantUnavailable(f"the Rasa server did not answer: {error}") from error
        reply = reply_from_messages(messages)
        self._ready = True
        return reply

    def ready(self) -> bool:
        """See Assistant: asks for one answer until there was one."""
        if not self._ready:
            try:
                self.respond(Utterance("Which services are covered?", "readiness"), timeout=10.0)
            except AssistantUnavailable:
                return False
        return self._ready

    def close(self) -> None:
        """See Assistant."""
        self._client.close()
