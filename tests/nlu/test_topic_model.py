"""Classification by kernel regression, on embeddings small enough to check by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.nlu.grams import GramSpace, grams
from bot.nlu.topic_model import TopicModel, kernel, softmax

TEXTS = ("where is the certificate", "certificate link", "证书在哪里", "tested every year", "annual test", "每年测试吗")
LABELS = ("reports", "reports", "reports", "testing", "testing", "testing")


def embeddings_of(labels: tuple[str, ...]) -> np.ndarray:
    """One axis a label: what a perfect encoder would say."""
    return np.array([[1.0, 0.0] if label == "reports" else [0.0, 1.0] for label in labels], dtype=np.float32)


def model() -> TopicModel:
    return TopicModel.fit(TEXTS, LABELS, embeddings_of(LABELS))


def test_an_example_is_given_its_own_label() -> None:
    chances = model().probabilities(TEXTS, embeddings_of(LABELS))
    assert [model().labels[i] for i in chances.argmax(axis=1)] == list(LABELS)
    assert np.allclose(chances.sum(axis=1), 1.0, atol=1e-5)


def test_shared_words_decide_where_the_embedding_does_not() -> None:
    between = np.full((1, 2), 2**-0.5, dtype=np.float32)
    (chances,) = model().probabilities(["the certificate please"], between)
    assert chances[model().labels.index("reports")] > 0.5


def test_what_is_saved_answers_the_same(tmp_path: Path) -> None:
    trained = model()
    trained.save(tmp_path)
    again = TopicModel.load(tmp_path)
    question = ["is the test annual"]
    near = np.array([[0.3, 0.95]], dtype=np.float32)
    assert again.labels == trained.labels
    assert np.allclose(again.probabilities(question, near), trained.probabilities(question, near))


def test_reading_one_text_at_a_time_gives_what_the_kernel_of_all_gives() -> None:
    trained = model()
    texts = ["is the test annual", "证书 certificate", "qqq"]
    near = np.array([[0.25, 0.96875], [1.0, 0.0], [0.625, 0.75]], dtype=np.float32)  # no digit is lost by halving
    similar = kernel(near, trained.space.rows(texts), trained.embeddings, trained.space.rows(TEXTS))
    expected = softmax(similar @ trained.dual / trained.temperature)
    assert np.allclose(trained.probabilities(texts, near), expected, atol=1e-6)


def test_no_texts_give_no_rows() -> None:
    trained = model()
    assert trained.probabilities([], np.zeros((0, 2), dtype=np.float32)).shape == (0, len(trained.labels))


def test_grams_of_both_scripts() -> None:
    assert grams("证书 soa") == ["证", "书", "证书", "<soa>", "<so", "soa", "<soa"]


def test_a_typo_keeps_most_of_a_word() -> None:
    space = GramSpace.of(["certificate", "certificate", "annual", "annual"])
    right, typo, other = space.rows(["certificate", "certifcate", "annual"]).toarray()
    assert right @ typo > 0.5
    assert right @ other == 0.0


def test_softmax_rows_are_probabilities() -> None:
    assert np.allclose(softmax(np.array([[1000.0, 1000.0], [0.0, -1000.0]])), [[0.5, 0.5], [1.0, 0.0]])
