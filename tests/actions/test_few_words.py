"""What a few words ask by their form, whatever the model took them for, and the page's own in place of another's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
SERVICE, LIST = "coverage_service/service", "coverage_list/services"
CERTIFIED = "provider_and_standard/certified"


def label(run: Run, action: str, text: str, taken_for: str, **slots: Any) -> str:
    messages, _ = asyncio.run(run(action, text, [taken_for], **slots))
    return messages[0]["custom"]["label"]


@pytest.mark.parametrize(
    ("text", "before", "meant"),
    [
        pytest.param("since when?", SERVICE, "audit_reports/year", id="when"),
        pytest.param("什么时候过的", SERVICE, "audit_reports/year", id="when, chinese"),
        pytest.param("谁来测", "annual_testing/tested", "provider_and_standard/examiner", id="who tests"),
        pytest.param("and who did it?", SERVICE, "provider_and_standard/examiner", id="who did"),
        pytest.param("谁写的", "audit_reports/assessment_report", "provider_and_standard/examiner", id="who wrote"),
        pytest.param("who assesses us then?", "certification_reuse/can_reuse", "certification_reuse/assessor", id="us"),
        pytest.param("and the next?", "annual_testing/tested", "annual_testing/frequency", id="the next"),
        pytest.param("结果在哪看", "annual_testing/tested", "audit_reports/assessment_report", id="the result"),
        pytest.param("all of them please", "audit_reports/where", "audit_reports/all_documents", id="all documents"),
        pytest.param("how do you know?", SERVICE, "view_compliance/where", id="how known"),
        pytest.param("any others?", SERVICE, LIST, id="others"),
        pytest.param("还有哪些？", SERVICE, LIST, id="others, chinese"),
        pytest.param("can I have that in writing?", SERVICE, "view_compliance/where", id="in writing"),
        pytest.param("怎么查", CERTIFIED, "view_compliance/where", id="how to check"),
        pytest.param(
            "can I get a copy?", "provider_and_standard/certificate_shows", "audit_reports/certificate", id="copy"
        ),
        pytest.param(
            "a copy please", "audit_reports/assessment_report", "audit_reports/assessment_report", id="of that"
        ),
        pytest.param("why not?", SERVICE, SERVICE, id="why not"),
    ],
)
@pytest.mark.parametrize(
    ("action", "taken_for"),
    [
        ("action_follow_up", "follow_up/ellipsis"),
        ("action_refuse", "out_of_scope/general"),
        ("action_small_talk", "bot_challenge/capabilities"),
        ("action_hand_over", "human_handoff/person"),
        ("action_answer_faq", "provider_and_standard/why"),
    ],
)
def test_after_a_topic_they_have_one_meaning(
    run: Run, action: str, taken_for: str, text: str, before: str, meant: str
) -> None:
    assert label(run, action, text, taken_for, topic=before, services=["azure"]) == meant


@pytest.mark.parametrize(
    ("text", "before"),
    [
        pytest.param("since when?", None, id="nothing before"),
        pytest.param("since when?", "standard/what", id="another topic before"),
        pytest.param("since when do you sell ice cream?", SERVICE, id="more words"),
    ],
)
def test_otherwise_they_are_what_they_are_like(run: Run, text: str, before: str | None) -> None:
    assert label(run, "action_refuse", text, "out_of_scope/general", topic=before) == "out_of_scope/general"


@pytest.mark.parametrize(
    ("service", "text", "said"),
    [
        pytest.param("azure", "SQL too?", "Azure SQL Database", id="a part"),
        pytest.param("power_bi", "Desktop as well?", "Power BI Desktop", id="an edition"),
        pytest.param("defender_for_identity", "for Endpoint?", "Defender for Endpoint", id="the same start"),
        pytest.param("flow", "under its new name?", "Power Automate appears", id="its new name"),
        pytest.param("power_automate", "and the old name?", "Yes, Microsoft Flow is", id="its old name"),
    ],
)
def test_what_they_add_to_a_service_names_another(run: Run, service: str, text: str, said: str) -> None:
    slots = {"topic": SERVICE, "services": [service]}
    messages, _ = asyncio.run(run("action_refuse", text, ["out_of_scope/price"], **slots))
    assert said in messages[0]["text"]


@pytest.mark.parametrize("text", ["and Microsoft?", "what about you?", "那你们呢", "ok, then Microsoft's cloud?"])
def test_the_provider_in_place_of_another_vendor_is_asked_for_the_same(run: Run, text: str) -> None:
    _, slots = asyncio.run(run("action_refuse", "Is AWS ISO 20000 certified?", ["out_of_scope/other_vendor"]))
    assert slots["wanted"] == CERTIFIED
    assert label(run, "action_follow_up", text, "follow_up/ellipsis", wanted=CERTIFIED) == CERTIFIED


def test_another_standard_in_a_follow_up_is_refused_by_name(run: Run) -> None:
    slots = {"topic": "audit_reports/certificate"}
    messages, _ = asyncio.run(run("action_follow_up", "那 27701 隐私的那个呢？", ["follow_up/ellipsis"], **slots))
    assert messages[0]["response"] == "utter_refuse_other_standard_en" and "27701" in messages[0]["names"]


def test_whether_another_standard_is_held_is_asked_of_the_own_one(run: Run) -> None:
    _, slots = asyncio.run(run("action_refuse", "Do you have SOC 2?", ["out_of_scope/other_standard"], candidates=[]))
    assert slots["wanted"] == CERTIFIED
    slots = {"topic": "provider_and_standard/other_certifications"}
    assert label(run, "action_answer_faq", "and ISO 20000-1?", "standard/what", **slots) == CERTIFIED
