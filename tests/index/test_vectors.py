"""Nearest passages: exact when few, an inverted file when many."""

import numpy as np
import pytest

from index.errors import IndexDamaged
from index.vectors import EXACT_UP_TO, TARGET_RECALL, VectorIndex, choose_index


def unit_rows(n, dimension=16, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("n", "description"),
    [(1, "Flat"), (EXACT_UP_TO, "Flat"), (100_000, "IVF1024,Flat"), (1_000_000, "IVF4096,Flat")],
)
def test_the_kind_of_index_follows_the_size(n, description):
    assert choose_index(n) == description


def test_exact_search_finds_the_nearest_rows_in_order():
    rows = unit_rows(50)
    scores, found = VectorIndex.build(rows).search(rows[7], 5)
    assert found.tolist() == np.argsort(-(rows @ rows[7]))[:5].tolist()
    assert scores == pytest.approx((rows @ rows[7])[found], abs=1e-6)


def test_asking_for_more_than_there_is_gives_what_there_is():
    rows = unit_rows(3)
    scores, found = VectorIndex.build(rows).search(rows[0], 10)
    assert len(scores) == len(found) == 3


@pytest.mark.parametrize("description", ["Flat", "IVF16,Flat"])
def test_only_allowed_rows_are_found(description):
    rows = unit_rows(2000)
    allowed = np.zeros(2000, dtype=bool)
    allowed[[3, 5, 8]] = True
    _, found = VectorIndex.build(rows, description).search(rows[3], 10, allowed)
    assert found[0] == 3
    assert set(found) <= {3, 5, 8}


def test_an_inverted_file_probes_until_it_finds_what_exact_search_finds():
    rows = unit_rows(5000)
    vectors = VectorIndex.build(rows, "IVF64,Flat")
    assert not vectors.is_exact
    assert vectors.recall(rows, unit_rows(100, seed=1)) > TARGET_RECALL - 0.02
    assert vectors.recall(rows, rows[:100]) > TARGET_RECALL - 0.02


@pytest.mark.parametrize("description", ["Flat", "IVF16,Flat"])
def test_a_saved_index_searches_as_before(description, tmp_path):
    rows = unit_rows(2000)
    built = VectorIndex.build(rows, description)
    built.save(tmp_path / "vectors.faiss")
    loaded = VectorIndex.load(tmp_path / "vectors.faiss")
    for query in rows[:5]:
        assert np.array_equal(loaded.search(query, 10)[1], built.search(query, 10)[1])


def test_a_file_that_is_no_index_is_damaged(tmp_path):
    (tmp_path / "vectors.faiss").write_bytes(b"not an index")
    with pytest.raises(IndexDamaged, match="vectors.faiss"):
        VectorIndex.load(tmp_path / "vectors.faiss")
