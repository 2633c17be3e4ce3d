"""The pages as their files have them: what everything that is approved stands on."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from index.knowledge import Entry, Page, load_pages


class KnowledgeFiles:
    """The knowledge folder, read when it is first asked for and not again while the process lives."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: what KNOWLEDGE_DIR names."""
        self.folder = folder

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages, in order of their files' names.

        Raises:
            InvalidKnowledge: a file breaks a rule.
        """
        return load_pages(self.folder)

    def page(self, page_id: str) -> Page | None:
        """The page of that id."""
        return next((page for page in self.pages if page.id == page_id), None)

    def entry(self, page_id: str, label: str) -> Entry | None:
        """The entry under a label, as its file has it."""
        page = self.page(page_id)
        return next((entry for entry in page.entries if entry.id == label), None) if page else None
