"""Question files are read whole, or refused with file, line and field."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import RetrievalError
from index.questions import Expected, InvalidQuestions, Question, load_questions, split

RAW: dict[str, Any] = {
    "id": "q-0001",
    "lang": "en",
    "answer_lang": "en",
    "text": "Is Intune in?",
    "category": "coverage_service",
    "tags": ["short"],
    "context": ["Which services are covered?"],
    "expected": {"in_scope": True, "must_contain": ["Intune", ["yes", "listed"]], "must_not_contain": ["no"]},
    "notes": "",
}


def write(folder: Path, *raws: object) -> Path:
    path = folder / "some.jsonl"
    path.write_text("\n".join(json.dumps(raw, ensure_ascii=False) for raw in raws), encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(InvalidQuestions) as refused:
        load_questions(path)
    assert str(refused.value) == "\n".join(map(str, refused.value.problems))
    return [str(problem) for problem in refused.value.problems]


def test_a_line_becomes_a_question_with_every_group_of_words_a_tuple(tmp_path: Path) -> None:
    assert load_questions(write(tmp_path, RAW)) == (
        Question(
            id="q-0001",
            lang="en",
            answer_lang="en",
            text="Is Intune in?",
            category="coverage_service",
            tags=("short",),
            context=("Which services are covered?",),
            expected=Expected(True, (("Intune",), ("yes", "listed")), ("no",)),
            notes="",
        ),
    )


def test_context_may_be_absent_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, {key: value for key, value in RAW.items() if key != "context"})
    path.write_text("\n" + path.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    assert [question.context for question in load_questions(path)] == [()]


def test_a_question_is_frozen(tmp_path: Path) -> None:
    (question,) = load_questions(write(tmp_path, RAW))
    with pytest.raises(FrozenInstanceError):
        question.text = "another"  # type: ignore[misc]


def test_line_separators_inside_a_text_do_not_end_the_line(tmp_path: Path) -> None:
    (question,) = load_questions(write(tmp_path, {**RAW, "text": "one\u2028two\x85three"}))
    assert question.text == "one\u2028two\x85three"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"id": "hq-1"}, "some.jsonl: line 2: id: 'hq-1' does not match", id="id"),
        pytest.param({"lang": "de"}, "some.jsonl: line 2: lang: 'de' is not one of", id="language"),
        pytest.param({"text": ""}, "some.jsonl: line 2: text: '' does not match", id="empty-text"),
        pytest.param({"category": "prices"}, "some.jsonl: line 2: category: 'prices' is not", id="category"),
        pytest.param({"tags": ["typos"]}, "some.jsonl: line 2: tags[0]: 'typos' is not one of", id="tag"),
        pytest.param({"context": [" "]}, "some.jsonl: line 2: context[0]: ' ' does not match", id="context"),
        pytest.param({"extra": 1}, "some.jsonl: line 2: .: Additional properties are not", id="unknown-field"),
        pytest.param(
            {"expected": {"in_scope": True, "must_contain": []}},
            "some.jsonl: line 2: expected: 'must_not_contain' is a required property",
            id="incomplete-expectation",
        ),
        pytest.param(
            {"expected": {"in_scope": True, "must_contain": [[]], "must_not_contain": []}},
            "some.jsonl: line 2: expected.must_contain[0]: [] is not valid",
            id="empty-group",
        ),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    (problem,) = problems_of(write(tmp_path, RAW, {**RAW, "id": "q-0002", **change}))
    assert problem.startswith(told)


def test_every_problem_of_the_file_is_told(tmp_path: Path) -> None:
    wrong = {**RAW, "id": "q-0002", "lang": "de", "notes": 3}
    assert [problem.split(": ")[1:3] for problem in problems_of(write(tmp_path, RAW, wrong, RAW))] == [
        ["line 2", "lang"],
        ["line 2", "notes"],
        ["line 3", "id"],
    ]


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path, RAW, RAW)) == ["some.jsonl: line 2: id: 'q-0001' is already taken"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"{", "line 1: column 2: is not JSON", id="not-json"),
        pytest.param(b"[1]", "line 1: .: [1] is not of type 'object'", id="not-an-object"),
        pytest.param(b"\xff\n", "file: byte 0: is not UTF-8", id="not-utf8"),
        pytest.param(b"\n \n", "file: lines: no question here", id="empty"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(content)
    assert [problem.startswith(f"some.jsonl: {told}") for problem in problems_of(path)] == [True]


def test_a_missing_file_is_refused_as_a_retrieval_error(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match="absent.jsonl: file: read: No such file"):
        load_questions(tmp_path / "absent.jsonl")


@pytest.mark.parametrize(
    ("question_id", "half"),
    [("q-0001", "test"), ("q-0002", "test"), ("q-0003", "calibration"), ("q-0004", "calibration")],
)
def test_the_split_is_fixed_by_the_id(tmp_path: Path, question_id: str, half: str) -> None:
    (question,) = load_questions(write(tmp_path, {**RAW, "id": question_id}))
    assert split(question) == half


def test_the_split_does_not_hang_on_anything_else(tmp_path: Path) -> None:
    (question,) = load_questions(write(tmp_path, RAW))
    other = replace(question, text="something else", category="resources", lang="zh", tags=())
    assert split(other) == split(question)
