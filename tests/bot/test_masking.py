"""Personal data and secrets are masked, look-alikes are not: single cases, and floors for the labelled messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import find, mask
from bot.privacy.finding import KINDS
from bot.privacy.folding import fold
from tests.bench.masking import LANGUAGES, load, score, touched

MESSAGES = load()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我的手机是13811925200，Intune 在范围内吗？", "我的手机是[phone]，Intune 在范围内吗？"),
        ("电话０１０－６２３４５６７８转8023", "电话[phone]转8023"),
        ("身份证11010519491231002X王小明", "身份证[id]王小明"),
        ("Write to jane@example.com or +44 20 7946 0958.", "Write to [email] or [phone]."),
        ("两个号：18600571727、13868157089", "两个号：[phone]、[phone]"),
        ("card 4258 1535 4930 6668, IBAN GB29NWBK60161331926819", "card [card], IBAN [iban]"),
        ("password: Tr0ub4dor&3", "password: [secret]"),
        ("postgres://faq:S3cret@db.example.com/faq", "postgres://[secret]@db.example.com/faq"),
    ],
)
def test_what_is_personal_gives_way_to_its_kind(text: str, kept: str) -> None:
    assert mask(text) == kept


def test_the_numbers_of_companies_and_standards_stay() -> None:
    text = "400-810-8888: ISO/IEC 20000-1:2011, 27001:2013, 2019-12-05, linkid=2077815, 10.0.19041.1237"

    assert mask(text) == text


def test_a_number_is_an_order_where_the_message_says_so() -> None:
    assert mask("订单号13812345678") == "订单号13812345678"
    assert mask("手机号13812345678") == "手机号[phone]"


def test_only_a_right_check_digit_makes_eighteen_digits_an_identity_card() -> None:
    assert mask("编号 110105194912310029") == "编号 110105194912310029"
    assert mask("编号 11010519491231002X") == "编号 [id]"


@pytest.mark.parametrize("message", ["", "[email]", 'password: "[secret]"', "[phone] 62345678", "[id][card]"])
def test_a_placeholder_is_nothing_to_mask(message: str) -> None:
    assert mask(message) == message


_PIECES = st.sampled_from(
    ["13811925200", "a@b.co", "电话", "password: ", "=", " ", "110101198704020899", "[phone]", "4258153549306668"]
    + ["，", '"', "+", "86", "-", "Ab1!", "token", "GB29NWBK60161331926819", "://", ":", "@", "(", ")", ".", "\n"]
)


@given(st.lists(_PIECES | st.text(max_size=4), max_size=12).map("".join))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)

    assert mask(once) == once
    assert find(once) == ()


@given(st.text())
def test_every_character_keeps_its_place_in_the_folded_form(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="abc xyz,.?!吗呢是的在范围内", max_size=60))
def test_words_are_never_touched(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("piece", "times"), [("1", 8000), ("1-", 4000), ("a", 8000), ("a@", 4000), ("password ", 880), ("86 ", 2600)]
)
def test_a_message_made_to_be_slow_is_masked_all_the_same(piece: str, times: int) -> None:
    """Each comes back; a pattern that tries every split of such a text would not within a test's time."""
    assert mask(piece * times)


def test_the_labelled_messages_have_every_kind_in_both_languages_and_enough_look_alikes() -> None:
    assert len(MESSAGES) >= 250
    assert len([message for message in MESSAGES if not message.pieces]) >= 100
    for language in LANGUAGES:
        own = [message for message in MESSAGES if message.language == language]
        assert all(score(own, kind).there >= 4 for kind in KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_labelled_messages_are_masked_as_well_as_docs_figures_says(language: str, kind: str) -> None:
    result = score([message for message in MESSAGES if message.language == language], kind)

    assert result.recall >= 0.95
    assert result.precision >= 0.93


def test_look_alikes_stay_as_they_are() -> None:
    assert [message.text for message in touched(MESSAGES)] == []
