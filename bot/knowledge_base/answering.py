"""Answering from what holds: an understanding of it, made from the trained one, takes its place in one step.

Nothing is trained by Rasa and nothing restarts. Making one takes seconds, on a thread of its own; answers come from
the one before until it is ready.
"""

from __future__ import annotations

import threading
from pathlib import Path

from bot.knowledge_base.in_force import Knowledge
from bot.nlu import in_use
from bot.nlu.understanding import Understanding
from index.examples import Example
from index.knowledge import Entry

# What is asked for and has expired is refused like what no page answers; without this, the next entry would answer.
WITHHELD = "out_of_scope/unclear"

_lock = threading.Lock()
_answered: Knowledge | None = None


def answer_from(knowledge: Knowledge, folder: Path) -> bool:
    """Make this process answer from `knowledge`; False where no model is loaded here (yet).

    Args:
        folder: where its index is kept.

    Raises:
        RetrievalError: it cannot be indexed; answers come from what was there before.
    """
    global _answered
    with _lock:
        if in_use.trained() is None:
            return False
        if knowledge != _answered:
            in_use.use(understanding_of(knowledge, folder))
            _answered = knowledge
        return True


def understanding_of(knowledge: Knowledge, folder: Path) -> Understanding:
    """An understanding that reads with `knowledge` instead of the pages that the model was trained on.

    Raises:
        RetrievalError: it cannot be indexed.
    """
    trained = in_use.trained()
    assert trained is not None
    library = trained.library
    if knowledge.pages == library.pages and not knowledge.withheld:
        return trained
    house = [*library.examples, *_refused(knowledge)]
    own = [(text, entry.id) for page in knowledge.pages for entry in page.entries for text in _questions(entry)]
    examples = dict.fromkeys([*((each.text, each.label) for each in house), *own])
    return trained.retrained(list(examples), library.with_pages(knowledge.pages, house, folder))


def _refused(knowledge: Knowledge) -> list[Example]:
    return [Example(text, WITHHELD) for entry in knowledge.withheld for text in _questions(entry)]


def _questions(entry: Entry) -> list[str]:
    return [text for texts in entry.questions.values() for text in texts]
