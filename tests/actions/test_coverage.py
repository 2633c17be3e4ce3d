"""Whether a service is covered: a look-up with a sentence for every way a service can stand on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

ACTION, SERVICE = "action_answer_coverage", "coverage_service/service"


def answer(run: Callable[..., Any], text: str, **slots: Any) -> str:
    messages, _ = asyncio.run(run(ACTION, text, [SERVICE], **slots))
    return messages[0]["text"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Is Intune covered?", "Yes, Intune is on the page's list", id="listed"),
        pytest.param("Intune and Power BI?", "Yes, Intune and Power BI are on the page's list", id="two listed"),
        pytest.param("Is Power Automate covered?", "as Microsoft Flow", id="renamed"),
        pytest.param("Is Azure SQL Database covered?", "lists Azure as a whole", id="part of a listed one"),
        pytest.param("Is Power BI Embedded covered?", "Power BI Embedded is not listed on this page", id="near"),
        pytest.param(
            "anything from Power Platform?", "has Microsoft PowerApps, Microsoft Flow and Power BI", id="suite"
        ),
        pytest.param("Is Microsoft Teams covered?", "Microsoft Teams is not listed on this page", id="not listed"),
    ],
)
def test_every_standing_has_its_sentence(run: Callable[..., Any], text: str, said: str) -> None:
    assert said in answer(run, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "Intune 在范围内吗？", "是的，Intune 已列入 ISO/IEC 20000-1:2011 页面的范围内服务列表。", id="listed"
        ),
        pytest.param("Power Automate 呢", "写作“Microsoft Flow”", id="renamed"),
        pytest.param("Teams 在范围内吗", "Microsoft Teams 未列在本页面", id="not listed"),
        pytest.param("世纪互联的 O365 算吗", "由世纪互联运营的 Office 365", id="operated by another"),
    ],
)
def test_the_same_in_chinese(run: Callable[..., Any], text: str, said: str) -> None:
    assert said in answer(run, text, said_in="zh")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Is Lync covered?", "Skype for Business (Lync) is not listed", id="another name"),
        pytest.param("is office 365 e3 covered", "Office 365 E3 is not listed", id="an edition"),
        pytest.param("is sharepiont covered", "SharePoint Online is not listed", id="a slip of the keyboard"),
        pytest.param("Is MCAS covered?", "Yes, Cloud App Security is on", id="listed"),
    ],
)
def test_what_is_not_listed_is_called_as_the_asker_calls_it(run: Callable[..., Any], text: str, said: str) -> None:
    assert said in answer(run, text)


def test_another_name_stands_in_full_width_brackets_in_chinese(run: Callable[..., Any]) -> None:
    assert "Exchange Online（EXO）未列在" in answer(run, "EXO 在范围内吗", said_in="zh")


def test_the_21vianet_one_may_be_the_service_before_run_by_21vianet(run: Callable[..., Any]) -> None:
    said = answer(run, "那世纪互联的呢", services=["azure"], said_in="zh")
    assert "由世纪互联运营的 Office 365 已列入" in said
    assert "没有列出由世纪互联运营的 Azure" in said


def test_what_was_named_is_remembered_where_it_was_not_asked_about(run: Callable[..., Any]) -> None:
    _, slots = asyncio.run(run("action_refuse", "How do I set up Intune?", ["out_of_scope/product_howto"]))
    assert slots["services"] == ["intune"] and "topic" not in slots


def test_listed_and_unlisted_services_in_one_question(run: Callable[..., Any]) -> None:
    said = answer(run, "Which of these are covered: Intune, Dynamics 365, Power BI, Exchange Online?")
    assert "Yes, Intune and Power BI are on the page's list" in said
    assert "Dynamics 365 and Exchange Online are not listed on this page" in said


def test_not_listed_never_becomes_not_certified(run: Callable[..., Any]) -> None:
    said = answer(run, "Is Dynamics 365 covered?").lower()
    assert "not certified" not in said
    assert "certificate" in said


def test_the_date_of_the_page_and_the_certificate_are_cited(run: Callable[..., Any]) -> None:
    messages, _ = asyncio.run(run(ACTION, "Is Azure covered?", [SERVICE]))
    assert "2019-12-05" in messages[0]["text"]
    custom = messages[0]["custom"]
    assert custom["as_of"] == "2019-12-05"
    assert [source["url"] for source in custom["sources"]] == [
        "https://aka.ms/AzureCompliance",
        "https://go.microsoft.com/fwlink/p/?linkid=2077815",
    ]


def test_the_conversation_remembers_what_was_asked_about(run: Callable[..., Any]) -> None:
    _, slots = asyncio.run(run(ACTION, "Is Intune covered?", [SERVICE]))
    assert slots == {"language": "en", "topic": SERVICE, "services": ["intune"]}


def test_it_without_a_name_is_the_service_spoken_of(run: Callable[..., Any]) -> None:
    assert "Power BI is on the page's list" in answer(run, "is it covered?", services=["power_bi"])


def test_nothing_named_and_nothing_spoken_of_gets_the_list(run: Callable[..., Any]) -> None:
    said = answer(run, "is it covered?")
    assert "Genomics" in said and "21Vianet" in said


def test_only_asking_about_one_service_is_not_asking_whether_it_is_the_only_one(run: Callable[..., Any]) -> None:
    for text in (
        "I only want to know whether Azure is covered",
        "Just Azure please. Is it on there?",
        "Azure is the only tool we use, is it in scope?",
        "The only service that we use is Azure. Is it covered?",
    ):
        assert answer(run, text).startswith("Yes, Azure is on")


@pytest.mark.parametrize(
    "text",
    [
        "only Azure is certified, right?",
        "Is Azure the only service in scope?",
        "只有 Azure 有认证吗",
        "就 Azure 一家在范围里？",
    ],
)
def test_whether_one_service_is_the_only_one_is_answered_with_the_list(run: Callable[..., Any], text: str) -> None:
    assert "Genomics" in answer(run, text)
