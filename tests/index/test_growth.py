"""What changes when a corpus is large: the same answers, found without a look at every passage."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import manifest, shelf
from index.allowed import allowed_of
from index.errors import IndexDamaged
from index.lexical import LexicalIndex, tokens
from index.manifest import read_manifest, verify
from index.parts import match
from index.passages import Passage
from index.postings import count, invert
from index.retriever import Retriever, build, ensure
from index.vectors import VectorIndex
from tests.bench.grown import GrownCorpus, queries
from tests.fakes.encoder import HashEncoder

TEXTS = [passage.text for passage in GrownCorpus(300)]


def passages_of(texts):
    return [Passage(f"p/{n}", "a/b", "en", text, "question", f"p{n // 50}") for n, text in enumerate(texts)]


@pytest.fixture
def large(monkeypatch):
    """A few hundred passages count as many."""
    for name in ("index.vectors.EXACT_UP_TO", "index.lexical.SMALL"):
        monkeypatch.setattr(name, 100)
    for name in ("index.vectors.FEW", "index.lexical.FEW"):
        monkeypatch.setattr(name, 20)
    monkeypatch.setattr("index.vectors.SAMPLE", 30)
    monkeypatch.setattr("index.vectors.choose_index", lambda n, d, cells=100: "IVF8,PQ16x4fsr" if n > 100 else "Flat")


class TestPostings:
    def test_weights_are_those_of_bm25s_to_the_bit(self):
        import bm25s

        model = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
        model.index([tokens(text) for text in TEXTS], show_progress=False, create_empty_token=False)
        counts = count(TEXTS, tokens)
        postings = invert(counts)
        index = LexicalIndex(counts, postings)
        for token, theirs in model.vocab_dict.items():
            ours = index._token(token).span
            span = slice(*model.scores["indptr"][theirs : theirs + 2])
            assert np.array_equal(postings.rows[ours], model.scores["indices"][span])
            assert np.array_equal(postings.weights[ours], model.scores["data"][span])

    def test_an_index_that_took_over_counts_is_the_one_built_anew(self):
        before, after = (
            TEXTS[:200],
            [*TEXTS[100:200], "neue Wörter 新词", *TEXTS[:50], "neue Wörter 新词", *TEXTS[210:220]],
        )
        source = np.array([before.index(text) if text in before else -1 for text in after])
        new = [text for text in after if text not in before]
        merged = LexicalIndex.build(new, LexicalIndex.build(before), source)
        anew = LexicalIndex.build(after)
        for text in (*TEXTS[::20], "新词", "Wörter and certificates"):
            assert np.array_equal(merged.scores(text), anew.scores(text))

    def test_no_words_at_all_are_no_error(self, monkeypatch):
        index = LexicalIndex.build(["？！", "..."])
        assert index.scores("hello").tolist() == [0, 0]
        monkeypatch.setattr("index.lexical.SMALL", 0)
        assert index.best("hello", 2).tolist() == []
        assert index.scores_of("hello", np.array([1])).tolist() == [0]


class TestMatch:
    @given(st.lists(st.sampled_from("abcde"), min_size=1), st.lists(st.sampled_from("abcdef"), min_size=1))
    @settings(max_examples=50)
    def test_each_earlier_row_becomes_one_passage_at_most(self, earlier, now):
        keys = [np.array([text.encode() * 16 for text in texts], dtype="S16") for texts in (earlier, now)]
        found = match(*keys)
        taken = found.rows[found.rows >= 0]
        assert len(set(taken)) == len(taken)
        for text, row, same in zip(now, found.rows, found.same, strict=True):
            assert row == -1 or earlier[row] == text
            assert (same == -1) == (text not in earlier)
            assert same == -1 or earlier[same] == text
        for text in set(now):
            assert sum(earlier[row] == text for row in taken) == min(earlier.count(text), now.count(text))


@pytest.mark.usefixtures("large")
class TestSearch:
    @pytest.mark.parametrize(
        "filters",
        [
            pytest.param({}, id="none"),
            pytest.param({"language": "zh"}, id="language"),
            pytest.param({"kinds": ["answer"]}, id="kind"),
            pytest.param({"pages": ["page-1"]}, id="page"),
            pytest.param({"language": "en", "pages": ["page-0", "page-2"], "kinds": ["question"]}, id="together"),
        ],
    )
    def test_finds_what_a_look_at_every_passage_finds(self, tmp_path, monkeypatch, filters):
        corpus = GrownCorpus(900)
        large = build(tmp_path / "large", corpus, HashEncoder())
        assert not large.parts.vectors.is_exact
        monkeypatch.undo()
        small = build(tmp_path / "small", corpus, HashEncoder())
        shared = 0
        for text, _ in queries(900, 20):
            exact, found = small.search(text, 10, **filters), large.search(text, 10, **filters)
            assert len(found) == 10
            worst = exact[-1].dense + 0.05 * exact[-1].lexical
            shared += sum(hit.dense + 0.05 * hit.lexical >= worst - 1e-5 for hit in found)
        assert shared >= 0.95 * 200

    def test_one_page_is_searched_without_the_others(self, tmp_path):
        retriever = build(tmp_path, passages_of(TEXTS), HashEncoder())
        hits = retriever.search(TEXTS[0], 50, pages=["p3"])
        assert {hit.passage.page for hit in hits} == {"p3"}
        assert len(hits) == 50

    def test_a_value_that_no_passage_has_finds_nothing(self, tmp_path):
        retriever = build(tmp_path, passages_of(TEXTS), HashEncoder())
        assert retriever.search(TEXTS[0], 5, language="fr") == ()
        assert retriever.search(TEXTS[0], 5, language="en", pages=["elsewhere"]) == ()

    def test_threads_do_not_disturb_each_other(self, tmp_path):
        from concurrent.futures import ThreadPoolExecutor

        retriever = build(tmp_path, GrownCorpus(600), HashEncoder())
        asked = [(text, {"language": language} if n % 2 else {}) for n, (text, language) in enumerate(queries(600, 40))]
        alone = [retriever.search(text, 5, **filters) for text, filters in asked]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda one: retriever.search(one[0], 5, **one[1]), asked * 3))
        assert together == alone * 3


@given(st.integers(300, 600), st.integers(0, 1000))
@settings(max_examples=5)
def test_an_approximate_index_finds_nearly_all_that_exact_search_finds(n, seed):
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(8, 16))
    rows = (centres[chance.integers(8, size=n)] + chance.normal(size=(n, 16))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert VectorIndex.build(rows, "IVF8,PQ8x4fsr").recall(rows[::7]) >= 0.95


@pytest.mark.usefixtures("large")
class TestChanging:
    def test_one_changed_entry_embeds_its_texts_and_keeps_the_cells(self, tmp_path, monkeypatch):
        encoder = HashEncoder()
        ensure(tmp_path, GrownCorpus(2000), encoder)
        encoder.passages.clear()
        monkeypatch.setattr("index.vectors.faiss.index_factory", None)  # nothing is learnt anew
        changed = ensure(tmp_path, GrownCorpus(2000, frozenset([7])), encoder)
        assert len(encoder.passages) == 10 == changed.manifest.embedded
        for passage in changed.passages[68:82]:
            assert passage.text in {hit.passage.text for hit in changed.search(passage.text, 3)}

    def test_an_added_and_a_removed_passage_move_the_others(self, tmp_path):
        texts = [passage.text for passage in GrownCorpus(2000)]
        ensure(tmp_path, passages_of(texts), HashEncoder())
        moved = passages_of(["something quite new", *texts[:500], *texts[501:]])
        retriever = ensure(tmp_path, moved, HashEncoder())
        assert retriever.manifest.embedded == 1
        for row in (0, 1, 500, 501, 1999):
            hit = retriever.search(moved[row].text, 1)[0]
            assert (hit.passage.text, round(hit.dense, 4)) == (moved[row].text, 1)
        assert texts[500] not in [hit.passage.text for hit in retriever.search(texts[500], 5)]

    def test_changes_add_up_until_the_cells_are_learnt_anew(self, tmp_path):
        def stored(retriever):
            return retriever.parts.vectors._index.ntotal

        kept = [
            stored(ensure(tmp_path, GrownCorpus(2000, frozenset(range(changed))), HashEncoder()))
            for changed in range(5)
        ]
        assert kept == [2000, 2010, 2020, 2000, 2010]

    def test_an_index_grown_beyond_the_exact_size_is_built_anew(self, tmp_path):
        assert ensure(tmp_path, GrownCorpus(100), HashEncoder()).parts.vectors.is_exact
        assert not ensure(tmp_path, GrownCorpus(300), HashEncoder()).parts.vectors.is_exact
        assert ensure(tmp_path, GrownCorpus(90), HashEncoder()).parts.vectors.is_exact

    def test_texts_of_two_earlier_indexes_are_both_taken_over(self, tmp_path):
        like = ensure(tmp_path / "like", passages_of(TEXTS[:150]), HashEncoder())
        ensure(tmp_path / "there", passages_of(TEXTS[150:]), HashEncoder())
        encoder = HashEncoder()
        both = ensure(tmp_path / "there", passages_of(TEXTS), encoder, like=like)
        assert encoder.passages == []
        anew = build(tmp_path / "anew", passages_of(TEXTS), HashEncoder())
        assert np.array_equal(both.parts.embeddings, anew.parts.embeddings)


class TestSoundness:
    @pytest.fixture
    def index(self, tmp_path, monkeypatch):
        """An index whose files are large: they have many blocks."""
        monkeypatch.setattr("index.manifest.BLOCK", 256)
        monkeypatch.setattr("index.manifest.SAMPLED", 2)
        build(tmp_path, passages_of(TEXTS), HashEncoder())
        return shelf.current(tmp_path)

    def test_a_large_file_that_nobody_touched_is_not_read_whole(self, tmp_path, index, monkeypatch):
        read = []
        digest = manifest._digest
        monkeypatch.setattr("index.manifest._digest", lambda block: read.append(len(block)) or digest(block))
        Retriever.open(tmp_path, HashEncoder())
        opened = sum(read)
        read.clear()
        verify(index, read_manifest(index))
        assert opened < 20_000 < 100_000 < sum(read)

    def test_a_large_file_that_was_written_to_is_read_whole(self, tmp_path, index):
        _flip(index / "embeddings.npy", 5000)
        with pytest.raises(IndexDamaged, match="embeddings.npy .*not as it was written"):
            Retriever.open(tmp_path, HashEncoder())

    def test_a_copy_with_other_times_is_read_whole_and_opened(self, tmp_path, index):
        shutil.copytree(tmp_path, tmp_path.parent / "copy", copy_function=shutil.copyfile)
        assert len(Retriever.open(tmp_path.parent / "copy", HashEncoder()).passages) == len(TEXTS)

    def test_verifying_finds_what_a_disk_lost_behind_everybodys_back(self, tmp_path, index):
        path = index / "embeddings.npy"
        times = path.stat()
        _flip(path, 5000)
        import os

        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(IndexDamaged, match="embeddings.npy"):
            verify(index, read_manifest(index))


def _flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_what_is_allowed_is_told_for_some_passages_and_for_all():
    mask = np.array([True, False, True, False, False])
    allowed = allowed_of(mask)
    assert (allowed.most, allowed.share, allowed.rows.tolist()) == (2, 0.4, [0, 2])
    assert allowed.keeps(np.array([4, 2, 0])).tolist() == [False, True, True]
    assert np.array_equal(allowed.mask, mask)


class TestGrownCorpus:
    def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(self):
        assert list(GrownCorpus(95)) == list(GrownCorpus(300))[:95]
        assert GrownCorpus(300)[123] == list(GrownCorpus(300))[123]

    def test_one_changed_entry_changes_its_passages_alone(self):
        pairs = zip(GrownCorpus(100), GrownCorpus(100, frozenset([3])), strict=True)
        assert [row for row, (one, other) in enumerate(pairs) if one.text != other.text] == list(range(30, 40))

    def test_queries_are_other_texts_than_passages(self):
        texts = {passage.text for passage in GrownCorpus(1000)}
        assert not texts & {text for text, _ in queries(1000, 200)}
