"""An index is built whole, opened only when sound, and found again when it is needed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import manifest, shelf
from index.errors import IndexDamaged, IndexMismatch, IndexNotBuilt
from index.manifest import content_hash
from index.passages import Passage
from index.reading import reading
from index.retriever import Retriever, build, ensure
from tests.fakes.encoder import HashEncoder

PASSAGES = (
    Passage("p/1", "standard/what", "en", "What is the standard?", "question", "p"),
    Passage("p/2", "standard/what", "zh", "这个标准是什么？", "question", "p"),
    Passage("p/3", "standard/what", "en", "It is a standard for the management of services.", "answer", "p"),
    Passage("q/1", "coverage_list/services", "en", "Which services are covered?", "question", "q"),
    Passage("q/2", "coverage_list/services", "zh", "涵盖哪些服务？", "question", "q"),
    Passage("house/1", "greeting/hello", "en", "hello", "question"),
)

LEXICAL_FILES = [
    "keys.npy",
    "starts.npy",
    "tokens.npy",
    "times.npy",
    "lengths.npy",
    "postings.npy",
    "rows.npy",
    "weights.npy",
]
ROOT = Path(__file__).parents[2]
BUILDER = """
import pathlib, sys
import bm25s
from index.passages import Passage
from index.retriever import ensure
from tests.fakes.encoder import HashEncoder

passages = [Passage(str(n), "a/b", "en", f"question {n}", "question") for n in range(500)]
encoder = HashEncoder()
print("ready", flush=True)
sys.stdin.readline()
ensure(pathlib.Path(sys.argv[1]), passages, encoder)
print(len(encoder.passages))
"""


@pytest.fixture
def encoder():
    return HashEncoder()


def files_of(folder):
    return sorted(path for path in shelf.current(folder).rglob("*") if path.is_file())


def file_names():
    return [
        "manifest.json",
        "passages.jsonl",
        "bounds.npy",
        "codes.npy",
        "order.npy",
        "starts.npy",
        "columns.json",
        "texts.npy",
        "embeddings.npy",
        "vectors.faiss",
        "vectors.json",
    ] + [f"lexical/{name}" for name in LEXICAL_FILES]


def test_the_files_that_the_tests_below_damage_are_all_there_are(tmp_path, encoder):
    build(tmp_path, PASSAGES, encoder)
    index = shelf.current(tmp_path)
    assert {str(path.relative_to(index)) for path in files_of(tmp_path)} == set(file_names())


class TestSearch:
    def test_the_passage_itself_comes_first(self, tmp_path, encoder):
        retriever = build(tmp_path, PASSAGES, encoder)
        for passage in PASSAGES:
            hit = retriever.search(passage.text, 3)[0]
            assert hit.passage == passage
            assert (hit.dense, hit.lexical) == (pytest.approx(1, abs=1e-5), pytest.approx(1, abs=1e-5))

    def test_a_question_is_read_normalised(self, tmp_path, encoder):
        retriever = build(tmp_path, PASSAGES, encoder)
        asked = retriever.search("ＷＨＩＣＨ  services are covered?", 1)[0]
        assert asked.passage.passage_id == "q/1"
        assert asked.dense == pytest.approx(1, abs=1e-5)
        assert retriever.search("涵蓋哪些服務？", 1)[0].dense == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            pytest.param({"language": "zh"}, {"p/2", "q/2"}, id="language"),
            pytest.param({"pages": ["q"]}, {"q/1", "q/2"}, id="page"),
            pytest.param({"pages": [None]}, {"house/1"}, id="house"),
            pytest.param({"kinds": ["answer"]}, {"p/3"}, id="kind"),
            pytest.param({"language": "en", "pages": ["p", None]}, {"p/1", "p/3", "house/1"}, id="together"),
            pytest.param({"language": "fr"}, set(), id="none"),
        ],
    )
    def test_filters_leave_only_what_they_allow(self, tmp_path, encoder, filters, expected):
        hits = build(tmp_path, PASSAGES, encoder).search("Which services?", 10, **filters)
        assert {hit.passage.passage_id for hit in hits} == expected

    def test_at_most_k_are_found_best_first(self, tmp_path, encoder):
        hits = build(tmp_path, PASSAGES, encoder).search("Which standard?", 2)
        assert len(hits) == 2
        assert hits[0].dense + hits[0].lexical > hits[1].dense + hits[1].lexical

    def test_scores_stand_in_the_order_of_the_passages(self, tmp_path, encoder):
        retriever = build(tmp_path, PASSAGES, encoder)
        dense, lexical = retriever.scores("涵盖哪些服务？")
        assert dense.shape == lexical.shape == (len(PASSAGES),)
        assert PASSAGES[dense.argmax()].passage_id == PASSAGES[lexical.argmax()].passage_id == "q/2"

    def test_an_embedding_that_is_there_is_not_made_again(self, tmp_path, encoder):
        retriever = build(tmp_path, PASSAGES, encoder)
        embedding = retriever.embed("hello")
        encoder.queries.clear()
        assert retriever.search("hello", 1, embedding=embedding)[0].passage.text == "hello"
        assert retriever.scores("hello", embedding)[0].argmax() == 5
        assert encoder.queries == []

    def test_passages_and_columns_are_those_that_were_indexed(self, tmp_path, encoder):
        retriever = build(tmp_path, PASSAGES, encoder)
        assert tuple(retriever.passages) == PASSAGES
        assert retriever.passages[-1] == PASSAGES[-1]
        assert list(retriever.passages[1:3]) == list(PASSAGES[1:3])
        labels = retriever.column("label")
        assert [labels.values[code] for code in labels.codes] == [passage.label for passage in PASSAGES]


class TestBuilding:
    def test_the_manifest_says_what_was_built(self, tmp_path, encoder):
        built = build(tmp_path, PASSAGES, encoder).manifest
        assert (built.model, built.revision, built.dimension, built.passages) == ("hash", "1", 64, 6)
        assert built.counts == {"en/question": 3, "zh/question": 2, "en/answer": 1}
        assert built.content == content_hash(PASSAGES, encoder) == shelf.current(tmp_path).name

    def test_an_index_that_fits_is_not_built_again(self, tmp_path, encoder):
        first = ensure(tmp_path, PASSAGES, encoder)
        encoder.passages.clear()
        again = ensure(tmp_path, PASSAGES, encoder)
        assert encoder.passages == []
        assert again.manifest == first.manifest

    def test_one_changed_passage_embeds_one_passage(self, tmp_path, encoder):
        ensure(tmp_path, PASSAGES, encoder)
        encoder.passages.clear()
        changed = Passage("q/1", "coverage_list/services", "en", "Name the services.", "question", "q")
        retriever = ensure(tmp_path, (*PASSAGES[:3], changed, *PASSAGES[4:]), encoder)
        assert encoder.passages == ["name the services."]
        expected = HashEncoder().encode_passages([passage.text.lower() for passage in retriever.passages])
        for passage, row in zip(retriever.passages, expected, strict=True):
            dense, _ = retriever.scores("", row)
            assert retriever.passages[int(dense.argmax())] == passage

    def test_a_text_that_occurs_twice_is_embedded_once(self, tmp_path, encoder):
        twice = (PASSAGES[0], Passage("p/9", "standard/sms", "en", "what is the STANDARD?", "question", "p"))
        dense, _ = build(tmp_path, twice, encoder).scores("What is the standard?")
        assert encoder.passages == ["what is the standard?"]
        assert dense == pytest.approx([1, 1], abs=1e-5)

    def test_a_changed_label_alone_embeds_nothing_and_is_another_index(self, tmp_path, encoder):
        first = ensure(tmp_path, PASSAGES, encoder)
        encoder.passages.clear()
        relabelled = (*PASSAGES[:5], Passage("house/1", "goodbye/bye", "en", "hello", "question"))
        second = ensure(tmp_path, relabelled, encoder)
        assert encoder.passages == []
        assert first.manifest.content != second.manifest.content
        assert second.search("hello", 1)[0].passage.label == "goodbye/bye"

    def test_progress_tells_how_much_is_embedded(self, tmp_path, encoder, monkeypatch):
        monkeypatch.setattr("index.building.BATCH", 4)
        told = []
        ensure(tmp_path, PASSAGES, encoder, lambda done, total: told.append((done, total)))
        assert told == [(4, 6), (6, 6)]

    def test_no_passages_are_refused(self, tmp_path, encoder):
        with pytest.raises(IndexNotBuilt, match="no passages"):
            ensure(tmp_path, (), encoder)

    def test_a_folder_that_cannot_be_made_is_one_clear_line(self, tmp_path, encoder):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(IndexNotBuilt, match="cannot be written to .*file/index: Not a directory"):
            ensure(tmp_path / "file" / "index", PASSAGES, encoder)

    def test_a_build_that_fails_leaves_the_index_before_as_it_was(self, tmp_path, encoder, monkeypatch):
        first = ensure(tmp_path, PASSAGES, encoder)

        def fail(texts):
            raise MemoryError("no memory left")

        monkeypatch.setattr(encoder, "encode_passages", fail)
        changed = (*PASSAGES, Passage("p/7", "standard/what", "en", "something new", "question", "p"))
        with pytest.raises(MemoryError):
            ensure(tmp_path, changed, encoder)
        assert Retriever.open(tmp_path, encoder).manifest == first.manifest
        assert not list(tmp_path.glob(".building-*"))

    def test_old_indexes_are_swept_but_the_one_before(self, tmp_path, encoder):
        contents = [build(tmp_path, PASSAGES[:n], encoder).manifest.content for n in (1, 2, 3)]
        (tmp_path / ".building-left-by-a-killed-builder").mkdir()
        contents.append(build(tmp_path, PASSAGES, encoder).manifest.content)
        assert {path.name for path in tmp_path.iterdir()} == {"current", ".lock", *contents[-2:]}

    def test_a_reader_keeps_its_index_when_it_is_swept_away(self, tmp_path, encoder):
        reader = build(tmp_path, PASSAGES, encoder)
        for n in (1, 2, 3):
            build(tmp_path, PASSAGES[:n], encoder)
        assert not (tmp_path / reader.manifest.content).exists()
        assert [hit.passage for hit in reader.search("hello", 1)] == [PASSAGES[5]]
        assert tuple(reader.passages) == PASSAGES

    def test_an_index_swept_while_it_is_opened_is_opened_in_its_new_place(self, tmp_path, encoder, monkeypatch):
        build(tmp_path, PASSAGES, encoder)
        check_files = manifest.check_files

        def sweep_first(folder, content):
            monkeypatch.setattr("index.retriever.check_files", check_files)
            build(tmp_path, PASSAGES[:3], encoder)
            shutil.rmtree(folder)
            check_files(folder, content)

        monkeypatch.setattr("index.retriever.check_files", sweep_first)
        assert len(Retriever.open(tmp_path, encoder).passages) == 3

    @pytest.mark.slow
    def test_processes_that_build_at_once_build_once(self, tmp_path, encoder):
        command = [sys.executable, "-c", BUILDER, str(tmp_path)]
        builders = [
            subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        assert [builder.stdout.readline() for builder in builders] == ["ready\n"] * 3
        for builder in builders:
            builder.stdin.write("go\n")
            builder.stdin.flush()
        embedded = sorted(int(builder.communicate()[0]) for builder in builders)
        assert embedded == [0, 0, 500]
        assert len(Retriever.open(tmp_path, encoder).passages) == 500
        assert not list(tmp_path.glob(".building-*"))


class TestRefusing:
    def test_no_index_is_not_built(self, tmp_path, encoder):
        with pytest.raises(IndexNotBuilt, match="no index in .*python -m bot index"):
            Retriever.open(tmp_path, encoder)

    @pytest.mark.parametrize("pointer", ["", "../elsewhere", "0" * 40, "\xff\xfe"])
    def test_a_pointer_to_nothing_is_not_built(self, tmp_path, encoder, pointer):
        build(tmp_path, PASSAGES, encoder)
        (tmp_path / "current").write_text(pointer, encoding="latin-1")
        with pytest.raises(IndexNotBuilt):
            Retriever.open(tmp_path, encoder)

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(HashEncoder(name="other"), id="model"),
            pytest.param(HashEncoder(revision="2"), id="revision"),
            pytest.param(HashEncoder(dimension=32), id="dimension"),
        ],
    )
    def test_an_index_of_another_model_is_refused_and_rebuilt(self, tmp_path, encoder, other):
        build(tmp_path, PASSAGES, encoder)
        with pytest.raises(IndexMismatch, match="the index was built with hash .*python -m bot index"):
            Retriever.open(tmp_path, other)
        assert ensure(tmp_path, PASSAGES, other).manifest.dimension == other.dimension
        assert len(other.passages) == len(PASSAGES)

    def test_an_index_of_another_format_is_refused_and_rebuilt(self, tmp_path, encoder, monkeypatch):
        monkeypatch.setattr("index.manifest.FORMAT", 0)
        build(tmp_path, PASSAGES, encoder)
        monkeypatch.undo()
        with pytest.raises(IndexMismatch, match="format 0"):
            Retriever.open(tmp_path, encoder)
        assert ensure(tmp_path, PASSAGES, encoder).manifest.format == manifest.FORMAT

    def test_an_index_of_texts_read_otherwise_is_refused_and_nothing_of_it_taken_over(
        self, tmp_path, encoder, monkeypatch
    ):
        monkeypatch.setattr("index.manifest.reading", lambda: "as before")
        build(tmp_path, PASSAGES, encoder)
        monkeypatch.undo()
        encoder.passages.clear()
        with pytest.raises(IndexMismatch, match="read otherwise"):
            Retriever.open(tmp_path, encoder)
        assert ensure(tmp_path, PASSAGES, encoder).manifest.reading == reading()
        assert len(encoder.passages) == len(PASSAGES)

    def test_an_index_of_other_knowledge_is_refused_and_rebuilt(self, tmp_path, encoder):
        build(tmp_path, PASSAGES[:3], encoder)
        with pytest.raises(IndexMismatch, match="other knowledge"):
            Retriever.open(tmp_path, encoder, content_hash(PASSAGES, encoder))
        assert len(ensure(tmp_path, PASSAGES, encoder).passages) == len(PASSAGES)

    @pytest.mark.parametrize("name", file_names())
    @pytest.mark.parametrize("harm", ["cut", "flip", "remove", "empty"])
    def test_a_damaged_file_is_refused_by_name_and_rebuilt(self, tmp_path, encoder, name, harm):
        build(tmp_path, PASSAGES, encoder)
        path = shelf.current(tmp_path) / name
        _harm(path, harm)
        with pytest.raises(IndexDamaged, match=f"{name}.*python -m bot index"):
            Retriever.open(tmp_path, encoder)
        assert ensure(tmp_path, PASSAGES, encoder).search("hello", 1)[0].passage == PASSAGES[5]

    def test_a_manifest_that_was_edited_is_refused(self, tmp_path, encoder):
        build(tmp_path, PASSAGES, encoder)
        path = shelf.current(tmp_path) / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "passages": 7}))
        with pytest.raises(IndexDamaged, match="altered"):
            Retriever.open(tmp_path, encoder)


def _harm(path, harm):
    content = path.read_bytes()
    if harm == "remove":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(content[:-3])
    elif harm == "empty":
        path.write_bytes(b"")
    else:
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])


def test_a_large_index_finds_what_a_small_one_would(tmp_path, monkeypatch):
    passages = [Passage(str(n), "a/b", "en", f"question {n} about {n % 97}", "question") for n in range(600)]
    exact = build(tmp_path / "exact", passages, HashEncoder())
    monkeypatch.setattr("index.vectors.EXACT_UP_TO", 500)
    monkeypatch.setattr("index.vectors.SAMPLE", 20)
    monkeypatch.setattr("index.lexical.SMALL", 500)
    approximate = build(tmp_path / "approximate", passages, HashEncoder())
    found = [[hit.passage for hit in one.search("question 77 about 3", 10)] for one in (exact, approximate)]
    assert len(set(found[0]) & set(found[1])) >= 9
    assert np.array_equal(exact.scores("question 77")[0], approximate.scores("question 77")[0])
