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


def test_documents_of_an_unlisted_service_come_with_a_word_about_it(run: Run) -> None:
    messages, _ = asyncio.run(
        run("action_answer_audit_reports", "certificate for Dynamics 365", ["audit_reports/certificate"])
    )
    assert messages[0]["text"].startswith("Dynamics 365 is not listed on this page")


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
