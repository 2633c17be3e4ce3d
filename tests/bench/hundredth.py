"""The hundredth turn of a conversation against the first.

Both ask the same question, whose embedding is remembered, so that only the conversation's length can tell them apart.
"""

from __future__ import annotations

import statistics
import uuid

from tests.bench.person import Person
from tests.bench.pool import questions
from tests.bench.running import both_sides
from tests.bench.section import Bench, Promise, Section
from tests.bench.sides import FIRST_QUESTION

_CONVERSATIONS = 6
_AROUND = 5  # turns around the hundredth, and first turns, for each conversation
_LONG = 100


def measure(bench: Bench) -> Section:
    """Hold long conversations with both sides, in turn."""
    sides = both_sides(bench)
    first: dict[str, list[float]] = {each.name: [] for each in sides}
    late: dict[str, list[float]] = {each.name: [] for each in sides}
    for number in range(1 if bench.quick else _CONVERSATIONS):
        for running in sides:
            person = Person(running)
            first[running.name] += [person.ask(str(uuid.uuid4()), FIRST_QUESTION) for _ in range(_AROUND)]
            late[running.name] += _late_turns(person, number)
            person.close()
        bench.report(f"hundredth: {number + 1} of {_CONVERSATIONS} conversations")
    ratios = {each.name: statistics.median(late[each.name]) / statistics.median(first[each.name]) for each in sides}
    return Section(
        title="The hundredth turn of a conversation",
        rows=(
            ("", "first turn, ms", "hundredth, ms", "ratio"),
            *((n, _ms(first[n]), _ms(late[n]), f"{ratio:.2f}") for n, ratio in ratios.items()),
        ),
        figures={each.name: {"first": first[each.name], "hundredth": late[each.name]} for each in sides},
        notes=(
            f"Medians over {len(first[sides[0].name])} first turns and as many around the hundredth, one user, all "
            "with the same question; the turns between ask others.",
        ),
        promises=(Promise("hundredth turn : first turn, ours", ratios[sides[0].name], 1.3),),
    )


def _late_turns(person: Person, number: int) -> list[float]:
    sender, before = str(uuid.uuid4()), _LONG - 1 - _AROUND // 2
    for text in questions()[number * before : (number + 1) * before]:
        person.ask(sender, text)
    return [person.ask(sender, FIRST_QUESTION) for _ in range(_AROUND)]


def _ms(values: list[float]) -> str:
    return f"{statistics.median(values):.1f}"
