"""What the assistant knows, open and ready: pages, names, encoder and retriever.

One library serves a process; understanding and actions share it. `replace_library` swaps it whole, and
`one_library` holds on to the one of the moment, so that a turn sees either the old knowledge or the new, never
a mixture.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from index.encoder import DEFAULT_MODEL, Encoder, open_encoder
from index.examples import Example, load_examples
from index.knowledge import Entry, Page, load_pages
from index.knowledge_checks import question_key
from index.lexical import tokens
from index.names import NameCatalog
from index.passages import passages_of
from index.retriever import Retriever, build, ensure
from index.text import normalise

ROOT = Path(__file__).resolve().parent.parent
PASSAGES_READ = 10_000  # in order to get ready
_lock = threading.Lock()
_open: Library | None = None
_held: ContextVar[Library | None] = ContextVar("library", default=None)


@dataclass(frozen=True, eq=False)
class Library:
    """Everything that answers are made of. Two libraries are the same only if they are one object."""

    pages: tuple[Page, ...]
    names: NameCatalog
    encoder: Encoder
    retriever: Retriever

    def page_of(self, standard_id: str) -> Page | None:
        """The loaded page about that standard (an id of the name catalog), if there is one."""
        return self._pages_by_standard.get(standard_id)

    def get_ready(self) -> None:
        """Do what can be done before the first question: the encoder meets the words of the passages.

        So does what cuts Chinese into words, whose dictionary takes half a second to load.
        """
        known = (normalise(passage.text) for passage in islice(self.retriever.passages, PASSAGES_READ))
        self.encoder.expect(known)
        tokens("认证")

    def has_entry(self, label: str) -> bool:
        """Whether any page answers that label."""
        return label in self._entry_ids

    def entry(self, page: Page, label: str, text: str) -> Entry:
        """The page's entry of that label; where it has none, its entry nearest to the question `text`."""
        if any(entry.id == label for entry in page.entries):
            return page.entry(label)
        hits = self.retriever.search(text, 1, pages=[page.id], kinds=["question", "answer"])
        return page.entry(hits[0].passage.label)

    def excludes(self, label: str, text: str) -> bool:
        """Whether an entry of that label names the question `text` as one that must not lead to it."""
        return (label, question_key(text)) in self._excluded

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The house's own labelled utterances."""
        house = (passage for passage in self.retriever.passages if passage.page is None)
        return tuple(Example(passage.text, passage.label) for passage in house)

    def with_pages(self, pages: Sequence[Page], examples: Sequence[Example], folder: Path) -> Library:
        """A library of other pages and examples, with the names and the encoder of this one.

        Args:
            pages: with the same standards and services.
            examples: the house's labelled utterances.
            folder: where its index is kept; only texts that this library does not hold are embedded.

        Raises:
            IndexNotBuilt: the index cannot be written.
        """
        passages = passages_of(pages, examples)
        retriever = ensure(folder, passages, self.encoder, like=self.retriever)
        return replace(self, pages=tuple(pages), retriever=retriever)

    @cached_property
    def provider(self) -> str:
        """Id, in the name catalog, of the vendor whose certification the pages are about."""
        return self._id_of(self.pages[0].provider.name)

    @cached_property
    def standards(self) -> frozenset[str]:
        """Ids of the standards that have a page."""
        return frozenset(self._pages_by_standard)

    @cached_property
    def named_standards(self) -> frozenset[str]:
        """Ids of the standards that the pages' answers name, with or without a page of their own."""
        answers = (entry.answer.en for page in self.pages for entry in page.entries)
        found = (mention.name for answer in answers for mention in self.names.find(answer))
        return frozenset(name.id for name in found if name.kind == "standard")

    @cached_property
    def _pages_by_standard(self) -> dict[str, Page]:
        return {self._id_of(page.standard.name): page for page in self.pages}

    @cached_property
    def _entry_ids(self) -> frozenset[str]:
        return frozenset(entry.id for page in self.pages for entry in page.entries)

    @cached_property
    def _excluded(self) -> frozenset[tuple[str, str]]:
        entries = [entry for page in self.pages for entry in page.entries]
        return frozenset(
            (entry.id, question_key(text)) for entry in entries for texts in entry.excludes.values() for text in texts
        )

    def _id_of(self, name: str) -> str:
        return self.names.find(name)[0].name.id


def open_library() -> Library:
    """The library of this process; opened, and its index built if need be, on first use.

    Raises:
        RetrievalError: the knowledge is wrong, or the encoder or index cannot be opened.
    """
    global _open
    if held := _held.get():
        return held
    with _lock:
        if _open is None:
            _open = _read(ensure)
        return _open


def replace_library(library: Library) -> None:
    """Make `library` the one that `open_library` gives from now on."""
    global _open
    with _lock:
        _open = library


@contextmanager
def one_library(library: Library | None = None) -> Iterator[Library]:
    """Within it, this thread or task sees one library, whatever is opened elsewhere meanwhile.

    Args:
        library: which one; None takes the one that is open now.
    """
    token = _held.set(library or open_library())
    try:
        yield open_library()
    finally:
        _held.reset(token)


def build_library_index(force: bool = False, report: Callable[[str], None] = print) -> Path:
    """Build the index if the knowledge or the embedding model has changed, or always with `force`.

    Returns:
        The folder of the indexes.
    """
    started = []

    def progress(done: int, total: int) -> None:
        started.append(done)
        report(f"index: embedded {done} of {total} passages")

    opened = build if force else ensure
    library = _read(lambda folder, passages, encoder: opened(folder, passages, encoder, progress))
    count = library.retriever.manifest.passages
    report(f"index: built, {count} passages" if started or force else f"index: up to date ({count} passages)")
    return _index_folder()


def _read(opened: Callable[..., Retriever]) -> Library:
    knowledge = ROOT / (os.environ.get("KNOWLEDGE_DIR") or "data/knowledge")
    pages = load_pages(knowledge)
    examples = load_examples(ROOT / "data" / "nlu")
    names = NameCatalog.from_files(knowledge / "names", pages)
    encoder = open_encoder(os.environ.get("EMBEDDING_MODEL") or DEFAULT_MODEL)
    return Library(pages, names, encoder, opened(_index_folder(), passages_of(pages, examples), encoder))


def _index_folder() -> Path:
    return ROOT / (os.environ.get("VAR_DIR") or "var") / "index"
