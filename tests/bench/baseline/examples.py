"""The labelled examples and answers that our own model is trained on, sorted by language for the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.examples import Example, load_examples
from index.knowledge import LANGUAGES, Entry, Page, load_pages
from index.text import detect_language


@dataclass(frozen=True)
class Pool:
    """What one language's model learns.

    Attributes:
        examples: utterances with their labels.
        answers: label -> what is said, for the labels that the pages answer.
    """

    examples: tuple[Example, ...]
    answers: dict[str, str]


def pool_of(root: Path, language: str) -> Pool:
    """The pool of one language.

    A question of a page is in the language it stands under; another example is in the language that it is
    written in, and in both where nothing tells (an emoji, keyboard mash).
    """
    pages = load_pages(root / "data" / "knowledge")
    entries = [(page, entry) for page in pages for entry in page.entries]
    asked = [Example(text, entry.id) for _, entry in entries for text in entry.questions[language]]
    house = [each for each in load_examples(root / "data" / "nlu") if _is_in(language, each.text)]
    answers = {entry.id: _answer(page, entry, language) for page, entry in entries}
    return Pool(tuple(_once([*asked, *house])), answers)


def _is_in(language: str, text: str) -> bool:
    return detect_language(text) in (language, None)


def _once(examples: Sequence[Example]) -> list[Example]:
    """Each text once: Rasa refuses to learn two labels for one text."""
    return list({each.text: each for each in examples}.values())


def _answer(page: Page, entry: Entry, language: str) -> str:
    """The page's words with its links and date, as an FAQ gives them."""
    assert language in LANGUAGES
    links = [page.link(link_id) for link_id in entry.links]
    lines = [entry.answer[language], *(f"{link.title[language]}: {link.url}" for link in links)]
    return "\n".join([*lines, f"({page.date.isoformat()})"])
