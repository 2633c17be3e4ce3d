"""`python -m bot evaluate`: from a question file to a report that can be read and compared."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.evaluation import EvaluationFailed, UnusableRun, command
from bot.evaluation.page import page_of
from bot.settings import Settings, load_settings
from index.questions import InvalidQuestions, Split
from tests.fakes.assistant import FakeAssistant

SCRIPT = "<script>alert(1)</script>"
QUESTIONS: list[dict[str, Any]] = [
    {"id": "one", "text": "Is Intune covered?", "must": ["Intune"]},
    {"id": "two", "text": "Intune 包括在内吗？", "lang": "zh", "must": ["Intune"]},
    {"id": "three", "text": f"Is {SCRIPT} covered?", "must": [f"</svg>{SCRIPT}"]},
    {"id": "four", "text": "What is the weather?", "category": "out_of_scope", "in_scope": False},
]


def line(raw: dict[str, Any]) -> str:
    lang = raw.get("lang", "en")
    expected = {"in_scope": raw.get("in_scope", True), "must_contain": raw.get("must", []), "must_not_contain": []}
    category = raw.get("category", "coverage_service")
    return json.dumps(
        {
            "id": raw["id"],
            "lang": lang,
            "answer_lang": lang,
            "text": raw["text"],
            "category": category,
            "expected": expected,
        }
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(map(line, QUESTIONS)), encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({}, {"VAR_DIR": str(tmp_path / "var")})


@pytest.fixture(autouse=True)
def faked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "make_assistant", lambda settings: FakeAssistant())


@dataclass(frozen=True)
class Run:
    """A run of QUESTIONS, made once for the tests that only read it."""

    document: dict[str, Any]
    page: str
    lines: tuple[str, ...]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("made")
    (folder / "some.jsonl").write_text("\n".join(map(line, QUESTIONS)), encoding="utf-8")
    settings = load_settings({}, {"VAR_DIR": str(folder / "var")})
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(command, "make_assistant", lambda settings: FakeAssistant())
        assert command.run(settings, folder / "some.jsonl", folder, report=lines.append) == 0
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return Run(document, (folder / "report.html").read_text(encoding="utf-8"), tuple(lines))


class Elements(HTMLParser):
    """The elements of a page, and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def elements(page: str) -> Elements:
    parser = Elements()
    parser.feed(page)
    return parser


def test_the_report_holds_every_question_and_figure(made: Run) -> None:
    document = made.document
    assert document["overall"]["accuracy"] == 0.75
    assert document["overall"]["missed_answers"] == pytest.approx(1 / 3, abs=0.001)
    assert document["by_category"]["out_of_scope"]["right"] == 1
    assert [each["id"] for each in document["questions"]] == ["one", "two", "three", "four"]
    assert document["questions"][0]["evidence"]["intent"] == "coverage_service"
    assert document["latency_ms"]["p95"] > 0


def test_the_page_needs_nothing_else_and_escapes_every_text(made: Run) -> None:
    page, seen = made.page, elements(made.page)

    assert "script" not in seen.tags
    assert SCRIPT not in page
    assert "Is &lt;script&gt;alert(1)&lt;/script&gt; covered?" in page
    assert {"img", "link", "iframe"}.isdisjoint(seen.tags)
    assert all(address.startswith("#") for address in seen.addresses)
    assert not re.search(r"url\((?!#)|@import", page)


def test_each_chart_keeps_its_ids_to_itself_and_takes_the_colours_of_the_page(made: Run) -> None:
    page, seen = made.page, elements(made.page)

    assert seen.tags.count("figure") == 4
    assert len(seen.ids) == len(set(seen.ids))
    figures = page[page.index("<figure>") : page.rindex("</figure>")]
    assert "var(--one)" in figures
    assert not re.search('#[0-9a-f]{6}[;"]', figures)


def test_a_run_in_which_nothing_came_back_still_has_a_page(made: Run) -> None:
    document = copy.deepcopy(made.document)
    for each in document["questions"]:
        each |= {"reply": None, "milliseconds": None, "right": False, "wrong": {**each["wrong"], "error": "status 500"}}
    document["answering"] |= {"curve": [], "precision": None}
    document["calibration"] |= {"n": 0, "ece": None, "brier": None}

    page = page_of(document)
    assert "Failures (4)" in page
    assert "<figure>" not in page


def test_the_terminal_gets_progress_and_a_summary(made: Run) -> None:
    text = "\n".join(made.lines)

    assert "evaluate: 4 of 4 asked, 3 right" in text
    assert "coverage_service      2   3  66.7 %" in text
    assert "wrong: three coverage_service, not answered: Is <script>" in text
    assert "accuracy 75.0 %, false answers 0.0 %, missed answers 33.3 %, failed requests 0" in text
    assert made.lines[-1].endswith("report.json")


def test_a_run_is_compared_with_an_earlier_one(made: Run, settings: Settings, file: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    document = copy.deepcopy(made.document)
    document["questions"][0]["right"] = False
    earlier.write_text(json.dumps(document), encoding="utf-8")
    lines: list[str] = []
    command.run(settings, file, tmp_path / "two", compare_with=earlier, report=lines.append)

    compared = json.loads((tmp_path / "two" / "report.json").read_text(encoding="utf-8"))["comparison"]
    assert [flip["id"] for flip in compared["gained"]] == ["one"]
    assert "1 gained, 0 lost, exact McNemar p 1.0000" in lines
    assert "Compared with" in (tmp_path / "two" / "report.html").read_text(encoding="utf-8")


def test_without_a_folder_the_report_goes_under_var(settings: Settings, file: Path) -> None:
    command.run(settings, file, report=lambda line: None)
    assert (settings.var_dir / "evaluation" / "some" / "report.html").is_file()


def test_one_half_can_be_asked_alone(file: Path) -> None:
    halves = [command.questions_of(file, half) for half in get_args(Split)]
    assert all(halves)
    assert sum(map(len, halves)) == len(QUESTIONS)


def test_a_file_with_nothing_in_a_half_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.jsonl"
    path.write_text(line(QUESTIONS[0]), encoding="utf-8")
    with pytest.raises(EvaluationFailed, match="no question in the"):
        for half in get_args(Split):
            command.questions_of(path, half)


def test_a_service_that_is_not_there_is_one_line(settings: Settings, file: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationFailed, match="http://127.0.0.1:1: "):
        command.run(settings, file, tmp_path / "out", url="http://127.0.0.1:1", report=lambda line: None)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1, "questions": [{}]}', '{"format": 0, "questions": []}'])
def test_what_is_no_run_cannot_be_compared_with(settings: Settings, file: Path, tmp_path: Path, text: str) -> None:
    other = tmp_path / "other.json"
    other.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableRun, match="other.json"):
        command.run(settings, file, tmp_path / "out", compare_with=other, report=lambda line: None)


def test_a_missing_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidQuestions, match="absent.jsonl"):
        command.run(settings, tmp_path / "absent.jsonl", report=lambda line: None)
