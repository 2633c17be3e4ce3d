"""Forms, scripts, clauses and languages."""

from __future__ import annotations

import pytest
from opencc import OpenCC

from index.text import clauses, detect_language, normalise, simplify, tidy


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("Ｉｎｔｕｎｅ　在範圍內嗎？", "intune 在范围内吗?", id="full width and traditional"),
        pytest.param("WHERE  is\tit", "where is it", id="capitals and spaces"),
        pytest.param("don’t “quote”", 'don\'t "quote"', id="curly quotes"),
        pytest.param("cer\u200btificate\x07", "certificate", id="invisible characters"),
    ],
)
def test_normalise(typed: str, read: str) -> None:
    assert normalise(typed) == read


def test_tidy_keeps_case_and_script() -> None:
    assert tidy("Intune　範圍") == "Intune 範圍"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Is Intune covered?", "en"),
        ("Intune 在范围内吗", "zh"),
        ("Teams cover 了吗？", "zh"),
        ("GCP 有 ISO 20000 cert 吗", "zh"),
        ("What is 世纪互联?", "en"),
        ("證書", "zh"),
        ("ok", "en"),
        ("😂😂", None),
        ("365 ?!", None),
    ],
)
def test_detect_language(text: str, language: str | None) -> None:
    assert detect_language(text) == language


def test_clauses_of_both_languages() -> None:
    assert clauses("is it tested, and may we reuse it") == ("is it tested", "may we reuse it")
    assert clauses("is Intune also tested") == ("is Intune also tested",)
    assert clauses("证书在哪，另外每年测试吗") == ("证书在哪", "每年测试吗")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("whats abt the yrly audit", "what's about the yearly audit"),
        ("can u send ur cert", "can you send your cert"),
        ("I.T. dept, u.s. office", "i.t. dept, u.s. office"),
        ("證書喺邊度", "证书在哪里"),
        ("係咪有冇包？", "是不是有没有包?"),
        ("SoA 同埋證書", "soa 和证书"),
        ("Teams 呢个人版在范围内吗", "teams 呢个人版在范围内吗"),
        ("系统在哪里", "系统在哪里"),
        ("IDC 有人查吗", "数据中心 有人查吗"),
        ("a report by IDC", "a report by idc"),
    ],
)
def test_short_forms_and_cantonese_are_read_as_standard_language(typed: str, read: str) -> None:
    assert normalise(typed) == read


def test_characters_are_simplified_as_the_converter_does_though_it_is_rarely_asked() -> None:
    converter = OpenCC("t2s")
    words = [word for *_, table in converter.dict_cache.values() for word in table]
    texts = [*words, "回覆一目瞭然，乾坤與乾淨", "這張證書的評估報告", "证书在哪", "Is Intune covered?", ""]

    assert [simplify(text) for text in texts] == [converter.convert(text) for text in texts]
