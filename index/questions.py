"""The labelled questions that measure the assistant, and the fixed rule that splits them.

Thresholds are set on the calibration half; the test half is only ever measured on, so that a figure
reported for it is not a figure that something was fitted to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator

from index.errors import Problem, RetrievalError

FOLDER = Path(__file__).resolve().parent.parent / "data" / "questions"
QUESTIONS = FOLDER / "questions.jsonl"
SCHEMA = FOLDER / "schema.json"

Split = Literal["calibration", "test"]


class InvalidQuestions(RetrievalError):
    """A question file is refused; `problems` lists everything wrong, one line each in the message."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Expected:
    """What a right answer is.

    Attributes:
        in_scope: True when the assistant is to answer, False when it is to refuse.
        must_contain: groups; of each group any one wording has to appear in the answer or its sources.
        must_not_contain: wrong claims.
    """

    in_scope: bool
    must_contain: tuple[tuple[str, ...], ...]
    must_not_contain: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One thing that a person asks.

    Attributes:
        id: "q-" and four digits in our own file; the split hangs on it.
        lang: "en", "zh" or "mixed".
        answer_lang: "en", "zh" or "any".
        context: the asker's earlier turns of the same conversation, oldest first.
        notes: why the expected answer is what it is.
    """

    id: str
    lang: str
    answer_lang: str
    text: str
    category: str
    tags: tuple[str, ...]
    context: tuple[str, ...]
    expected: Expected
    notes: str


def load_questions(path: Path = QUESTIONS, schema: Path = SCHEMA) -> tuple[Question, ...]:
    """Read a file of questions, one JSON object a line; blank lines are passed over.

    Args:
        path: the file.
        schema: the JSON Schema that each line keeps; a laxer one lets files from elsewhere in.

    Raises:
        InvalidQuestions: the file is unreadable or empty, or a line breaks the schema or repeats an id.
    """
    problems: list[Problem] = []
    raws: dict[str, dict[str, Any]] = {}
    for line, text in _lines(path):
        raw, wrong = _parsed(text, path.name, line, schema)
        if not wrong and raw["id"] in raws:
            wrong = [Problem(path.name, line, "id", f"{raw['id']!r} is already taken")]
        problems += wrong
        if not wrong:
            raws[raw["id"]] = raw
    if not raws and not problems:
        problems = [Problem(path.name, "file", "lines", "no question here")]
    if problems:
        raise InvalidQuestions(problems)
    return tuple(_question(raw) for raw in raws.values())


def split(question: Question) -> Split:
    """Which half a question belongs to: the parity of the SHA-256 of its id, even is calibration."""
    digest = hashlib.sha256(question.id.encode()).digest()
    return "calibration" if digest[-1] % 2 == 0 else "test"


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise InvalidQuestions([Problem(path.name, "file", "read", str(error.strerror))]) from error
    except UnicodeDecodeError as error:
        problem = Problem(path.name, "file", f"byte {error.start}", "is not UTF-8")
        raise InvalidQuestions([problem]) from error
    for number, text in enumerate(lines, 1):
        if text.strip():
            yield f"line {number}", text


def _parsed(text: str, file: str, line: str, schema: Path) -> tuple[Any, list[Problem]]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        return None, [Problem(file, line, f"column {error.colno}", f"is not JSON: {error.msg}")]
    errors = sorted(_validator(schema).iter_errors(raw), key=lambda error: str(error.json_path))
    return raw, [Problem(file, line, error.json_path[2:] or ".", error.message) for error in errors]


@lru_cache(maxsize=2)
def _validator(schema: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _question(raw: dict[str, Any]) -> Question:
    expected = raw["expected"]
    groups = (group if isinstance(group, list) else [group] for group in expected["must_contain"])
    return Question(
        **{name: raw[name] for name in ("id", "lang", "text", "category")},
        answer_lang=raw.get("answer_lang", "any"),
        notes=raw.get("notes", ""),
        tags=tuple(raw.get("tags", ())),
        context=tuple(raw.get("context") or ()),
        expected=Expected(
            in_scope=expected["in_scope"],
            must_contain=tuple(tuple(group) for group in groups),
            must_not_contain=tuple(expected["must_not_contain"]),
        ),
    )
