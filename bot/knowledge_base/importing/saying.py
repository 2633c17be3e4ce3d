"""What a dry run found, in words; and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.knowledge_base.importing.columns import COLUMNS
from bot.knowledge_base.importing.competing import Competing
from bot.knowledge_base.importing.planning import CHANGED, NEW, SAME, Plan
from bot.knowledge_base.importing.problems import Problem, UnreadableFile
from bot.words import Words


def problem_text(problem: Problem, words: Words) -> str:
    """What is wrong with a row, in words."""
    return words(problem.key, **problem.values)


def file_problem(error: UnreadableFile, words: Words) -> str:
    """Why nothing of a file can be used, in words."""
    values = dict(error.values)
    if isinstance(values.get("columns"), list):
        values["columns"] = ("、" if words.language == "zh" else ", ").join(
            column_name(column, words)
            for column in error.values["columns"]  # type: ignore[attr-defined]
        )
    return words(error.key, **values)


def column_name(column: str, words: Words) -> str:
    """A column by its head in the template."""
    return COLUMNS[column][words.language] if column in COLUMNS else column


def problem_lines(problems: Sequence[Problem], words: Words) -> Iterator[str]:
    """One line a problem: row, column, what is wrong."""
    for problem in problems:
        column = f", {column_name(problem.column, words)}" if problem.column else ""
        yield f"row {problem.row}{column}: {' '.join(problem_text(problem, words).split())}"


def competing_lines(competing: Sequence[Competing]) -> Iterator[str]:
    """One line a question."""
    for each in competing:
        claim = (
            f"near {each.theirs!r} of {each.other} ({each.cosine:.2f})" if each.theirs else f"answered by {each.other}"
        )
        yield f"row {each.row}: {each.text!r} is {claim}"


def summary(plan: Plan) -> str:
    """How many rows there are of each kind."""
    kinds = {NEW: "new", CHANGED: "change an entry", SAME: "as it is already"}
    counts = ", ".join(f"{plan.count(kind)} {text}" for kind, text in kinds.items())
    return f"{counts}; {len(plan.problems)} problem{'' if len(plan.problems) == 1 else 's'}"
