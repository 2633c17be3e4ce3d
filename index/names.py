"""The names of services, vendors and standards, and where a text mentions them.

`NameCatalog.from_files` joins what the loaded pages list with the files of data/knowledge/names/; what a page says of
a name goes before the files. The parts: name_files reads, name_merging joins, name_table finds exact spellings,
name_typos those with slips, name_rows those that share their first words, name_context judges ordinary words,
unknown_names sees names that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from index.knowledge import Page
from index.name_files import Words, read_catalog, read_words
from index.name_finder import NameFinder, numbered_standard
from index.name_merging import Merged, merge
from index.name_types import Mention, Name
from index.text import tidy
from index.unknown_names import strange_in, unknown_in

__all__ = ["Mention", "Name", "NameCatalog"]

REMEMBERED = 512  # texts


class NameCatalog:
    """Every name that is known. Frozen once built; look-ups are safe from several threads."""

    def __init__(self, merged: Merged, words: Words) -> None:
        """Use `from_files`.

        Attributes:
            names: by id.
            providers: id of a page -> id of the vendor whose services it lists.
            name_of: the name that a text is, spelt just so, or None; far cheaper than `find`.
        """
        self.names: Mapping[str, Name] = merged.names
        self.providers: Mapping[str, str] = merged.providers
        self._renumbered = merged.renumbered
        finder = NameFinder(merged.spellings(), merged.variants_with_bases(), words)
        self.name_of = finder.name_of
        self._find = lru_cache(maxsize=REMEMBERED)(finder.find)  # the parts of a turn ask for the same texts

    @classmethod
    def from_files(cls, folder: Path, pages: Sequence[Page]) -> NameCatalog:
        """Read the catalog files of a folder and join them with the pages.

        Raises:
            InvalidKnowledge: a file is missing or breaks its form; every problem is listed.
        """
        return cls(merge(read_catalog(folder), pages), read_words(folder))

    def get(self, name_id: str) -> Name | None:
        """The name of an id; standards such as "standard:iso-13485" exist without an entry."""
        return self.names.get(self._renumbered.get(name_id, name_id)) or numbered_standard(name_id)

    def wholes(self) -> frozenset[str]:
        """Ids of the services that have parts in the catalog, such as a whole cloud."""
        return frozenset(name.part_of for name in self.names.values() if name.part_of)

    def is_foreign(self, name: Name) -> bool:
        """Whether a vendor that no loaded page is about makes it, or is it."""
        return name.vendor is not None and name.vendor not in self.providers.values()

    def find(self, text: str, lenient: bool = False) -> tuple[Mention, ...]:
        """The names in a text, in order, not overlapping; the longest wins.

        Case, width, script, hyphens, plurals and slips of the keyboard do not matter. A name that is an ordinary
        word ("flow", "teams") counts where the context says so; `name_context` has the rules.

        Args:
            text: as typed; offsets of the mentions refer to it.
            lenient: the text is a fragment that answers a question or follows one ("and teams?"), so that a bare
                ordinary word counts.
        """
        return self._find(text, lenient)

    def unknown_name(self, text: str, is_word: Callable[[str], bool] | None = None) -> str | None:
        """The product that a coverage question asks about and the catalog does not know, as typed, or None.

        Args:
            text: as typed.
            is_word: whether the language has a word; with it, a strange word counts wherever it stands.
        """
        typed = tidy(text)
        found = self.find(typed)
        makers = [each for each in found if each.name.kind == "vendor" and not self.is_foreign(each.name)]
        known, made = ([(each.start, each.end) for each in part] for part in (found, makers))
        return unknown_in(typed, known, made) or (strange_in(typed, known, is_word) if is_word else None)
