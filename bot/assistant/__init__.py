"""What answers a message: one Protocol, with an embedded and a remote implementation."""

from bot.assistant.protocol import Assistant, AssistantUnavailable, Reply, Source, Utterance

__all__ = ["Assistant", "AssistantUnavailable", "Reply", "Source", "Utterance"]
