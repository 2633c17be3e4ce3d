"""The words of the pages: every key stands once, in both languages."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.words import _PARTS, LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_part_takes_the_key_of_another(language: str) -> None:
    keys = Counter(key for part in _PARTS for key in part.WORDS[language])
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("part", _PARTS, ids=lambda part: part.__name__.rpartition(".")[2])
def test_both_languages_have_the_same_keys(part: object) -> None:
    assert set(part.WORDS["zh"]) == set(part.WORDS["en"])  # type: ignore[attr-defined]
