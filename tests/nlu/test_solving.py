"""The solver of a retraining."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.solving import solve_positive


@pytest.mark.parametrize("size", [1, 8, 21], ids=["one", "whole blocks", "a part of a block"])
def test_it_solves_what_numpy_solves(size: int) -> None:
    random = np.random.default_rng(0)
    root = random.standard_normal((size, size))
    matrix = root @ root.T + size * np.eye(size)
    targets = random.standard_normal((size, 3))
    assert solve_positive(matrix.copy(), targets, block=4) == pytest.approx(np.linalg.solve(matrix, targets))
