"""Questions for the rest of the list."""

from __future__ import annotations

import pytest

from bot.nlu.labels import COVERAGE, ELLIPSIS, LIST
from bot.nlu.others import with_others
from index.library import open_library


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Is anything besides Azure certified?", (LIST,)),
        ("Other than the Intune, what is covered?", (LIST,)),
        ("Besides Azure, Intune and Flow, what else is in scope?", (LIST,)),
        ("Azure and Intune aside, which services are certified?", (LIST,)),
        ("I know Azure and Intune are in. What else is on the list?", (LIST,)),
        ("除了 Intune，还有别的服务有认证吗", (LIST,)),
        ("除了 Power BI 和 Graph，还有哪些服务在范围内？", (LIST,)),
        ("Azure、Intune 之外还有什么", (LIST,)),
        ("besides Azure and Flow?", (LIST,)),
        ("Besides, is Azure covered?", (COVERAGE,)),
        ("Besides Azure and Intune, is Flow covered?", (COVERAGE,)),
        ("Is Azure certified, and what else is there to know?", (COVERAGE,)),
        ("除了 Azure，Intune 也通过了吗", (COVERAGE,)),
        ("Is Intune covered? What else is?", (COVERAGE, LIST)),
        ("Is Teams covered? If it's not, send me everything that is.", (COVERAGE, LIST)),
        ("If Teams isn't covered, which services are?", (COVERAGE, LIST)),
        ("Teams 在范围内吗？不在的话把在的都列出来", (COVERAGE, LIST)),
        ("Is Intune covered? If it is not, send me the certificate.", (COVERAGE,)),
    ],
)
def test_the_services_named_may_be_those_that_are_not_asked_for(text: str, labels: tuple[str, ...]) -> None:
    services = [each for each in open_library().names.find(text) if each.name.kind == "service"]
    assert with_others((COVERAGE,), text, services) == labels


def test_a_follow_up_may_ask_for_the_rest_too() -> None:
    text = "and apart from Flow & Genomics?  Which others?"
    assert with_others((ELLIPSIS,), text, open_library().names.find(text)) == (LIST,)


def test_without_a_service_nothing_changes() -> None:
    assert with_others((COVERAGE,), "What else is covered?", []) == (COVERAGE,)
