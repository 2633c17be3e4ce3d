"""Embedding models behind one interface; the real ones are slow to load and marked so."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from index.encoder import CachingEncoder, open_encoder
from index.errors import EncoderUnavailable
from tests.fakes.encoder import HashEncoder

ROOT = Path(__file__).resolve().parents[2]
PACKAGED = ["use-multilingual-v3", "e5-small-4bit"]


def test_a_question_asked_again_is_not_embedded_again():
    bare = HashEncoder()
    encoder = CachingEncoder(bare)
    first = encoder.encode_queries(["a question", "another"])
    second = encoder.encode_queries(["another", "a question", "another"])
    assert bare.queries == ["a question", "another"]
    assert np.array_equal(second, first[[1, 0, 1]])


def test_the_question_not_asked_for_longest_is_forgotten():
    bare = HashEncoder()
    encoder = CachingEncoder(bare, size=2)
    for text in ["one", "two", "one", "three", "one", "two"]:
        encoder.encode_queries([text])
    assert bare.queries == ["one", "two", "three", "two"]


def test_a_batch_larger_than_the_memory_is_answered_whole():
    encoder = CachingEncoder(HashEncoder(), size=1)
    texts = ["one", "two", "three"]
    assert np.array_equal(encoder.encode_queries(texts), HashEncoder().encode_queries(texts))


def test_no_questions_give_no_rows():
    assert CachingEncoder(HashEncoder(dimension=8)).encode_queries([]).shape == (0, 8)


def test_passages_are_passed_on_and_not_remembered():
    bare = HashEncoder()
    encoder = CachingEncoder(bare)
    encoder.encode_passages(["text"])
    encoder.encode_queries(["text"])
    assert (bare.passages, bare.queries) == (["text"], ["text"])


def test_a_caching_encoder_has_the_identity_of_the_one_behind():
    encoder = CachingEncoder(HashEncoder(dimension=7, name="n", revision="r"))
    assert (encoder.name, encoder.revision, encoder.dimension) == ("n", "r", 7)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "dimension"), zip(PACKAGED, [512, 384], strict=True))
def test_a_packaged_model_gives_unit_rows_and_knows_its_version(name, dimension):
    encoder = open_encoder(name)
    rows = encoder.encode_passages(["年度测试", "annual testing", ""])
    assert (rows.shape, rows.dtype) == ((3, dimension), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert (encoder.name, encoder.dimension) == (name, dimension)
    assert encoder.revision.split()[1][0].isdigit()


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_a_packaged_model_reads_chinese_and_english_alike(name):
    encoder = open_encoder(name)
    asked = encoder.encode_queries(["Where can I download the certificate?"])[0]
    near, far = encoder.encode_passages(["在哪里可以下载证书？", "今天晚上吃什么？"]) @ asked
    assert near > far + 0.05


@pytest.mark.slow
def test_e5_treats_a_question_and_a_passage_differently():
    encoder = open_encoder("e5-small-4bit")
    asked, told = encoder.encode_queries(["certificate"])[0], encoder.encode_passages(["certificate"])[0]
    assert 0.8 < asked @ told < 0.9999


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_questions_embedded_without_torch_get_what_sentence_transformers_gives(name):
    from sentence_transformers import SentenceTransformer

    from index.engines import PACKAGES
    from index.packaged import as_sentence_transformer

    model = as_sentence_transformer(PACKAGES[name].load())
    assert isinstance(model, SentenceTransformer)
    texts = ["annual testing", "年度测试"]
    assert model.encode_query(texts) == pytest.approx(open_encoder(name).encode_queries(texts), abs=1e-5)
    assert model.encode_document(texts) == pytest.approx(open_encoder(name).encode_passages(texts), abs=1e-5)


@pytest.mark.slow
def test_a_process_that_only_answers_questions_does_not_load_torch():
    code = "import sys; from index.encoder import open_encoder; open_encoder().encode_queries(['a question']); "
    code += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGED)
def test_threads_that_ask_at_once_get_what_one_alone_would(name):
    encoder = open_encoder(name)
    texts = [f"question number {number}" for number in range(24)]
    alone = encoder.encode_passages(texts)
    together = {}

    def ask(text):
        together[text] = encoder.encode_passages([text])[0]

    threads = [threading.Thread(target=ask, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.stack([together[text] for text in texts]) == pytest.approx(alone, abs=1e-4)


@pytest.mark.slow
def test_a_local_folder_of_sentence_transformers_is_a_model_too(tmp_path):
    _save_small_model(tmp_path / "model", seed=1)
    encoder = open_encoder(str(tmp_path / "model"))
    rows = encoder.encode_queries(["annual test", "certificate"])
    assert rows.shape == (2, 8)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_a_folder_whose_model_was_replaced_is_another_revision(tmp_path):
    folder = tmp_path / "model"
    _save_small_model(folder, seed=1)
    before = open_encoder(str(folder)).revision
    assert open_encoder(str(folder)).revision == before
    _save_small_model(folder, seed=2)
    assert open_encoder(str(folder)).revision != before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no-such/model", "/no/such/folder"])
def test_a_model_that_cannot_be_loaded_says_what_to_set(name):
    with pytest.raises(EncoderUnavailable, match=f"{name}.*set EMBEDDING_MODEL to use-multilingual-v3"):
        open_encoder(name)


def _save_small_model(folder, seed):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"annual": 0, "test": 1, "certificate": 2, "?": 3}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.random.default_rng(seed).normal(size=(4, 8)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, weights)], device="cpu").save(str(folder))
