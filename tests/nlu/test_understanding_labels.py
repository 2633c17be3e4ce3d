"""Labels that the understanding adds to what was decided."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.deciding import Reading
from bot.nlu.labels import COVERAGE, LIST, REUSE_AUTOMATIC
from bot.nlu.understanding import with_both_certified, with_unknown
from index.library import open_library

LABELS = (COVERAGE, LIST, REUSE_AUTOMATIC)


@pytest.mark.parametrize(
    ("decided", "chances", "answered"),
    [
        pytest.param((COVERAGE,), (0.5, 0.1, 0.4), (COVERAGE, REUSE_AUTOMATIC), id="both are likely"),
        pytest.param((REUSE_AUTOMATIC,), (0.4, 0.1, 0.5), (REUSE_AUTOMATIC, COVERAGE), id="the likelier first"),
        pytest.param((COVERAGE,), (0.9, 0.0, 0.1), (COVERAGE,), id="one is not"),
        pytest.param((REUSE_AUTOMATIC,), (0.1, 0.0, 0.9), (REUSE_AUTOMATIC,), id="the other is not"),
        pytest.param((LIST,), (0.3, 0.4, 0.3), (LIST,), id="something else is asked"),
    ],
)
def test_whether_the_service_or_its_user_is_certified_is_answered_for_both_where_both_may_be_meant(
    decided: tuple[str, ...], chances: tuple[float, ...], answered: tuple[str, ...]
) -> None:
    assert with_both_certified(decided, Reading("", LABELS, np.array(chances))) == answered


def test_a_name_that_nobody_knows_stands_among_those_that_are_known() -> None:
    text = "Is Zorblatt covered by ISO 20000-1?"
    names = with_unknown(open_library().names.find(text), text, "Zorblatt")
    assert [(each.name.id, each.text, text[each.start : each.end]) for each in names] == [
        ("", "Zorblatt", "Zorblatt"),
        ("standard:iso-20000-1-2011", "ISO 20000-1", "ISO 20000-1"),
    ]
