"""The question inside a Teams message."""

from __future__ import annotations

import time

import pytest

from bot.channels.teams_activity import read_activity
from bot.channels.teams_text import question_of

EMOJI = (
    '<at><img alt="🍺" itemid="beer" itemscope="" itemtype="http://schema.skype.com/Emoji" '
    'src="https://statics.teams.microsoft.com/beer.png" style="width:20px; height:20px"></at>'
)
BOT = {"type": "mention", "mentioned": {"id": "28:bot", "name": "FAQ"}, "text": "<at>FAQ</at>"}
BOB = {"type": "mention", "mentioned": {"id": "29:bob", "name": "Bob"}, "text": "<at>Bob</at>"}


def asked(text: str, **fields: object) -> str:
    """What a message with that text asks."""
    return question_of(read_activity({"text": text, **fields}, b""))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("<at>FAQ</at> Is Intune covered?", "Is Intune covered?"),
        ("<at>FAQ</at>&nbsp;Is Intune covered?\r\n", "Is Intune covered?"),
        ("  \n<at id=\"0\">合规 问答</at>Intune 包括吗？", "Intune 包括吗？"),
        ('<at><img src="x">FAQ</at> hello', "hello"),
        ('<at><img alt="logo"></at> hello', "hello"),
        ("&nbsp;<AT>FAQ</AT>&#160;hello", "hello"),
        ("<at>FAQ</at> does <at>Bob Li</at> know?", "does Bob Li know?"),
        ("<at>FAQ</at> <at>Bob</at> asks: Teams?", "Bob asks: Teams?"),
        ("<at>FAQ</at>&nbsp;<at>FAQ</at> hello <at>FAQ</at>", "hello"),
        ("Is it R&amp;D &lt;b&gt;?", "Is it R&D <b>?"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;at&gt;FAQ&lt;/at&gt; hi", "<at>FAQ</at> hi"),
        ("a&nbsp;b\xa0c", "a b c"),
        ("one\r\ntwo", "one\ntwo"),
        ("Is Intune covered?", "Is Intune covered?"),
        (f"<at>FAQ</at>&nbsp;Intune {EMOJI}&nbsp;\n", "Intune 🍺"),
        (f"{EMOJI} <at>FAQ</at> Intune", "🍺 FAQ Intune"),
        ("<at>FAQ</at> <at>broken", "broken"),
        ("<at>FAQ</at>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_question_is_what_the_person_typed(text: str, question: str) -> None:
    assert asked(text) == question


@pytest.mark.parametrize("recipient", [None, "null", {"id": "null", "name": "null"}, {"id": "28:bot"}])
@pytest.mark.parametrize("entities", [[], [BOT, BOB], [{**BOT, "text": "<at>Another name</at>"}, BOB]])
def test_the_first_mention_is_the_bots_whatever_its_entity_says(recipient: object, entities: list[object]) -> None:
    text = "<at>FAQ</at> what did <at>Bob</at> say of Intune?"

    assert asked(text, recipient=recipient, entities=entities) == "what did Bob say of Intune?"


def test_a_bot_with_a_name_is_found_wherever_it_is_mentioned() -> None:
    text = "<at>Bob</at> asks <at>FAQ</at> about Intune <at>FAQ</at>"

    assert asked(text, recipient={"id": "28:bot"}, entities=[BOT, BOB]) == "Bob asks   about Intune"


def test_of_a_text_that_is_too_long_beginning_and_end_are_kept() -> None:
    question = asked("<at>FAQ</at> " + "first " + "x" * 20_000 + " last?")

    assert len(question) <= 8000
    assert question.startswith("first x") and question.endswith("x last?") and "…" in question


@pytest.mark.parametrize("piece", ["<at>", "<at ", "<img ", "&nbsp;", "\xa0", "<at>x</at", "<at><img "])
def test_no_text_takes_long_to_read(piece: str) -> None:
    start = time.process_time()
    asked(piece * (200_000 // len(piece)))

    assert time.process_time() - start < 2
