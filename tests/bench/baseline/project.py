"""A stock Rasa project for one language, as Rasa's guide to chitchat and FAQs has it; nothing of ours is in it.

Every topic with several answers is a retrieval intent with a ResponseSelector; a topic with one answer is a
plain intent; one rule a topic; `out_of_scope` and the FallbackClassifier's `nlu_fallback` refuse.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bench.baseline.examples import Pool

OUT_OF_SCOPE, FALLBACK, FOLLOW_UP = "out_of_scope", "nlu_fallback", "follow_up"
REFUSALS = (OUT_OF_SCOPE, FALLBACK)
_SEED = 42
_TOKENIZERS = {"en": "WhitespaceTokenizer", "zh": "JiebaTokenizer"}
# Topics whose labels all have the same answer, and that answer's name in our domain.
_HOUSE = {
    "thanks": "thanks_thanks",
    "goodbye": "goodbye_bye",
    "human_handoff": "hand_over_noted",
    OUT_OF_SCOPE: "refuse_general",
    FALLBACK: "refuse_unclear",
}
# "And Power BI?" hangs on what was asked before, which rules do not see; most of them ask for coverage.
_LIKELIEST = "coverage_service/service"


@dataclass(frozen=True)
class Fallback:
    """The settings of the FallbackClassifier: refuse below `threshold`, or when the two best are this near."""

    threshold: float
    ambiguity: float


@dataclass(frozen=True)
class Epochs:
    """How long to train.

    Rasa's starter configuration says 100 for both. The intents' training accuracy no longer moves after 40, and
    each epoch costs seconds, so 60 are enough for them.
    """

    intents: int = 60
    responses: int = 100


NEVER = Fallback(0.0, 0.0)

Document = dict[str, Any]


def write_project(folder: Path, pool: Pool, house: Document, language: str, epochs: Epochs) -> None:
    """Write config.yml, domain.yml, nlu.yml and rules.yml; its model refuses nothing until it is told when.

    Args:
        folder: is made.
        pool: examples and answers.
        house: our domain.yml, for the words of small talk and refusals.
        language: "zh" or "en".
        epochs: how long to train.
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = {
        "config.yml": config(pool, language, epochs),
        "domain.yml": domain(pool, house, language),
        "nlu.yml": nlu(pool),
        "rules.yml": rules(pool),
    }
    for name, document in documents.items():
        text = yaml.safe_dump({"version": "3.1", **document}, allow_unicode=True, sort_keys=False, width=1000)
        (folder / name).write_text(text, encoding="utf-8")


def config(pool: Pool, language: str, epochs: Epochs) -> Document:
    """The pipeline of Rasa's default configuration with a ResponseSelector a retrieval intent."""
    selectors = [
        {"name": "ResponseSelector", "retrieval_intent": topic, "epochs": epochs.responses, "random_seed": _SEED}
        for topic in retrieval_topics(pool)
    ]
    return {
        "recipe": "default.v1",
        "assistant_id": f"stock-{language}",
        "language": language,
        "pipeline": [
            {"name": _TOKENIZERS[language]},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {
                "name": "DIETClassifier",
                "epochs": epochs.intents,
                "constrain_similarities": True,
                "random_seed": _SEED,
            },
            {"name": "EntitySynonymMapper"},
            *selectors,
            {
                "name": "FallbackClassifier",
                "threshold": NEVER.threshold,
                "ambiguity_threshold": NEVER.ambiguity,
            },
        ],
        "policies": [{"name": "RulePolicy"}],
    }


def domain(pool: Pool, house: Document, language: str) -> Document:
    """Intents and responses; every answer is one text."""
    said = {_stock(label, pool): _answer(label, pool, house, language) for label in _labels(pool)}
    said[FALLBACK] = _said(house, _HOUSE[FALLBACK], language)
    return {
        "intents": [*_topics(pool), FALLBACK],
        "responses": {f"utter_{name}": [{"text": text}] for name, text in said.items()},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def nlu(pool: Pool) -> Document:
    """The examples."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for example in pool.examples:
        by_intent[_stock(example.label, pool)].append(example.text)
    return {
        "nlu": [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in by_intent.items()
        ]
    }


def rules(pool: Pool) -> Document:
    """One rule a topic."""
    return {
        "rules": [
            {"rule": f"answer {topic}", "steps": [{"intent": topic}, {"action": f"utter_{topic}"}]}
            for topic in [*_topics(pool), FALLBACK]
        ]
    }


def retrieval_topics(pool: Pool) -> list[str]:
    """Topics of which the answer is to be selected."""
    keys: dict[str, set[str]] = defaultdict(set)
    for label in _labels(pool):
        keys[_topic(label)].add(label)
    return [topic for topic, labels in keys.items() if len(labels) > 1 and topic not in _HOUSE]


def _stock(label: str, pool: Pool) -> str:
    """The intent that a label is in the stock project."""
    return label if _topic(label) in retrieval_topics(pool) else _topic(label)


def _labels(pool: Pool) -> list[str]:
    return list(dict.fromkeys(example.label for example in pool.examples))


def _topics(pool: Pool) -> list[str]:
    return list(dict.fromkeys(map(_topic, _labels(pool))))


def _topic(label: str) -> str:
    return label.split("/", 1)[0]


def _answer(label: str, pool: Pool, house: Document, language: str) -> str:
    """What is said to a label: a page's answer, or the house's."""
    if _topic(label) == FOLLOW_UP:
        return pool.answers[_LIKELIEST]
    return pool.answers.get(label) or _said(house, _HOUSE.get(_topic(label), label.replace("/", "_")), language)


def _said(house: Document, name: str, language: str) -> str:
    """A text of our domain, with the standard's name filled in."""
    text: str = house["responses"][f"utter_{name}_{language}"][0]["text"]
    return text.replace("{page}", "ISO/IEC 20000-1:2011")
