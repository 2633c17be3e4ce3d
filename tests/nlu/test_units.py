"""How a message is cut into what is read on its own."""

from __future__ import annotations

import pytest

from bot.nlu.units import is_bare_question, is_story, sentences_of, uncut, without_opening
from index.library import open_library


def test_two_questions_are_two_sentences() -> None:
    said = sentences_of("Intune 在范围内吗？证书在哪下载？")
    assert [each.text for each in said] == ["Intune 在范围内吗?", "证书在哪下载?"]
    assert all(each.asks for each in said)


def test_background_is_told_from_the_question() -> None:
    said = sentences_of("Our auditor is here this week. Where is the certificate?")
    assert [each.asks for each in said] == [False, True]


def test_one_sentence_that_asks_two_things_has_clauses() -> None:
    (sentence,) = sentences_of("Can we reuse the certificate, and do you test every year?")
    assert sentence.clauses == ("Can we reuse the certificate", "do you test every year?")


def test_a_name_is_not_cut() -> None:
    text = "Is Enterprise Mobility & Security covered, and who says so?"
    (sentence,) = sentences_of(text)
    assert len(sentence.clauses) == 3
    (whole,) = uncut((sentence,), open_library().names.find(text))
    assert (whole.text, whole.clauses) == (text, ())


def test_a_later_sentence_is_also_read_without_its_opening() -> None:
    assert [each.bare for each in sentences_of("Is it tested? And the report?")] == ["", "the report"]
    assert [each.bare for each in sentences_of("And the report?")] == [""]


def test_a_version_number_does_not_end_a_sentence() -> None:
    (sentence,) = sentences_of("Does version 2.0 of the page exist")
    assert sentence.text == "Does version 2.0 of the page exist"


def test_of_a_story_the_start_and_the_end_are_kept() -> None:
    story = " ".join(f"This is line {number} of my story." for number in range(30)) + " Where is the report?"
    said = sentences_of(story)
    assert said[0].text == "This is line 0 of my story."
    assert said[-1].text == "Where is the report?"
    assert len(said) == 7


def test_a_chinese_story_is_one_at_half_the_length() -> None:
    assert is_story("我们公司在整理材料。" * 16) and not is_story("我们公司在整理材料。" * 14)
    assert is_story("We collect papers. " * 16) and not is_story("We collect papers. " * 14)


def test_a_long_sentence_has_a_tail_with_its_question() -> None:
    (sentence,) = sentences_of(
        "上周领导开会时说到这个事情，财务那边也在催，" + "材料整理了很久，" * 8 + "所以想问，证书在哪里下载？"
    )
    assert sentence.tail == "所以想问, 证书在哪里下载?"


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("and the certificate?", "the certificate"),
        ("那证书呢？", "证书"),
        ("what about Azure then?", "Azure"),
        ("the report", "the report"),
        ("呢？", ""),
    ],
)
def test_little_words_around_an_ellipsis_fall_away(typed: str, left: str) -> None:
    assert without_opening(typed) == left


@pytest.mark.parametrize(
    "text", ["One: SoA link.", "1) the certificate", "第二，年度评估", "- the report", "（2）适用性声明"]
)
def test_an_item_of_a_list_asks(text: str) -> None:
    assert sentences_of(text)[-1].asks


@pytest.mark.parametrize(
    "text",
    ["顺便给个背景信息", "另外来一份报告", "顺带附上证书", "报告也要", "Also the report.", "By the way, the SoA too"],
)
def test_what_is_wanted_beside_asks_without_a_question_mark(text: str) -> None:
    assert sentences_of(f"证书在哪？{text}")[-1].asks


@pytest.mark.parametrize("text", ["By the way, we are a bank.", "另外我们是一家银行。"])
def test_what_is_told_beside_does_not_ask(text: str) -> None:
    assert not sentences_of(f"Is Azure covered? {text}")[-1].asks


@pytest.mark.parametrize("text", ["when?", "And since when?", "why", "which year", "哪一年？", "那多久一次呢"])
def test_a_question_word_alone_is_bare(text: str) -> None:
    assert is_bare_question(text)


@pytest.mark.parametrize("text", ["when was it published?", "哪一年发布的？", "why Azure?", "the report", "谁审核的"])
def test_a_question_that_says_what_about_is_not(text: str) -> None:
    assert not is_bare_question(text)


def test_a_plus_joins_two_things() -> None:
    (sentence,) = sentences_of("certificate + statement of applicability")
    assert sentence.clauses == ("certificate", "statement of applicability")


def test_items_on_one_line_are_sentences() -> None:
    said = sentences_of("1）证书链接 2）每年评估吗 3）Graph 在内吗")
    assert [each.text for each in said] == ["1)证书链接", "2)每年评估吗", "3)Graph 在内吗"]
