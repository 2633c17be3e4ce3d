"""Chooses thresholds on the calibration half of data/questions, at the level of decisions.

    python -m tests.bench.calibrate

For every setting of a small grid it prints how often the decision has the expected topic, how many questions out of
scope would be answered (false) and how many in scope refused (missed). The test half is never read. The defaults of
`bot.nlu.deciding.Thresholds` are the choice.
"""

from __future__ import annotations

import itertools
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path

from bot.assistant.training import trained_model
from bot.nlu.deciding import Thresholds
from bot.nlu.labels import OUT_OF_SCOPE
from bot.nlu.understanding import Understanding
from index.library import open_library
from index.passages import topic_of
from index.questions import Question, load_questions, split

# Where the question file's category is not the topic's name.
_TOPIC = {
    "cert_reuse": "certification_reuse",
    "overview_standard": "standard",
    "microsoft_and_standard": "provider_and_standard",
    "handoff": "human_handoff",
}
_ANSWER, _RETRIEVAL, _CLAUSE = (0.3, 0.35, 0.4, 0.5), (0.0, 0.15, 0.3), (0.6, 0.7, 0.8)


def main() -> None:
    """Print the grid, best first."""
    questions = [each for each in load_questions() if split(each) == "calibration" and not each.context]
    understanding = _load()
    rows = []
    for answer, retrieval, clause in itertools.product(_ANSWER, _RETRIEVAL, _CLAUSE):
        thresholds = replace(Thresholds(), answer=answer, retrieval=retrieval, clause=clause)
        right, false, missed = _measure(understanding.with_thresholds(thresholds), questions)
        rows.append((right, -false, -missed, answer, retrieval, clause))
        print(f"\r{len(rows)} settings", end="", flush=True)
    print(f"\n{len(questions)} questions\n  right  false  missed  answer  retrieval  clause")
    for right, false, missed, answer, retrieval, clause in sorted(rows, reverse=True)[:12]:
        print(f"  {right:.4f}  {-false:5d}  {-missed:6d}  {answer:6.2f}  {retrieval:9.2f}  {clause:6.2f}")


def _load() -> Understanding:
    model = trained_model()
    if model is None:
        raise SystemExit("There is no trained model. Run: make train")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(model) as archive:
            archive.extractall(folder)
        (found,) = Path(folder).rglob("topic_model")
        return Understanding.load(found, open_library())


def _measure(understanding: Understanding, questions: list[Question]) -> tuple[float, int, int]:
    right = false = missed = 0
    for question in questions:
        topics = [topic_of(label) for label in understanding.understand(question.text)["labels"]]
        answers = any(topic != OUT_OF_SCOPE for topic in topics)
        right += _TOPIC.get(question.category, question.category) in topics
        false += answers and not question.expected.in_scope
        missed += question.expected.in_scope and not answers
    return right / len(questions), false, missed


if __name__ == "__main__":
    main()
