"""Slips mended with the words that the knowledge uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.spelling import Speller

KNOWN = (
    "where is the certificate",
    "download the assessment report",
    "which services are covered by the certification",
    "is the datacenter tested annually",
    "证书在哪里下载",
    "证书在哪下载",
    "评估报告在哪里",
    "评估报告每年都有吗",
    "微软有没有做年度测试",
    "年度测试包括数据中心吗",
    "范围内有哪些服务",
    "服务在范围内吗",
    "能复用吗",
    "可以复用",
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(KNOWN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("download the assesment repport", "download the assessment report", id="letters"),
        pytest.param("wich servises are covred", "which services are covered", id="several"),
        pytest.param("微软有没有做年度侧试", "微软有没有做年度测试", id="homophone"),
        pytest.param("评估抱告在哪里", "评估报告在哪里", id="another homophone"),
        pytest.param("平估报稿", "评估报告", id="most of the characters"),
        pytest.param("zheng shu zai na xia zai", "证书在哪下载", id="pinyin"),
        pytest.param("zhengshu zai na xiazai", "证书在哪下载", id="pinyin in one piece"),
        pytest.param("intune zai fan wei nei ma", "intune 在范围内吗", id="pinyin beside a name"),
    ],
)
def test_a_slip_is_mended(speller: Speller, typed: str, meant: str) -> None:
    assert speller.mend(typed) == meant


def test_a_rare_word_gives_way_only_to_one_that_the_knowledge_uses_often() -> None:
    typed, meant = "正书的下载地址", "证书的下载地址"

    assert Speller.of(["证书", "证书"]).mend(typed) == typed
    assert Speller.of(["证书"] * 200).mend(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "what is the weather in redmond",
        "he can sing",
        "by the way, what's the weather like in hong kong?",
        "can we have lunch nowhere",
        "xbox 云游戏包含在内吗",
        "今天下雨",
        "给政府用的",
        "asdkjh qwlekj",
        "",
        *KNOWN,
    ],
)
def test_what_is_meant_is_left_alone(speller: Speller, typed: str) -> None:
    assert speller.mend(typed) == typed


def test_what_is_saved_mends_the_same(speller: Speller, tmp_path: Path) -> None:
    speller.save(tmp_path)
    assert Speller.load(tmp_path).mend("评估抱告 assesment") == speller.mend("评估抱告 assesment")
