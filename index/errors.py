"""What can go wrong in the retrieval library.

RetrievalError
  x IndexNotBuilt        no index on disk yet
  x IndexMismatch        the index belongs to another model or other knowledge
  x IndexDamaged         the index is incomplete or its files contradict its manifest
  x EncoderUnavailable   the embedding model cannot be loaded
  x InvalidKnowledge     a knowledge file breaks its rules (carries every problem found)
  x InvalidPage          a published page cannot be read as a certification page
  x PageExists           the knowledge file that a page would become is there already
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RetrievalError(Exception):
    """Anything the retrieval library refuses or cannot do."""


class IndexNotBuilt(RetrievalError):
    """There is no index yet; build it first."""


class IndexMismatch(RetrievalError):
    """The index was built with another model, or from other knowledge, than the present one."""


class IndexDamaged(RetrievalError):
    """A file of the index is missing, unreadable or not what the manifest says."""


class EncoderUnavailable(RetrievalError):
    """The embedding model could not be loaded."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a knowledge file.

    Attributes:
        file: the file's name.
        entry: id of the entry, or the part of the file ("page", "links[certificate]", "line 12").
        field: the field inside it, such as "answer.zh".
        message: what is wrong with it.
    """

    file: str
    entry: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.field}: {self.message}"


class InvalidKnowledge(RetrievalError):
    """A knowledge file is refused; `problems` lists everything wrong, one line each in the message."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def file(self) -> str:
        """File of the first problem."""
        return self.problems[0].file

    @property
    def entry(self) -> str:
        """Entry of the first problem."""
        return self.problems[0].entry

    @property
    def field(self) -> str:
        """Field of the first problem."""
        return self.problems[0].field


class InvalidPage(RetrievalError):
    """A published page could not be read as a certification page."""


class PageExists(RetrievalError):
    """The knowledge file that a published page would become is there already."""
