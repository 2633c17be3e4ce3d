"""Entries, several questions at once, follow-ups, refusals, small talk and the way to a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from index.library import ROOT

Run = Callable[..., Any]


def test_an_entry_is_said_in_the_language_asked(run: Run) -> None:
    messages, _ = asyncio.run(
        run("action_answer_certification_reuse", "能复用吗", ["certification_reuse/can_reuse"], said_in="zh")
    )
    assert "评估方" in messages[0]["text"]
    assert messages[0]["custom"]["language"] == "zh"


def test_two_labels_are_answered_as_one_with_one_date(run: Run) -> None:
    labels = ["certification_reuse/can_reuse", "annual_testing/tested"]
    messages, _ = asyncio.run(run("action_answer_certification_reuse", "reuse? tested?", labels))
    (message,) = messages
    assert "assessor" in message["text"] and "datacenter" in message["text"]
    assert message["text"].count("2019-12-05") == 1


def test_a_part_that_the_page_does_not_answer_is_said_to_be_missing(run: Run) -> None:
    labels = ["annual_testing/tested", "out_of_scope/price"]
    messages, _ = asyncio.run(run("action_answer_annual_testing", "tested? price?", labels))
    assert [message["response"] for message in messages] == [None, "utter_partly_en"]


def test_another_vendor_that_is_not_listed_is_no_other_part(run: Run) -> None:
    labels = ["coverage_service/service", "out_of_scope/other_vendor"]
    messages, _ = asyncio.run(run("action_answer_coverage", "Is Intune covered, and AWS?", labels))
    assert [message["response"] for message in messages] == [None]
    assert "AWS is not listed" in messages[0]["text"]


def test_documents_of_an_unlisted_service_come_with_a_word_about_it(run: Run) -> None:
    messages, _ = asyncio.run(
        run("action_answer_audit_reports", "certificate for Dynamics 365", ["audit_reports/certificate"])
    )
    assert messages[0]["text"].startswith("Dynamics 365 is not listed on this page")


@pytest.mark.parametrize("service", ["Dynamics 365", "Office 365 DoD", "Power BI GCC"])
def test_so_does_reuse_on_an_unlisted_service_or_edition(run: Run, service: str) -> None:
    text = f"We run {service}. Can we reuse it?"
    messages, _ = asyncio.run(run("action_answer_certification_reuse", text, ["certification_reuse/can_reuse"]))
    coverage, reuse, _ = messages[0]["text"].split("\n\n")
    assert "is not listed on this page" in coverage and "assessor" in reuse


@pytest.mark.parametrize(
    ("action", "text", "label"),
    [
        ("action_answer_annual_testing", "Is Dynamics 365 tested every year?", "annual_testing/tested"),
        ("action_answer_faq", "Who audited Dynamics 365?", "provider_and_standard/examiner"),
    ],
)
def test_so_does_how_an_unlisted_service_was_assessed(run: Run, action: str, text: str, label: str) -> None:
    messages, _ = asyncio.run(run(action, text, [label]))
    assert messages[0]["text"].startswith("Dynamics 365 is not listed on this page")


def test_reuse_on_another_vendors_cloud_comes_with_a_word_about_that(run: Run) -> None:
    text = "We're on AWS. Can we reuse the Microsoft certificate?"
    messages, _ = asyncio.run(run("action_answer_certification_reuse", text, ["certification_reuse/can_reuse"]))
    assert messages[0]["text"].startswith("AWS is not listed on this page")


def test_reuse_on_a_listed_service_needs_no_word_about_it(run: Run) -> None:
    text = "We run Azure. Can we reuse it?"
    messages, _ = asyncio.run(run("action_answer_certification_reuse", text, ["certification_reuse/can_reuse"]))
    assert "page's list" not in messages[0]["text"]


@pytest.mark.parametrize(
    ("text", "slots", "topic"),
    [
        pytest.param("and Intune?", {"topic": "coverage_service/service"}, "coverage_service", id="another service"),
        pytest.param("and Intune?", {}, "coverage_service", id="a service and no topic"),
        pytest.param("and for Intune?", {"topic": "audit_reports/certificate"}, "audit_reports", id="its documents"),
    ],
)
def test_an_ellipsis_takes_its_topic_from_the_conversation(run: Run, text: str, slots: Any, topic: str) -> None:
    messages, _ = asyncio.run(run("action_follow_up", text, ["follow_up/ellipsis"], **slots))
    assert messages[0]["custom"]["topic"] == topic


@pytest.mark.parametrize(
    ("text", "said_in", "said"),
    [
        pytest.param("and the government one?", "en", "Azure Government", id="english"),
        pytest.param("And its government edition?", "en", "Azure Government", id="whatever it was taken for"),
        pytest.param("那政府版的呢", "zh", "Azure 政府", id="chinese"),
        pytest.param("政府版也有吗", "zh", "Azure 政府", id="whether there is one"),
        pytest.param("does the government edition have it too?", "en", "Azure Government", id="whether it has it"),
        pytest.param("what about the one in China", "en", "operated by 21Vianet", id="run by somebody else"),
        pytest.param("and the SQL database?", "en", "Azure SQL Database", id="a part"),
        pytest.param("what about its DevOps version", "en", "Azure DevOps", id="an edition"),
    ],
)
def test_what_is_added_to_the_service_before_makes_it_another(run: Run, text: str, said_in: str, said: str) -> None:
    slots = {"topic": "coverage_service/service", "services": ["azure"], "said_in": said_in}
    for action, label in (("action_follow_up", "follow_up/ellipsis"), ("action_answer_faq", "standard/version")):
        messages, _ = asyncio.run(run(action, text, [label], **slots))
        assert said in messages[0]["text"]


@pytest.mark.parametrize("text", ["and the certificate?", "what about the government of Norway", "which version?"])
def test_other_words_leave_the_service_as_it_is(run: Run, text: str) -> None:
    messages, _ = asyncio.run(
        run("action_follow_up", text, ["follow_up/ellipsis"], topic="coverage_service/service", services=["azure"])
    )
    assert "Azure Government is" not in messages[0]["text"]


def test_of_two_likely_labels_the_one_of_the_topic_before_is_meant(run: Run) -> None:
    rivals = [("provider_and_standard/why", 0.41), ("standard/benefit", 0.39)]
    asked = {"said_in": "zh", "candidates": rivals}
    labels = ["provider_and_standard/why"]
    messages, _ = asyncio.run(run("action_answer_faq", "对客户有啥好处", labels, topic="standard/what", **asked))
    assert messages[0]["custom"]["label"] == "standard/benefit"
    messages, _ = asyncio.run(run("action_answer_faq", "对客户有啥好处", labels, **asked))
    assert messages[0]["custom"]["label"] == "provider_and_standard/why"


def test_a_question_word_without_a_conversation_is_answered_by_what_it_likely_means(run: Run) -> None:
    likely = [("follow_up/ellipsis", 0.1), ("annual_testing/frequency", 0.8)]
    messages, _ = asyncio.run(run("action_follow_up", "how often?", ["follow_up/ellipsis"], candidates=likely))
    assert messages[0]["custom"]["label"] == "annual_testing/frequency"


@pytest.mark.parametrize(("text", "begins"), [("in Chinese, please", "是的，"), ("用英文再说一遍", "Yes, ")])
def test_the_last_answer_is_said_again_in_the_language_wished_for(run: Run, text: str, begins: str) -> None:
    slots = {"topic": "coverage_service/service", "services": ["intune"]}
    messages, _ = asyncio.run(run("action_small_talk", text, ["bot_challenge/capabilities"], **slots))
    assert messages[0]["text"].startswith(begins) and "Intune" in messages[0]["text"]


@pytest.mark.parametrize("text", ["and where do I get it?", "can you send it", "在哪里可以拿到", "链接再发我一次"])
def test_where_it_is_asks_again_for_the_document_just_named(run: Run, text: str) -> None:
    slots = {"topic": "audit_reports/certificate"}
    messages, _ = asyncio.run(run("action_follow_up", text, ["follow_up/ellipsis"], **slots))
    assert messages[0]["custom"]["label"] == "audit_reports/certificate"


def test_another_standard_is_refused_by_name(run: Run) -> None:
    messages, _ = asyncio.run(run("action_refuse", "is it GDPR compliant?", ["out_of_scope/other_standard"]))
    (message,) = messages
    assert message["response"] == "utter_refuse_other_standard_en"
    assert "GDPR" in message["names"]
    assert message["custom"]["answered"] is False
    assert 2 <= len(message["custom"]["suggestions"]) <= 3


def test_another_vendor_is_refused_by_name(run: Run) -> None:
    messages, _ = asyncio.run(run("action_refuse", "AWS 有认证吗", ["out_of_scope/other_vendor"], said_in="zh"))
    assert messages[0]["response"] == "utter_refuse_other_vendor_zh"
    assert messages[0]["names"] == " AWS "


def test_a_product_of_another_vendor_is_refused_by_the_name_that_was_typed(run: Run) -> None:
    messages, _ = asyncio.run(run("action_refuse", "Is Photoshop certified?", ["out_of_scope/other_vendor"]))
    assert messages[0]["names"] == "Adobe Creative Cloud (Photoshop)"


def test_the_provider_is_not_among_the_others_that_a_refusal_names(run: Run) -> None:
    messages, _ = asyncio.run(run("action_refuse", "AWS or Microsoft?", ["out_of_scope/other_vendor"]))
    assert messages[0]["names"] == "AWS"


def test_a_refusal_for_a_name_that_is_not_there_is_a_plain_one(run: Run) -> None:
    messages, _ = asyncio.run(run("action_refuse", "is it compliant?", ["out_of_scope/other_standard"]))
    assert messages[0]["response"] == "utter_refuse_unclear_en"


def test_small_talk_keeps_what_the_conversation_was_about(run: Run) -> None:
    _, slots = asyncio.run(run("action_small_talk", "thanks", ["thanks/thanks"], topic="audit_reports/certificate"))
    assert slots == {"language": "en"}


@pytest.mark.parametrize(("contact", "response"), [("", "noted"), ("https://help.example.com", "contact")])
def test_a_person_is_where_the_operator_says(
    run: Run, monkeypatch: pytest.MonkeyPatch, contact: str, response: str
) -> None:
    monkeypatch.setenv("CONTACT_URL", contact)
    messages, _ = asyncio.run(run("action_hand_over", "a person please", ["human_handoff/person"]))
    assert messages[0]["response"] == f"utter_hand_over_{response}_en"
    assert [source["url"] for source in messages[0]["custom"]["sources"]] == ([contact] if contact else [])


def test_every_response_that_an_action_utters_is_in_the_domain_in_both_languages() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    responses = set(domain["responses"])
    assert {name[:-2] + "zh" for name in responses} == {name for name in responses if name.endswith("zh")}
    assert {name[:-2] + "en" for name in responses} == {name for name in responses if name.endswith("en")}
    labels = {
        block["intent"]
        for path in (ROOT / "data" / "nlu").glob("*.yml")
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    }
    refusals = {label.split("/")[1] for label in labels if label.startswith("out_of_scope/")}
    talk = {label.replace("/", "_") for label in labels if label.split("/")[0] in ("greeting", "thanks", "goodbye")}
    wanted = {f"utter_refuse_{kind}_en" for kind in refusals} | {f"utter_{label}_en" for label in talk}
    assert wanted <= responses


@pytest.mark.parametrize(
    ("text", "before"),
    [
        pytest.param("why?", "certification_reuse/automatic", id="why, about reuse"),
        pytest.param("who?", "certification_reuse/assessor", id="who, about reuse"),
        pytest.param("why not?", "coverage_service/service", id="why not, about a service"),
        pytest.param("为什么不在？", "coverage_service/service", id="chinese"),
    ],
)
def test_a_bare_why_asks_more_about_the_answer_before(run: Run, text: str, before: str) -> None:
    slots = {"topic": before, "services": ["teams"]}
    messages, _ = asyncio.run(run("action_follow_up", text, ["follow_up/ellipsis"], **slots))
    assert messages[0]["custom"]["label"] == before


def test_a_service_asked_about_with_another_standard_is_asked_about_with_the_pages_own(run: Run) -> None:
    _, slots = asyncio.run(
        run("action_refuse", "Is Power BI GDPR compliant?", ["out_of_scope/other_standard"], candidates=[])
    )
    assert (slots["wanted"], slots["services"]) == ("coverage_service/service", ["power_bi"])


def test_what_was_wanted_of_another_standard_is_kept(run: Run) -> None:
    likely = [("out_of_scope/other_standard", 0.85), ("audit_reports/certificate", 0.12)]
    asked = ("action_refuse", "Where is the SOC 2 certificate?", ["out_of_scope/other_standard"])
    _, slots = asyncio.run(run(*asked, candidates=likely))
    assert slots["wanted"] == "audit_reports/certificate"


@pytest.mark.parametrize(
    "text", ["Then give me the ISO 20000-1 one instead.", "ok, the 20000-1 one", "那 ISO 20000-1 的呢？"]
)
def test_the_own_standard_in_its_place_is_asked_for_the_same(run: Run, text: str) -> None:
    wanted = "audit_reports/certificate"
    for action, labels in (("action_follow_up", ["follow_up/ellipsis"]), ("action_answer_faq", ["standard/what"])):
        messages, slots = asyncio.run(run(action, text, labels, wanted=wanted))
        assert messages[0]["custom"]["label"] == wanted
        assert slots["wanted"] is None


@pytest.mark.parametrize("text", ["What is ISO 20000-1?", "ISO 20000-1 是什么", "is it international?"])
def test_any_other_question_is_its_own(run: Run, text: str) -> None:
    messages, _ = asyncio.run(run("action_answer_faq", text, ["standard/what"], wanted="audit_reports/certificate"))
    assert messages[0]["custom"]["label"] == "standard/what"
