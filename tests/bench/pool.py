"""The questions that the benchmark asks: every labelled question, every example and every entry's own, mixed.

There are thousands, and each is asked again only after all others, so that remembered embeddings help neither side.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

from bot.settings import PROJECT
from index.examples import load_examples
from index.knowledge import load_pages
from index.questions import load_questions
from index.text import normalise

REPEATED = 40  # questions that are asked over and over where remembered embeddings are to be measured


def questions() -> list[str]:
    """All of them, no two of them alike, in an order that is the same each time."""
    entries = [entry for page in load_pages(PROJECT / "data" / "knowledge") for entry in page.entries]
    texts = [
        *(each.text for each in load_questions() if not each.context),
        *(each.text for each in load_examples(PROJECT / "data" / "nlu")),
        *(text for entry in entries for of_language in entry.questions.values() for text in of_language),
    ]
    distinct = list({normalise(text): text for text in texts}.values())
    Random(0).shuffle(distinct)
    return distinct


class Asked:
    """Hands out questions, never one twice before all were asked."""

    def __init__(self) -> None:
        """Begin anew."""
        self._texts: Iterator[str] = itertools.cycle(questions())

    def next(self, count: int) -> list[str]:
        """The next ones."""
        return list(itertools.islice(self._texts, count))
