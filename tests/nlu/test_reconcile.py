"""What the names in a message do to the probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.labels import CERTIFIED, COVERAGE, LIST, NAMED_CERTIFICATIONS, OTHER_STANDARD, OTHER_VENDOR
from bot.nlu.reconcile import reconcile
from bot.nlu.scope import scope_of
from index.library import open_library

LABELS = (COVERAGE, LIST, CERTIFIED, NAMED_CERTIFICATIONS, OTHER_STANDARD, OTHER_VENDOR)


@pytest.mark.parametrize(
    ("text", "chances", "label", "chance"),
    [
        pytest.param("Flow?", (0.3, 0.3, 0.1, 0, 0.1, 0.2), COVERAGE, 0.7, id="a service is not asked for as a list"),
        pytest.param("Azure?", (0.2, 0.5, 0.1, 0, 0.1, 0.1), LIST, 0.5, id="but a whole cloud may be"),
        pytest.param("Slack?", (0.6, 0.2, 0.1, 0, 0, 0.1), OTHER_VENDOR, 1.0, id="another vendor alone"),
        pytest.param("SOC 2?", (0.5, 0.2, 0.1, 0, 0.2, 0), OTHER_STANDARD, 1.0, id="another standard alone"),
    ],
)
def test_probability_moves_to_what_the_names_leave(
    text: str, chances: tuple[float, ...], label: str, chance: float
) -> None:
    library = open_library()
    moved = reconcile(np.array(chances), LABELS, library.names.find(text, lenient=True), scope_of(library))
    assert moved[LABELS.index(label)] == pytest.approx(chance)
    assert moved.sum() == pytest.approx(1)
