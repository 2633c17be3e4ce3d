"""Recall and MRR, by hand and on one-hot embeddings."""

import numpy as np
import pytest

from index.evaluate import Figures, Judged, figures, judge, mrr_at_k, recall_at_k
from index.passages import Passage
from index.retriever import build

WORDS = ["red", "green", "blue", "grey"]


class OneHotEncoder:
    """The passage "red" points along the first axis, "green" along the second."""

    name, revision, dimension = "one-hot", "1", len(WORDS)

    def encode_passages(self, texts):
        rows = np.array([[word in text.split() for word in WORDS] for text in texts], dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)

    encode_queries = encode_passages

    def expect(self, texts):
        pass


def judged(relevant, *found, language="en"):
    return Judged(language, frozenset(relevant), found)


def test_recall_is_the_share_of_right_labels_among_the_first_k():
    results = [judged("a", "b", "a"), judged("a", "b", "c", "a"), judged("ab", "a", "c")]
    assert recall_at_k(results, 2) == pytest.approx((1 + 0 + 1 / 2) / 3)


def test_mrr_is_one_over_the_place_of_the_first_right_label():
    results = [judged("a", "a"), judged("a", "b", "a"), judged("ab", "c", "d", "b", "a")]
    assert mrr_at_k(results, 10) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_a_missed_question_adds_nothing_and_counts():
    results = [judged("a", "a"), judged("a", "b", "c"), judged("a")]
    assert mrr_at_k(results, 10) == pytest.approx(1 / 3)
    assert recall_at_k(results, 10) == pytest.approx(1 / 3)


def test_a_label_found_beyond_k_is_missed():
    assert mrr_at_k([judged("a", "b", "c", "a")], 2) == 0


def test_figures_are_by_language_and_for_all():
    results = [judged("a", "a"), judged("a", "b", language="zh"), judged("a", "b", "a", language="zh")]
    assert figures(results) == {
        "en": Figures(1, 1.0, 1.0),
        "zh": Figures(2, 0.5, 0.25),
        "all": Figures(3, pytest.approx(2 / 3), pytest.approx(0.5)),
    }


def test_no_questions_give_zero():
    assert figures([]) == {"all": Figures(0, 0.0, 0.0)}


def test_one_hot_embeddings_give_figures_known_beforehand(tmp_path):
    passages = [Passage(str(i), f"colour/{word}", "en", word, "question") for i, word in enumerate(WORDS)]
    retriever = build(tmp_path, passages, OneHotEncoder())
    questions = [
        ("red", "colour/red", "en"),  # found first
        ("green", "colour/blue", "en"),  # found, but not first: everything else is equally far
        ("purple", "colour/purple", "en"),  # not there
    ]
    results = judge(retriever, questions)
    assert results[0].found[0] == "colour/red"
    assert results[1].found[0] == "colour/green"
    place = results[1].found.index("colour/blue") + 1
    assert figures(results)["en"] == Figures(3, pytest.approx(2 / 3), pytest.approx((1 + 1 / place) / 3))
