"""Products of embeddings in half the bytes, beside the exact ones."""

from __future__ import annotations

import numpy as np

from index.half_vectors import halved, inner_products_of_halved


def unit_rows(count: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, 512)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_products_of_unit_vectors_are_right_to_a_thousandth() -> None:
    examples, questions = unit_rows(300, 1), unit_rows(3, 2)
    found = inner_products_of_halved(questions, halved(examples))
    assert found.dtype == np.float32
    assert found.shape == (3, 300)
    assert np.abs(found - questions @ examples.T).max() < 1e-3


def test_a_vector_is_nearest_to_itself() -> None:
    examples = unit_rows(300, 1)
    assert inner_products_of_halved(examples[:50], halved(examples)).argmax(axis=1).tolist() == list(range(50))


def test_numbers_are_rounded_to_the_nearest_and_between_two_to_the_even() -> None:
    step = 2.0**-7  # between bfloat16 numbers from 1 to 2
    numbers = np.array([[1.0, 1 + 0.4 * step, 1 + 0.6 * step, 1 + 0.5 * step, 1 + 1.5 * step, -2.5]], dtype=np.float32)
    back = (halved(numbers).astype(np.uint32) << 16).view(np.float32)
    assert back.tolist() == [[1.0, 1.0, 1 + step, 1.0, 1 + 2 * step, -2.5]]


def test_no_vectors_give_no_products() -> None:
    assert inner_products_of_halved(unit_rows(0, 1), halved(unit_rows(4, 1))).shape == (0, 4)
