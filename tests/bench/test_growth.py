"""The growing corpus's embeddings, and what is made of its figures."""

import numpy as np
import pytest

from index.text import normalise
from tests.bench.grown import ENTRY, GrownCorpus
from tests.bench.growth_corpus import KeptEncoder, _mix, kept_embeddings
from tests.bench.growth_measure import _share
from tests.bench.growth_report import exponent
from tests.fakes.encoder import HashEncoder


def test_mixtures_have_the_mean_and_the_spectrum_of_what_they_are_made_of():
    chance = np.random.default_rng(0)
    scale = np.linspace(0.1, 1, 16)
    rows = (chance.normal(size=(40_000, 16)) * scale + 3).astype(np.float32)
    rows[:20_000] /= np.linalg.norm(rows[:20_000], axis=1, keepdims=True)
    _mix(rows, 20_000)
    real, mixed = rows[:20_000], rows[20_000:]
    assert np.linalg.norm(mixed, axis=1) == pytest.approx(1, abs=1e-5)
    assert mixed.mean(axis=0) == pytest.approx(real.mean(axis=0), abs=0.002)
    spectra = [np.linalg.svd(each - each.mean(axis=0), compute_uv=False) for each in (real, mixed)]
    assert spectra[1] == pytest.approx(spectra[0], rel=0.1)
    assert not (mixed[:, None, :2] == real[None, :200, :2]).all(axis=2).any()


def test_kept_embeddings_are_those_of_the_encoder(tmp_path):
    corpus, encoder = GrownCorpus(30), HashEncoder()
    rows = kept_embeddings(tmp_path, 30, 20, encoder, lambda line: None)
    assert np.allclose(rows[:20], HashEncoder().encode_passages([normalise(passage.text) for passage in corpus[:20]]))
    assert np.linalg.norm(rows[20:], axis=1) == pytest.approx(1, abs=1e-5)
    kept = KeptEncoder(encoder, [passage.text for passage in corpus], rows)
    encoder.passages.clear()
    found = kept.encode_passages([normalise(corpus[25].text), "another text", normalise(corpus[3].text)])
    assert (encoder.passages, kept.new) == (["another text"], 1)
    assert np.array_equal(found[[0, 2]], rows[[25, 3]])
    assert len(corpus) % ENTRY == 0


def test_equal_scores_count_as_found():
    scores = np.array([0.9, *[0.5] * 20, 0.1], dtype=np.float32)
    assert _share(np.array([0.9, *[0.5] * 9]), scores) == 1
    assert _share(np.array([0.9, *[0.5] * 8, 0.1]), scores) == pytest.approx(0.9)
    assert _share(np.array([0.5, 0.4]), np.array([0.5, 0.4])) == 1


def test_the_exponent_of_a_look_at_every_passage_is_one():
    sizes = [{"passages": n, "times": {"search": {"p50": n / 500}}} for n in (100, 10_000, 1_000_000)]
    assert exponent(sizes) == pytest.approx(1)
