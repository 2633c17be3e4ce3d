"""`python -m bot explain`: why a question gets its answer, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.assistant.factory import make_assistant
from bot.assistant.protocol import Assistant, Reply, Utterance
from bot.evaluation.quiet import quiet
from bot.evaluation.table import table
from bot.settings import Settings
from bot.terminal import reply_lines

_CONVERSATION = "explanation"
_INDENT = "  "


def explain(
    settings: Settings,
    text: str,
    context: Sequence[str] = (),
    language: str | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Ask the assistant that the settings name, and report what its answer rests on.

    Args:
        settings: name the assistant.
        text: the question.
        context: earlier turns of the same conversation, oldest first.
        language: "zh" or "en", where the question does not tell.
        report: gets each line.

    Raises:
        AssistantUnavailable: there is no assistant, or it does not answer.
    """
    with quiet():
        assistant = make_assistant(settings)
        try:
            reply = ask(assistant, (*context, text), language, settings.answer_timeout)
        finally:
            assistant.close()
    for line in (*explanation(reply), "", "answer", *reply_lines(reply, settings)):
        report(line)


def ask(assistant: Assistant, texts: Sequence[str], language: str | None, timeout: float) -> Reply:
    """The reply to the last of `texts`, all of one conversation."""
    replies: list[Reply] = []
    for text in texts:
        memory = replies[-1].memory if replies else None
        utterance = Utterance(text, _CONVERSATION, channel="cli", language=language, memory=memory)
        replies.append(assistant.respond(utterance, timeout))
    return replies[-1]


def explanation(reply: Reply) -> list[str]:
    """What the reply is and everything in its evidence, one block of lines a member."""
    lines = block("reply", _facts(reply))
    for name, value in reply.evidence.items():
        lines += ["", *block(name, value)]
    return lines


def block(name: str, value: Any) -> list[str]:
    """A heading and what stands under it; a single value stands beside it."""
    if isinstance(value, Mapping) and value:
        return [name, *_indented(_members(value))]
    if _is_list(value) and value and all(isinstance(each, Mapping) for each in value):
        return [name, *_indented(_rows(value))]
    return [f"{name}: {_plain(value)}"]


def _facts(reply: Reply) -> dict[str, Any]:
    return {
        "language": reply.language,
        "topic": reply.topic,
        "outcome": reply.outcome,
        "answered": "yes" if reply.answered else "no",
        "confidence": reply.confidence,
    }


def _members(value: Mapping[str, Any]) -> list[str]:
    """A table of names and values, then a block for every member that has parts of its own."""
    simple = {name: each for name, each in value.items() if not _has_parts(each)}
    lines = table([(name, _plain(each)) for name, each in simple.items()]) if simple else []
    for name, each in value.items():
        if name not in simple:
            lines += block(name, each)
    return lines


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A table with a column for every name that occurs."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return table([[_cell(row.get(name, "")) for name in names] for row in rows], names)


def _has_parts(value: Any) -> bool:
    return isinstance(value, Mapping) or (_is_list(value) and any(isinstance(each, Mapping) for each in value))


def _cell(value: Any) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if number else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    if _is_list(value):
        return ", ".join(map(_plain, value)) or "none"
    if value is None or value == {}:
        return "none"
    return str(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _indented(lines: Sequence[str]) -> list[str]:
    return [_INDENT + line for line in lines]
