"""Stock Rasa behind the seam of our service: one agent a language, chosen by the language of the message."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.assistant.protocol import AssistantUnavailable, Reply, Utterance
from index.text import detect_language
from tests.bench.baseline.project import FALLBACK, REFUSALS
from tests.bench.baseline.training import hush


class StockAssistant:
    """The Assistant that holds two stock agents, on an asyncio thread of its own."""

    def __init__(self, models: Mapping[str, Path]) -> None:
        """Args: models: language -> model file."""
        hush()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stock-rasa", daemon=True)
        self._thread.start()
        self._agents = {language: Agent.load(str(model)) for language, model in models.items()}
        self._languages: dict[str, str] = {}

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See bot.assistant.protocol.Assistant."""
        language = self._language(utterance)
        asked = asyncio.run_coroutine_threadsafe(self._handle(utterance, self._agents[language]), self._loop)
        text, parsed = asked.result(timeout)
        if not text:
            raise AssistantUnavailable("stock Rasa said nothing")
        intent = parsed["intent"]["name"] or FALLBACK
        refused = intent in REFUSALS
        return Reply(
            text=text,
            language=language,
            answered=not refused,
            topic="out_of_scope" if refused else intent,
            confidence=parsed["intent"]["confidence"],
            outcome="refused" if refused else "answered",
            evidence={"ranking": _ranking(parsed)},
        )

    def ready(self) -> bool:
        """See bot.assistant.protocol.Assistant."""
        return True

    def close(self) -> None:
        """See bot.assistant.protocol.Assistant."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _handle(self, utterance: Utterance, agent: Agent) -> tuple[str, dict[str, Any]]:
        output = CollectingOutputChannel()
        await agent.handle_message(UserMessage(utterance.text, output, sender_id=utterance.conversation))
        tracker = await agent.tracker_store.retrieve(utterance.conversation)
        text = "\n\n".join(message["text"] for message in output.messages if message.get("text"))
        return text, tracker.latest_message.parse_data if tracker and tracker.latest_message else {}

    def _language(self, utterance: Utterance) -> str:
        """The language of the message, else that of the conversation so far."""
        before = self._languages.get(utterance.conversation, utterance.language or "en")
        language = detect_language(utterance.text) or before
        self._languages[utterance.conversation] = language
        return language


def _ranking(parsed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The likeliest intents, without the fallback."""
    ranking = [each for each in parsed.get("intent_ranking", []) if each["name"] != FALLBACK]
    return [{"label": each["name"], "probability": round(each["confidence"], 4)} for each in ranking[:5]]
