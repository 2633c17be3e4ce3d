"""Whether what an asker got is right: the facts are there, nothing wrong is claimed, flag and language fit.

A fact may stand in the text, or in the title or address of a source. A wrong claim counts only where it is
claimed: "Teams is not among those that are certified" does not claim "are certified", for the clause denies
it. Both are about wordings, not meanings; the question file lists the wordings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.assistant.protocol import Source
from index.questions import Question

_HAN = re.compile("[\u3400-\u9fff]")
_SHORT_WORD = re.compile("[a-z0-9]{1,4}")
_DENIAL = re.compile(
    r"n't|\b(?:cannot|if|neither|never|no|nor|not|unable|whether|without)\b|不|没|未|无|非|别|是否|能否"
)
# Ends of clauses after NFKC, which makes ，：；！？ their ASCII twins; a comma ends one before Chinese only.
_CLAUSE_END = re.compile("[.;!?:。；]|,(?=[\u3400-\u9fff])")
_LOOK_BACK = 80  # characters in which a denial is looked for
_PLAIN_QUOTES = str.maketrans("’‘“”", "''\"\"")


@dataclass(frozen=True)
class Received:
    """What an asker got; `language`, `topic` and `confidence` are None for a request that was refused."""

    text: str
    answered: bool
    language: str | None = None
    topic: str | None = None
    confidence: float | None = None
    as_of: str | None = None
    sources: tuple[Source, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def seen(self) -> str:
        """Everything that counts as said: the text, and the titles and addresses of the sources."""
        return " ".join([self.text, *(f"{source.title} {source.url}" for source in self.sources)])


@dataclass(frozen=True)
class Verdict:
    """What is wrong, if anything.

    Attributes:
        missing: groups of wordings of which none appears.
        forbidden: wrong claims that were made.
        flag_right: `answered` is what was expected.
        language_right: the reply is in the expected language, or has none of its own.
        error: why there was no reply to judge, or None.
    """

    missing: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    flag_right: bool = True
    language_right: bool = True
    error: str | None = None

    @property
    def right(self) -> bool:
        """Whether the question passes."""
        blameless = not (self.missing or self.forbidden or self.error)
        return blameless and self.flag_right and self.language_right


def judge(question: Question, received: Received) -> Verdict:
    """Hold a reply against what the question expects."""
    expected, seen = question.expected, fold(received.seen)
    groups, claims = expected.must_contain, expected.must_not_contain
    return Verdict(
        missing=tuple(group for group in groups if not any(appears(wording, seen) for wording in group)),
        forbidden=tuple(claim for claim in claims if is_claimed(claim, seen)),
        flag_right=received.answered == expected.in_scope,
        language_right=question.answer_lang not in ("zh", "en") or received.language in (question.answer_lang, None),
    )


def unanswered(error: str) -> Verdict:
    """The verdict on a request that failed."""
    return Verdict(flag_right=False, error=error)


def fold(text: str) -> str:
    """Text with width, case, curly quotes and runs of white space made alike; hyphens stay what they are."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN_QUOTES)
    return re.sub(r"\s+", " ", plain)


def appears(wording: str, seen: str) -> bool:
    """Whether a wording occurs in folded text.

    White space does not count where the wording has Chinese in it; a wording of up to four Latin letters or
    digits has to be a word of its own; any other is found anywhere.
    """
    wording = fold(wording)
    if _HAN.search(wording):
        return _packed(wording) in _packed(seen)
    word = wording.strip()
    if _SHORT_WORD.fullmatch(word):
        return re.search(f"(?<![a-z0-9]){word}(?![a-z0-9])", seen) is not None
    return wording in seen


def is_claimed(wording: str, seen: str) -> bool:
    """Whether folded text claims a wording: it occurs, once at least with no denial before it in its clause.

    A wording that denies something itself is claimed wherever it occurs.
    """
    if not appears(wording, seen):
        return False
    wording = fold(wording)
    if _DENIAL.search(wording):
        return True
    if _HAN.search(wording):
        wording, seen = _packed(wording), _packed(seen)
    return any(not _DENIAL.search(_clause_before(seen, at)) for at in _places(wording.strip(), seen))


def _packed(text: str) -> str:
    return text.replace(" ", "")


def _places(wording: str, seen: str) -> Iterator[int]:
    return (match.start() for match in re.finditer(f"(?={re.escape(wording)})", seen))


def _clause_before(seen: str, at: int) -> str:
    """The part of the clause that precedes position `at`."""
    return _CLAUSE_END.split(seen[max(0, at - _LOOK_BACK) : at])[-1]
