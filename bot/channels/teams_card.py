"""A reply as Teams shows it: an Adaptive Card whose only actions open links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.assistant.protocol import Reply, Source

_MOST_LINKS = 6  # Teams shows no more actions than that
_MARKDOWN = re.compile(r"([\\`*_\[\]])")
_DATED = {"zh": "来源页面日期：{date}", "en": "Source page dated {date}"}


def card_message(reply: Reply, sources: Sequence[Source]) -> dict[str, Any]:
    """The activity that answers an outgoing webhook.

    Args:
        sources: the reply's sources with absolute addresses.
    """
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": reply.language,
        "fallbackText": plain_text(reply, sources),
        "body": [*_paragraphs(reply.text), *_date(reply)],
        "actions": [_open(source) for source in sources[:_MOST_LINKS]],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}],
    }


def plain_message(text: str) -> dict[str, Any]:
    """An activity of words alone."""
    return {"type": "message", "text": text}


def plain_text(reply: Reply, sources: Sequence[Source]) -> str:
    """The whole reply without a card, for clients that cannot draw one."""
    dated = [_DATED[reply.language].format(date=reply.as_of)] if reply.as_of else []
    return "\n".join([reply.text, *dated, *(f"{source.title}: {source.url}" for source in sources)])


def _paragraphs(text: str) -> list[dict[str, Any]]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [{"type": "TextBlock", "text": _MARKDOWN.sub(r"\\\1", line), "wrap": True} for line in lines]


def _date(reply: Reply) -> list[dict[str, Any]]:
    if not reply.as_of:
        return []
    text = _DATED[reply.language].format(date=reply.as_of)
    return [{"type": "TextBlock", "text": text, "isSubtle": True, "size": "Small", "wrap": True}]


def _open(source: Source) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": source.title, "url": source.url}
