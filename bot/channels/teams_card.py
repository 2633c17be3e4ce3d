"""A reply as Teams shows it: an Adaptive Card whose actions open links, since a webhook's card can do nothing else."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from bot.assistant.protocol import Reply, Source
from bot.channels.teams_words import CARD

LARGEST_MESSAGE = 80_000  # bytes in UTF-16, as Teams counts; it promises to deliver what stays below

_MOST_LINKS = 6  # Teams shows no more actions than that in a row
_LONGEST_TEXTS = (30_000, 10_000, 3_000)
_LONGEST_SUMMARY = 150
# What a TextBlock would take for Markdown; "- " begins a list here as it does in a Reply.
_MARKDOWN = re.compile(r"([\\`*_\[\]~])")
_MARKDOWN_START = re.compile(r"^(\d*)([#>+.)])")
_BULLET = "- "


@dataclasses.dataclass(frozen=True)
class CardLinks:
    """Addresses of our pages about one answer; None leaves the button out."""

    up: str | None
    down: str | None
    person: str | None


def card_message(reply: Reply, sources: Sequence[Source], links: CardLinks) -> dict[str, Any]:
    """The activity that shows a reply, never larger than Teams takes.

    Args:
        sources: the reply's sources with absolute addresses.
    """
    for longest in _LONGEST_TEXTS:
        message = _message(_shortened(reply, longest), sources, links)
        if _size(message) < LARGEST_MESSAGE:
            return message
    return plain_message(_shortened(reply, _LONGEST_TEXTS[-1]).text)


def plain_message(text: str) -> dict[str, Any]:
    """An activity of words alone."""
    return {"type": "message", "textFormat": "plain", "text": text}


def plain_text(reply: Reply, sources: Sequence[Source]) -> str:
    """The whole reply without a card, for clients that cannot draw one."""
    words = CARD[reply.language]
    dated = [words["dated"].format(date=reply.as_of)] if reply.as_of else []
    return "\n".join([reply.text, *dated, *(f"{source.title}: {source.url}" for source in sources)])


def _message(reply: Reply, sources: Sequence[Source], links: CardLinks) -> dict[str, Any]:
    words = CARD[reply.language]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": reply.language,
        "fallbackText": plain_text(reply, sources),
        "body": [
            *_paragraphs(reply.text),
            *_facts(reply, words),
            *_sources(sources[:_MOST_LINKS]),
            *_suggestions(reply, words),
        ],
        "actions": list(_actions(links, words)),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    summary = reply.text.partition("\n")[0][:_LONGEST_SUMMARY]
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def _paragraphs(text: str) -> Iterator[dict[str, Any]]:
    """A block for each line, and one for each list."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for listed, group in groupby(lines, lambda line: line.startswith(_BULLET)):
        if listed:
            items = (_BULLET + _plain(line.removeprefix(_BULLET)) for line in group)
            yield _block("\r".join(items))  # a carriage return is what separates items in every client
        else:
            yield from (_block(_plain(line)) for line in group)


def _facts(reply: Reply, words: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    if reply.as_of:
        yield {"type": "FactSet", "facts": [{"title": words["as_of"], "value": reply.as_of}]}


def _sources(sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    if sources:
        yield {"type": "ActionSet", "actions": [_open(source.title, source.url) for source in sources]}


def _suggestions(reply: Reply, words: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    if reply.suggestions:
        listed = "\r".join(_BULLET + _plain(question) for question in reply.suggestions)
        heading = _block(words["also"], isSubtle=True, size="Small")
        items = _block(listed, isSubtle=True, size="Small", spacing="Small")
        yield {"type": "Container", "separator": True, "spacing": "Medium", "items": [heading, items]}


def _actions(links: CardLinks, words: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, url in dataclasses.asdict(links).items():
        if url:
            yield _open(words[name], url)


def _open(title: str, url: str) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def _block(text: str, **looks: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **looks}


def _plain(line: str) -> str:
    """Text that a TextBlock shows as it is."""
    return _MARKDOWN_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", line))


def _shortened(reply: Reply, longest: int) -> Reply:
    if len(reply.text) <= longest:
        return reply
    text = reply.text[:longest].rstrip() + "…\n" + CARD[reply.language]["cut"]
    return dataclasses.replace(reply, text=text, suggestions=())


def _size(message: Mapping[str, Any]) -> int:
    return len(json.dumps(message, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
