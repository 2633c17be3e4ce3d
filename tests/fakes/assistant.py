"""An assistant that answers by keyword, and is slow or fails when told to."""

from __future__ import annotations

import threading

from bot.assistant.protocol import AssistantUnavailable, Reply, Source, Utterance

PAGE = "iso-20000-1-2011"
ENTRY = "coverage_service/service"
CERTIFICATE = "https://example.com/certificate.pdf"


class FakeAssistant:
    """Knows two answers in each language; everything else is out of scope.

    Attributes:
        seen: every utterance that reached it, in order.
        error: raised instead of answering, while set.
        gate: while cleared, an answer waits for it (as long as its timeout allows).
    """

    def __init__(self) -> None:
        self.seen: list[Utterance] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Semaphore(0)
        self.is_ready = True
        self.closed = False

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See `bot.assistant.protocol.Assistant.respond`."""
        self.seen.append(utterance)
        self.arrived.release()
        if not self.gate.wait(timeout):
            raise AssistantUnavailable(f"no answer within {timeout:.1f} s")
        if self.error is not None:
            raise self.error
        return answer(utterance)

    def ready(self) -> bool:
        """See `bot.assistant.protocol.Assistant.ready`."""
        return self.is_ready

    def close(self) -> None:
        """See `bot.assistant.protocol.Assistant.close`."""
        self.closed = True


def answer(utterance: Utterance) -> Reply:
    """What the fake says to an utterance."""
    chinese = any("\u4e00" <= character <= "\u9fff" for character in utterance.text)
    language = "zh" if chinese else utterance.language or "en"
    if "intune" in utterance.text.lower():
        return Reply(
            text="是的，Intune 在认证范围内。" if language == "zh" else "Yes, Intune is covered.",
            language=language,
            answered=True,
            topic="coverage_service",
            confidence=0.97,
            as_of="2019-12-05",
            sources=(
                Source("证书" if language == "zh" else "Certificate", CERTIFICATE),
                Source("页面" if language == "zh" else "Page", f"/pages/{PAGE}#{ENTRY}"),
            ),
            suggestions=("证书呢？",) if language == "zh" else ("And the certificate?",),
            evidence={
                "intent": "coverage_service",
                "hits": [{"entry": "coverage_service/service", "score": 0.9}],
            },
        )
    return Reply(
        text="这个问题不在我的范围内。" if language == "zh" else "That is outside what I can answer.",
        language=language,
        answered=False,
        topic="out_of_scope",
        confidence=0.8,
        outcome="refused",
    )
