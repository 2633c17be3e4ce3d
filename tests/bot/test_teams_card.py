"""A reply as an Adaptive Card."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.protocol import Reply, Source
from bot.channels.teams_card import LARGEST_MESSAGE, CardLinks, card_message, plain_message
from tests.bot.teams_requests import card_of, check_card, links, words

LINKS = CardLinks("https://faq.example.com/teams/up", "https://faq.example.com/teams/down", "https://x.example/p")


def reply(text: str = "Yes.", language: str = "en", **fields: Any) -> Reply:
    return Reply(text, language, True, "resources", 1.0, **fields)


def card(shown: Reply, sources: tuple[Source, ...] = (), under: CardLinks = LINKS) -> dict[str, Any]:
    return card_of(card_message(shown, sources, under))


def test_the_schema_would_notice() -> None:
    """So that the checks below mean something."""
    good = card(reply())
    for change in ({"version": 1.5}, {"colour": "red"}, {"body": [{"type": "TextBlock"}]}, {"actions": [{"url": "x"}]}):
        with pytest.raises(jsonschema.ValidationError):
            check_card({**good, **change})


def test_text_is_shown_as_text() -> None:
    shown = card(reply("See [this](https://evil.example) *now*\n\n# one_two\n2017. was `then`"))

    assert words(shown).splitlines() == [
        r"See \[this\](https://evil.example) \*now\*",
        r"\# one\_two",
        r"2017\. was \`then\`",
    ]


def test_a_list_is_one_block() -> None:
    shown = card(reply("Covered:\n- Azure\n- Power_BI\nAnd more."))

    assert [block["text"] for block in shown["body"]] == ["Covered:", "- Azure\r- Power\\_BI", "And more."]
    assert all(block["wrap"] for block in shown["body"])


def test_sources_are_buttons_no_more_than_teams_shows() -> None:
    sources = tuple(Source(f"Source {number}", f"https://example.com/{number}") for number in range(9))
    shown = card(reply(as_of="2019-12-05"), sources)

    assert list(links(shown))[:7] == [*(f"Source {number}" for number in range(6)), "👍 Helpful"]
    assert "Source 8: https://example.com/8" in shown["fallbackText"]


def test_a_button_without_an_address_is_left_out() -> None:
    assert list(links(card(reply(), (), CardLinks(None, None, "https://x.example/p")))) == ["Ask a person"]


def test_suggestions_are_words_since_a_webhook_cannot_take_a_click() -> None:
    shown = card(reply("可以。", "zh", suggestions=("证书呢？", "有多少项服务？")))

    heading, listed = shown["body"][-1]["items"]
    assert (heading["text"], listed["text"]) == ("你还可以问", "- 证书呢？\r- 有多少项服务？")


def test_the_fallback_says_all_of_it() -> None:
    source = Source("证书", "https://example.com/证书")
    shown = card(reply("可以。", "zh", as_of="2019-12-05"), (source,))

    assert shown["fallbackText"] == "可以。\n来源页面日期：2019-12-05\n证书: https://example.com/证书"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("长" * 100_000, id="one-line"),
        pytest.param("*" * 100_000, id="all-escaped"),
        pytest.param("- x\n" * 30_000, id="one-list"),
        pytest.param("a\n" * 50_000, id="many-lines"),
    ],
)
def test_whatever_the_length_the_message_is_one_that_teams_takes(text: str) -> None:
    message = card_message(reply(text), (), LINKS)

    assert size(message) < LARGEST_MESSAGE
    assert "This answer is too long to show" in json.dumps(message)


def test_sources_beyond_all_measure_leave_the_words() -> None:
    sources = tuple(Source("x", "https://example.com/" + "y" * 20_000) for _ in range(6))

    assert card_message(reply("Yes."), sources, LINKS) == plain_message("Yes.")


@given(
    text=st.text(max_size=300),
    language=st.sampled_from(["zh", "en"]),
    titles=st.lists(st.text(max_size=40), max_size=8),
    suggestions=st.lists(st.text(max_size=60), max_size=3),
)
def test_any_reply_makes_a_card_of_the_published_schema(
    text: str, language: str, titles: list[str], suggestions: list[str]
) -> None:
    sources = tuple(Source(title, "https://example.com/") for title in titles)
    message = card_message(reply(text, language, suggestions=tuple(suggestions)), sources, LINKS)

    card_of(message)
    assert size(message) < LARGEST_MESSAGE


def size(message: dict[str, Any]) -> int:
    return len(json.dumps(message, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
