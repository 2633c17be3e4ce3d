"""Scores by words and character n-grams, in both languages."""

import numpy as np
import pytest

from index.allowed import allowed_of
from index.lexical import LexicalIndex, tokens
from index.postings import K1, B

TEXTS = [
    "Which services are covered?",
    "Is Power BI covered by the certificate?",
    "证书涵盖哪些服务？",
    "在哪里可以下载审核报告？",
]


@pytest.fixture(scope="module")
def index():
    return LexicalIndex.build(TEXTS)


def test_tokens_are_words_and_pieces_of_them():
    assert tokens("BI？审核报告") == ["bi", "^bi", "bi$", "审核", "报告", "审核", "核报", "报告"]


@pytest.mark.parametrize("row", range(len(TEXTS)))
def test_a_text_scores_one_against_itself_and_less_against_others(index, row):
    scores = index.scores(TEXTS[row])
    assert scores[row] == pytest.approx(1, abs=1e-5)
    assert max(np.delete(scores, row)) < 0.9


@pytest.mark.parametrize(
    ("text", "row"),
    [
        pytest.param("powerbi", 1, id="without-its-space"),
        pytest.param("IS POWER BI COVRED", 1, id="capitals-and-a-typo"),
        pytest.param("在哪裡可以下載審核報告", 3, id="traditional"),
        pytest.param("ｗｈｉｃｈ　ｓｅｒｖｉｃｅｓ", 0, id="full-width"),
        pytest.param("下载 report 报告", 3, id="mixed"),
    ],
)
def test_other_spellings_find_their_text(index, text, row):
    assert index.scores(text).argmax() == row


@pytest.mark.parametrize("text", ["", "？！", "xyzzy", "🙂"])
def test_nothing_in_common_scores_zero(index, text):
    scores = index.scores(text)
    assert (scores.dtype, scores.tolist()) == (np.float32, [0, 0, 0, 0])


def test_words_that_no_text_has_pull_the_score_down(index):
    alone, among_strangers = index.scores("Power BI"), index.scores("Power BI xyzzy plugh")
    assert 0 < among_strangers[1] < alone[1]


def test_scores_are_those_of_bm25s(index):
    import bm25s

    model = bm25s.BM25(k1=K1, b=B, method="lucene")
    model.index([tokens(text) for text in TEXTS], show_progress=False)
    theirs, ours = model.get_scores(tokens("is it covered")), index.scores("is it covered")
    assert theirs.argmax() == ours.argmax()
    assert ours / ours.max() == pytest.approx(theirs / theirs.max(), abs=1e-5)


@pytest.fixture(params=["small", "large"])
def size(request, monkeypatch):
    """Both ways of scoring some passages: through all of them, and through their tokens' postings."""
    if request.param == "large":
        monkeypatch.setattr("index.lexical.SMALL", 0)


@pytest.mark.usefixtures("size")
class TestSome:
    @pytest.mark.parametrize("text", ["Power BI 报告", "covered covered services", "xyzzy", ""])
    def test_scores_of_some_passages_are_those_of_all(self, index, text):
        for rows in ([0, 2], [3], [1, 2, 3], []):
            chosen = np.array(rows, dtype=np.int64)
            assert index.scores_of(text, chosen) == pytest.approx(index.scores(text)[chosen], abs=1e-6)

    def test_the_best_passages_come_first_and_only_those_that_share_something(self, index):
        scores = index.scores("services, Power BI certificate")
        assert index.best("services, Power BI certificate", 2).tolist() == [1, 0]
        assert np.argsort(-scores)[:2].tolist() == [1, 0]
        assert set(index.best("services, Power BI certificate", 10)) == set(np.flatnonzero(scores))

    def test_only_allowed_passages_are_found(self, index):
        allowed = allowed_of(np.array([True, False, True, True]))
        assert index.best("services of Power BI", 2, allowed).tolist() == [0]

    @pytest.mark.parametrize("text", ["", "xyzzy"])
    def test_nothing_in_common_finds_nothing(self, index, text):
        assert index.best(text, 3).tolist() == []


def test_in_a_large_corpus_the_rare_words_decide(monkeypatch):
    monkeypatch.setattr("index.lexical.SMALL", 0)
    monkeypatch.setattr("index.lexical.MOST_POSTINGS", 10)
    texts = [*(f"common words {n}" for n in range(50)), "common words kettle"]
    large = LexicalIndex.build(texts)
    assert large.best("common words kettle", 3).tolist() == [50]
    assert large.best("common words", 3).tolist() == []


def test_a_saved_index_scores_as_before(index, tmp_path):
    index.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical")
    assert np.array_equal(loaded.scores("Power BI"), index.scores("Power BI"))
