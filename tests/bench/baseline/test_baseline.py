"""The stock baseline is a fair one: all examples, all answers, thresholds that fit; and it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assistant.protocol import Utterance
from bot.settings import PROJECT
from index.examples import Example, load_examples
from index.knowledge import load_pages
from tests.bench.baseline import project
from tests.bench.baseline.examples import Pool, pool_of
from tests.bench.baseline.project import NEVER, Epochs, Fallback, write_project
from tests.bench.baseline.tuning import Case, best_fallback, refuses
from tests.bench.stock_baseline import side_by_side

HOUSE = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
SMALL = Pool(
    examples=(
        *(Example(text, "coverage_list/services") for text in ("which services", "list them", "what is in scope")),
        *(Example(text, "coverage_list/count") for text in ("how many services", "number of services", "count them")),
        *(Example(text, "out_of_scope/general") for text in ("weather today", "tell a joke", "who won the game")),
    ),
    answers={"coverage_list/services": "Azure and others.", "coverage_list/count": "Ten."},
)


def test_every_example_of_ours_is_learned_in_its_language() -> None:
    learned = {each.text for language in ("en", "zh") for each in pool_of(PROJECT, language).examples}
    ours = {each.text for each in load_examples(PROJECT / "data" / "nlu")}
    for page in load_pages(PROJECT / "data" / "knowledge"):
        ours |= {text for entry in page.entries for texts in entry.questions.values() for text in texts}

    assert learned == ours


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_intent_has_its_answer_and_its_rule(language: str) -> None:
    pool = pool_of(PROJECT, language)
    said = project.domain(pool, HOUSE, language)["responses"]
    intents = {each["intent"] for each in project.nlu(pool)["nlu"]}
    actions = {each["steps"][1]["action"] for each in project.rules(pool)["rules"]}

    assert {f"utter_{intent}" for intent in intents} | {"utter_nlu_fallback"} == set(said)
    assert {f"utter_{intent.split('/')[0]}" for intent in intents} | {"utter_nlu_fallback"} == actions
    assert not [each for texts in said.values() for each in texts if "{" in each["text"]]


def test_an_answer_brings_its_links_and_date() -> None:
    answer = pool_of(PROJECT, "zh").answers["audit_reports/certificate"]
    assert "https://go.microsoft.com/fwlink/p/?linkid=2077815" in answer
    assert answer.endswith("(2019-12-05)")


def test_a_topic_with_several_answers_gets_a_selector_and_one_without_is_plain() -> None:
    pipeline = project.config(SMALL, "en", Epochs())["pipeline"]
    assert [each["retrieval_intent"] for each in pipeline if each["name"] == "ResponseSelector"] == ["coverage_list"]
    assert {each["intent"] for each in project.nlu(SMALL)["nlu"]} == {
        "coverage_list/services",
        "coverage_list/count",
        "out_of_scope",
    }


def test_the_fallback_refuses_as_rasa_does() -> None:
    case = Case(best=0.5, lead=0.1, right=True, right_refused=False)
    assert not refuses(NEVER, case)
    assert refuses(Fallback(0.6, 0.0), case)
    assert not refuses(Fallback(0.5, 0.1), case)
    assert refuses(Fallback(0.0, 0.2), case)


def test_the_fallback_that_gets_most_right_is_chosen() -> None:
    cases = [
        Case(best=0.95, lead=0.9, right=True, right_refused=False),
        Case(best=0.61, lead=0.3, right=True, right_refused=False),
        Case(best=0.55, lead=0.3, right=False, right_refused=True),
        Case(best=0.90, lead=0.01, right=False, right_refused=True),
    ]
    assert best_fallback(cases) == Fallback(0.56, 0.05)


def test_where_nothing_is_gained_nothing_is_refused() -> None:
    assert best_fallback([Case(best=0.3, lead=0.1, right=True, right_refused=False)]) == NEVER


def test_the_figures_stand_side_by_side() -> None:
    def run(accuracy: float) -> dict[str, Any]:
        share = {"accuracy": accuracy}
        overall = {"n": 10, "accuracy": accuracy, "false_answers": 0.1, "missed_answers": None}
        return {"overall": overall, "by_language": {"en": share}, "by_category": {"thanks": share}}

    ours = {**run(0.9), "comparison": {"gained": [{}] * 4, "lost": [{}], "p": 0.375}}
    assert side_by_side(ours, run(0.6)) == [
        "10 questions    ours    stock Rasa  points",
        "--------------  ------  ----------  ------",
        "accuracy        90.0 %  60.0 %      +30.0",
        "false answers   10.0 %  10.0 %      +0.0",
        "missed answers  -       -           -",
        "en              90.0 %  60.0 %      +30.0",
        "thanks          90.0 %  60.0 %      +30.0",
        "right only here 4, right only in stock Rasa 1, exact McNemar p 0.38",
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Rasa's components warn of a dozen things that are not ours
def test_stock_rasa_trains_answers_and_falls_back(tmp_path: Path) -> None:
    from tests.bench.baseline.assistant import StockAssistant
    from tests.bench.baseline.training import train_stock, with_fallback

    lines: list[str] = []
    write_project(tmp_path / "en", SMALL, HOUSE, "en", Epochs(40, 40))
    trained = train_stock(tmp_path / "en", lines.append)
    for model, answered in ((trained, True), (with_fallback(trained, Fallback(0.0, 1.1)), False)):
        assistant = StockAssistant({"en": model})
        try:
            reply = assistant.respond(Utterance("how many services", "one"), timeout=120)
        finally:
            assistant.close()

        assert reply.answered is answered
        assert reply.evidence["ranking"][0]["label"] == "coverage_list"
        assert (reply.text == "Ten.") is answered
    assert train_stock(tmp_path / "en", lines.append) == trained
    assert "trained before" in lines[-1]
