"""Nearest passages: exact when few, an inverted file when many."""

import faiss
import numpy as np
import pytest

from index.allowed import allowed_of
from index.errors import IndexDamaged
from index.vectors import EXACT_UP_TO, MARGIN, MOST_COMPARED, TARGET_RECALL, VectorIndex, choose_index

KINDS = ["Flat", "PQ8x4fs", "IVF16,PQ4x4fsr", "IVF16,SQ8"]


@pytest.fixture(autouse=True)
def small_effort(monkeypatch):
    """One thread and few samples: what is trained here is tiny."""
    monkeypatch.setattr("index.vectors.SAMPLE", 40)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    yield
    faiss.omp_set_num_threads(threads)


def unit_rows(n, dimension=16, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("n", "description"),
    [
        (1, "Flat"),
        (EXACT_UP_TO, "Flat"),
        (EXACT_UP_TO + 1, "PQ256x4fs"),
        (100_000, "IVF512,PQ128x4fsr"),
        (1_000_000, "IVF2048,PQ128x4fsr"),
    ],
)
def test_the_kind_of_index_follows_the_size(n, description):
    assert choose_index(n, 512) == description


def test_a_dimension_that_cannot_be_cut_in_fours_has_scalar_codes():
    assert choose_index(100_000, 50) == "IVF512,SQ8"


def test_exact_search_finds_the_nearest_rows_in_order():
    rows = unit_rows(50)
    scores, found = VectorIndex.build(rows).search(rows[7], 5)
    assert found.tolist() == np.argsort(-(rows @ rows[7]))[:5].tolist()
    assert scores == pytest.approx((rows @ rows[7])[found], abs=1e-6)


def test_asking_for_more_than_there_is_gives_what_there_is():
    rows = unit_rows(3)
    scores, found = VectorIndex.build(rows).search(rows[0], 10)
    assert len(scores) == len(found) == 3


@pytest.mark.parametrize("description", KINDS)
@pytest.mark.parametrize("few", [True, False])
def test_only_allowed_rows_are_found(description, few, monkeypatch):
    monkeypatch.setattr("index.vectors.FEW", 5)
    rows = unit_rows(1000)
    allowed = np.zeros(1000, dtype=bool)
    allowed[[3, 5, 8] if few else slice(0, 1000, 2)] = True
    best = allowed.nonzero()[0][1]
    _, found = VectorIndex.build(rows, description).search(rows[best], 10, allowed_of(allowed))
    assert found[0] == best
    assert len(found) == (3 if few else 10)
    assert allowed[found].all()


def test_a_large_index_probes_until_it_finds_what_exact_search_finds():
    rows = unit_rows(2000)
    vectors = VectorIndex.build(rows, "IVF32,PQ4x4fsr")
    assert not vectors.is_exact
    assert vectors.recall(unit_rows(50, seed=1)) > TARGET_RECALL - 0.02


def test_an_inverted_file_searches_harder_than_made_questions_need(monkeypatch):
    rows = unit_rows(1000)
    searches = VectorIndex.build(rows, "IVF64,SQ8").effort
    monkeypatch.setattr("index.vectors.MARGIN", 1)
    needed = VectorIndex.build(rows, "IVF64,SQ8").effort
    assert searches.compared == MARGIN * needed.compared
    assert searches.probes == min(MARGIN * needed.probes, 64)


def test_the_scores_of_a_large_index_are_exact():
    rows = unit_rows(1000)
    scores, found = VectorIndex.build(rows, "IVF16,PQ4x4fsr").search(rows[7], 5)
    assert scores == pytest.approx((rows @ rows[7])[found], abs=1e-6)
    assert scores.tolist() == sorted(scores, reverse=True)


@pytest.mark.parametrize("description", KINDS)
def test_a_saved_index_searches_as_before(description, tmp_path):
    rows = unit_rows(1000)
    built = VectorIndex.build(rows, description)
    built.save(tmp_path / "vectors.faiss")
    loaded = VectorIndex.load(tmp_path / "vectors.faiss", rows)
    for query in rows[:5]:
        assert np.array_equal(loaded.search(query, 10)[1], built.search(query, 10)[1])


def test_a_file_that_is_no_index_is_damaged(tmp_path):
    (tmp_path / "vectors.faiss").write_bytes(b"not an index")
    with pytest.raises(IndexDamaged, match="vectors.faiss"):
        VectorIndex.load(tmp_path / "vectors.faiss", unit_rows(1))


def test_passages_that_are_the_same_are_as_good_as_each_other():
    rows = np.repeat(unit_rows(100), 30, axis=0)
    vectors = VectorIndex.build(rows, "IVF8,PQ4x4fsr")
    assert vectors.recall(unit_rows(20, seed=1)) > TARGET_RECALL - 0.05
    assert vectors.effort.compared < MOST_COMPARED
