"""The corpus: every text that a question may be compared with, each with the label that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from index.examples import Example
from index.knowledge import LANGUAGES, Entry, Page
from index.text import detect_language

Kind = Literal["question", "answer", "scope"]
SCOPE_LABEL = "coverage_list/services"


@cache
def topic_of(label: str) -> str:
    """The part of a label before the slash."""
    return label.split("/", 1)[0]


@dataclass(frozen=True)
class Passage:
    """One unit of the corpus.

    Attributes:
        passage_id: unique in the corpus, such as "iso-20000-1-2011/standard/what/zh/question/3".
        label: what the passage stands for, `topic/key`.
        language: "zh" or "en".
        text: as written; retrieval reads it normalised.
        kind: a way to ask, an answer, or the list of services in scope.
        page: id of the page it belongs to; None for the house's own examples.
    """

    passage_id: str
    label: str
    language: str
    text: str
    kind: Kind
    page: str | None = None


def passages_of(pages: Iterable[Page], examples: Sequence[Example] = ()) -> tuple[Passage, ...]:
    """The passages of the pages, then those of the house's labelled examples."""
    return (*(passage for page in pages for passage in _of_page(page)), *_of_house(examples))


def _of_page(page: Page) -> Iterator[Passage]:
    for entry in page.entries:
        yield from _of_entry(entry)
    if any(entry.id == SCOPE_LABEL for entry in page.entries):
        yield from (_scope(page, language) for language in LANGUAGES)


def _of_entry(entry: Entry) -> Iterator[Passage]:
    for language in LANGUAGES:
        stem = f"{entry.page}/{entry.id}/{language}"
        for number, question in enumerate(entry.questions[language]):
            place = f"{stem}/question/{number}"
            yield Passage(place, entry.id, language, question, "question", entry.page)
        yield Passage(f"{stem}/answer", entry.id, language, entry.answer[language], "answer", entry.page)


def _scope(page: Page, language: str) -> Passage:
    names = [service.name[language] for service in page.services]
    text = f"{page.title[language]}: {', '.join(names)}"
    return Passage(f"{page.id}/scope/{language}", SCOPE_LABEL, language, text, "scope", page.id)


def _of_house(examples: Iterable[Example]) -> Iterator[Passage]:
    counts: dict[str, int] = {}
    for example in examples:
        number = counts[example.label] = counts.get(example.label, -1) + 1
        language = detect_language(example.text) or "en"
        yield Passage(f"house/{example.label}/{number}", example.label, language, example.text, "question")
