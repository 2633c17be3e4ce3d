"""`python -m bot explain`: the reasons of an answer, aligned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import explanation
from bot.assistant.protocol import Reply, Utterance
from bot.evaluation.table import cut, table, width
from bot.settings import load_settings
from tests.fakes.assistant import FakeAssistant

REPLY = Reply(
    text="是的，Intune 在认证范围内。",
    language="zh",
    answered=True,
    topic="coverage_service",
    confidence=0.97,
    evidence={
        "label": "coverage_service/service",
        "candidates": [
            {"label": "coverage_service/service", "probability": 0.97},
            {"label": "coverage_list/services", "probability": 0.02},
        ],
        "hits": [
            {"text": "Intune 在范围内吗？", "dense": 0.91, "lexical": 12.5},
            {"text": "Is Intune in scope?", "dense": 0.88, "lexical": 7.0},
        ],
        "decision": {"threshold": 0.4, "parts": [{"text": "Intune?", "labels": ["a/b", "c/d"]}]},
        "names": [],
    },
)


def test_every_member_of_the_evidence_is_shown_aligned() -> None:
    assert "\n".join(explanation.explanation(REPLY)) == (
        "reply\n"
        "  language    zh\n"
        "  topic       coverage_service\n"
        "  outcome     answered\n"
        "  answered    yes\n"
        "  confidence  0.970\n"
        "\n"
        "label: coverage_service/service\n"
        "\n"
        "candidates\n"
        "  label                     probability\n"
        "  ------------------------  -----------\n"
        "  coverage_service/service        0.970\n"
        "  coverage_list/services          0.020\n"
        "\n"
        "hits\n"
        "  text                 dense  lexical\n"
        "  -------------------  -----  -------\n"
        "  Intune 在范围内吗？  0.910   12.500\n"
        "  Is Intune in scope?  0.880    7.000\n"
        "\n"
        "decision\n"
        "  threshold  0.400\n"
        "  parts\n"
        "    text     labels\n"
        "    -------  --------\n"
        "    Intune?  a/b, c/d\n"
        "\n"
        "names: none"
    )


def test_the_explanation_ends_with_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = FakeAssistant()
    monkeypatch.setattr(explanation, "make_assistant", lambda settings: assistant)
    lines: list[str] = []
    explanation.explain(load_settings({}), "Is Intune covered?", report=lines.append)

    assert "  entry                     score" in lines
    assert lines[lines.index("answer") + 1] == "Yes, Intune is covered."
    assert assistant.closed


def test_earlier_turns_hand_their_memory_on() -> None:
    class Remembering(FakeAssistant):
        def respond(self, utterance: Utterance, timeout: float) -> Reply:
            return replace(super().respond(utterance, timeout), memory={"turn": len(self.seen)})

    assistant = Remembering()
    explanation.ask(assistant, ("Intune?", "And the certificate?"), "en", timeout=60.0)

    assert [utterance.memory for utterance in assistant.seen] == [None, {"turn": 1}]


def test_a_table_counts_cells_not_characters() -> None:
    lines = table([("微软", 1), ("ab", 22)], ("name", "n"))
    assert lines == ["name   n", "----  --", "微软   1", "ab    22"]
    assert width("微软ab") == 6


def test_long_texts_are_cut_and_control_characters_shown() -> None:
    assert cut("微软微软微软", 7) == "微软微…"
    assert cut("two\nlines\x1b[31m", 40) == "two lines\\x1b[31m"


def test_an_empty_table_is_empty() -> None:
    assert table([]) == []
