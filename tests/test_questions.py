"""The labelled questions are many, mixed, judgeable, and described truly in their README."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter

import pytest

from index.examples import load_examples
from index.knowledge import load_pages
from index.library import ROOT
from index.questions import FOLDER, SCHEMA, Question, load_questions, split
from index.text import simplify

QUESTIONS = load_questions()
CATEGORIES = sorted({question.category for question in QUESTIONS})
CJK = re.compile("[\u3400-\u9fff]")


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def bare(text: str) -> str:
    return simplify(fold(text)).strip(" ?。.!,")


def ids(questions: list[Question]) -> list[str]:
    return [question.id for question in questions]


def test_there_are_enough_and_their_ids_ascend() -> None:
    assert len(QUESTIONS) >= 480
    numbers = [question.id for question in QUESTIONS]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_asked_in_both_languages_in_both_halves(category: str) -> None:
    cells = {(q.lang, split(q)) for q in QUESTIONS if q.category == category}
    wanted = {(lang, half) for lang in ("en", "zh") for half in ("calibration", "test")}
    assert wanted <= cells


def test_every_category_and_every_tag_of_the_schema_is_in_use() -> None:
    fields = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    assert set(fields["category"]["enum"]) == set(CATEGORIES)
    assert set(fields["tags"]["items"]["enum"]) == {tag for q in QUESTIONS for tag in q.tags}


def test_the_halves_are_of_like_size() -> None:
    halves = Counter(map(split, QUESTIONS))
    assert 0.4 < halves["calibration"] / len(QUESTIONS) < 0.6


def test_follow_ups_are_those_with_context_and_there_are_at_least_60() -> None:
    follow_ups = [q.id for q in QUESTIONS if q.context]
    assert follow_ups == [q.id for q in QUESTIONS if "follow_up" in q.tags]
    assert len(follow_ups) >= 60


def test_only_out_of_scope_is_out_of_scope_and_only_there_nothing_has_to_be_said() -> None:
    refusals = [q.id for q in QUESTIONS if q.category == "out_of_scope"]
    assert refusals == [q.id for q in QUESTIONS if not q.expected.in_scope]
    assert refusals == [q.id for q in QUESTIONS if not q.expected.must_contain]


def test_an_english_question_holds_no_chinese_and_a_chinese_one_some() -> None:
    signs_only = {"pinyin", "gibberish", "emoji"}
    assert not ids([q for q in QUESTIONS if q.lang == "en" and CJK.search(q.text)])
    assert not ids(
        [q for q in QUESTIONS if q.lang == "zh" and not CJK.search(q.text) and signs_only.isdisjoint(q.tags)]
    )
    assert not ids([q for q in QUESTIONS if q.lang == "mixed" and not CJK.search(q.text)])


def test_the_answer_is_in_the_language_of_the_question_or_in_any() -> None:
    assert not ids([q for q in QUESTIONS if q.answer_lang not in (q.lang, "any")])
    assert not ids([q for q in QUESTIONS if q.lang == "mixed" and q.answer_lang != "any"])


def test_some_right_answer_is_possible() -> None:
    """A group of wordings that all hold a forbidden claim could never be met."""

    def forbidden(question: Question, wording: str) -> bool:
        return any(fold(claim) in fold(wording) for claim in question.expected.must_not_contain)

    assert not ids(
        [
            question
            for question in QUESTIONS
            for group in question.expected.must_contain
            if all(forbidden(question, wording) for wording in group)
        ]
    )


def test_no_question_is_there_twice() -> None:
    asked = Counter((fold(q.text), q.context) for q in QUESTIONS)
    assert [question for question, times in asked.items() if times > 1] == []


def test_nothing_is_learnt_from_a_question_that_measures() -> None:
    learnt = [example.text for example in load_examples(ROOT / "data" / "nlu")]
    learnt += [text for page in load_pages(ROOT / "data" / "knowledge") for entry in page.entries
               for texts in entry.questions.values() for text in texts]  # fmt: skip
    assert not {bare(question.text) for question in QUESTIONS} & {bare(text) for text in learnt}


def test_very_long_texts_are_of_500_to_2500_characters() -> None:
    long = [q for q in QUESTIONS if "very_long" in q.tags]
    assert ids(long) == ids([q for q in QUESTIONS if len(q.text) >= 400])
    assert not ids([q for q in long if not 500 <= len(q.text) <= 2500])


def test_full_width_forms_and_capitals_are_what_their_tags_say() -> None:
    wide = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
    assert not ids([q for q in QUESTIONS if "fullwidth" in q.tags and not wide.search(q.text)])
    assert not ids([q for q in QUESTIONS if "all_caps" in q.tags and not q.text.isupper()])
    assert not ids([q for q in QUESTIONS if "lowercase" in q.tags and q.text[0].isupper()])
    assert not ids([q for q in QUESTIONS if "no_punct" in q.tags and q.text[-1] in ".?!。？！"])


def test_the_readme_counts_what_the_file_holds() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    cells = Counter((q.category, q.lang, split(q)) for q in QUESTIONS)
    cells += Counter(("all", q.lang, split(q)) for q in QUESTIONS)
    for category in [*CATEGORIES, "all"]:
        counts = (
            f"{cells[category, lang, 'calibration']} + {cells[category, lang, 'test']}"
            for lang in ("en", "zh", "mixed")
        )
        assert f"| {category} | {' | '.join(counts)} |" in readme
