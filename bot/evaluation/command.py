"""`python -m bot evaluate`: ask, judge, write the report, say how it went."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bot import clock
from bot.assistant.factory import make_assistant
from bot.assistant.training import trained_model
from bot.evaluation.asking import Asker, AskFailed, OverHttp, throwaway
from bot.evaluation.comparing import compare
from bot.evaluation.document import About, Document, document_of, read_document, rounded, write_document
from bot.evaluation.page import page_of
from bot.evaluation.quiet import quiet
from bot.evaluation.running import run_questions
from bot.evaluation.summary import summary
from bot.settings import Settings
from index.questions import Question, Split, load_questions, split

SCHEMA = Path(__file__).resolve().parent / "questions.schema.json"

Report = Callable[[str], None]


class EvaluationFailed(Exception):
    """A run could not begin; the message is one line."""


def run(
    settings: Settings,
    file: Path,
    out: Path | None = None,
    compare_with: Path | None = None,
    half: Split | None = None,
    url: str | None = None,
    report: Report = print,
) -> int:
    """Ask every question of a file, and write `report.json` and `report.html`.

    Args:
        settings: of the assistant, where it runs in this process.
        file: questions, one JSON object a line.
        out: folder for the report; None puts it under VAR_DIR.
        compare_with: an earlier `report.json`.
        half: ask only this half of the questions.
        url: a running service to ask instead of one in this process.
        report: gets each line of progress and of the summary.

    Returns:
        0: a poor result is no failure of the run.

    Raises:
        EvaluationFailed: there is nothing to ask, or nobody.
        UnusableRun: `compare_with` is not a run.
        InvalidQuestions: the file cannot be used.
        AssistantUnavailable: there is no assistant to ask.
    """
    earlier = read_document(compare_with) if compare_with else None
    questions = questions_of(file, half)
    folder = out or settings.var_dir / "evaluation" / (f"{file.stem}-{half}" if half else file.stem)
    folder.mkdir(parents=True, exist_ok=True)
    model = None if url or settings.assistant_url else trained_model()
    target = url or "this process" + (f" with {model.name}" if model else "")
    report(f"evaluate: {len(questions)} questions of {file}, asked of {target}")
    with quiet(), _asker(settings, url) as asker:
        document = evaluate(questions, asker, file, half, target, report)
    if earlier:
        document["comparison"] = rounded(asdict(compare(earlier, document, str(compare_with))))
    write_document(document, folder / "report.json")
    (folder / "report.html").write_text(page_of(document), encoding="utf-8")
    for line in (*summary(document), f"report: {folder / 'report.html'}, {folder / 'report.json'}"):
        report(line)
    return 0


def questions_of(file: Path, half: Split | None) -> tuple[Question, ...]:
    """The questions of a file, or of one half of it.

    Raises:
        EvaluationFailed: that half is empty.
        InvalidQuestions: the file cannot be used.
    """
    questions = load_questions(file, SCHEMA)
    chosen = tuple(question for question in questions if half in (None, split(question)))
    if not chosen:
        raise EvaluationFailed(f"{file} has no question in the {half} half")
    return chosen


def evaluate(
    questions: Sequence[Question],
    asker: Asker,
    file: Path,
    half: Split | None,
    target: str,
    report: Report,
) -> Document:
    """Ask and judge `questions` of `file`; the run as a document, which says that `target` was asked."""
    started, start = clock.utc_now(), time.perf_counter()
    results = run_questions(questions, asker, report)
    about = About(
        file=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        split=half,
        target=target,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - start, 1),
    )
    return document_of(about, results)


@contextlib.contextmanager
def _asker(settings: Settings, url: str | None) -> Iterator[Asker]:
    if not url:
        with throwaway(settings, make_assistant(settings)) as asker:
            yield asker
        return
    try:
        service = OverHttp(url)
    except AskFailed as error:
        raise EvaluationFailed(str(error)) from error
    with contextlib.closing(service):
        yield service
