"""What an asker reads when the assistant failed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.assistant.protocol import Reply, Source, Utterance
from index.text import detect_language

_TEXT = {
    "zh": "抱歉，我现在没能查到答案。你的问题已经记下，请稍后再问一次。",
    "en": "Sorry, I could not look that up just now. Your question has been noted; please ask it again in a moment.",
}
_TEXT_WITH_PERSON = {
    "zh": "抱歉，我现在没能查到答案。你的问题已经记下，请稍后再问一次，或者联系人工客服。",
    "en": "Sorry, I could not look that up just now. Your question has been noted; please ask it again in a "
    "moment, or talk to a person.",
}
_PERSON = {"zh": "联系人工客服", "en": "Talk to a person"}

FAILED = "failed"


def apologise(utterance: Utterance, contact_url: str, evidence: Mapping[str, str]) -> Reply:
    """An apology in the asker's language, with the way to a person where there is one.

    Args:
        contact_url: CONTACT_URL; "" when nobody can be reached.
        evidence: what went wrong, for staff.
    """
    language = detect_language(utterance.text) or utterance.language or "en"
    text = (_TEXT_WITH_PERSON if contact_url else _TEXT)[language]
    sources = (Source(_PERSON[language], contact_url),) if contact_url else ()
    return Reply(
        text=text,
        language=language,
        answered=False,
        topic="unavailable",
        confidence=0.0,
        sources=sources,
        outcome=FAILED,
        evidence=evidence,
    )
