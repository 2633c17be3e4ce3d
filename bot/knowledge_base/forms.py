"""The editor's form: what was typed, as a content; and a content, as what stands in the form."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.knowledge_base.checking import Wrong
from bot.knowledge_base.records import Content
from index.knowledge import LANGUAGES

LONGEST_FIELD = 40_000
_WORD = re.compile(r"[a-z0-9]+")
_SMALL = frozenset(
    "a an and are at do does for from how i in is it of on or our that the to we what which who you".split()
)
_WORDS_IN_KEY = 5


@dataclass(frozen=True)
class Typed:
    """What stands in the form, word for word; nothing of it is lost when something is wrong."""

    fields: Mapping[str, str]
    links: tuple[str, ...]
    suggests: tuple[str, ...]

    @classmethod
    def of(cls, content: Content) -> Typed:
        """The form of a content."""
        fields: dict[str, str] = {}
        for language in LANGUAGES:
            fields[f"questions_{language}"] = "\n".join(content.questions[language])
            fields[f"answer_{language}"] = content.answer[language]
            fields[f"excludes_{language}"] = "\n".join(content.excludes[language])
        for name in ("valid_from", "valid_until"):
            day = getattr(content, name)
            fields[name] = day.isoformat() if day else ""
        return cls(fields, content.links, content.suggests)

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> Typed:
        """The form as it came."""
        names = [f"{part}_{language}" for part in ("questions", "answer", "excludes") for language in LANGUAGES]
        fields = {name: form.get(name, "")[:LONGEST_FIELD] for name in (*names, "valid_from", "valid_until")}
        chosen = {name: tuple(dict.fromkeys(filter(None, form.getlist(name)))) for name in ("links", "suggests")}
        return cls(fields, **chosen)

    def content(self) -> tuple[Content, tuple[Wrong, ...]]:
        """The content, and the days that are none (they count as empty)."""
        days: dict[str, Any] = {}
        wrongs = []
        for name in ("valid_from", "valid_until"):
            try:
                days[name] = (
                    datetime.date.fromisoformat(self.fields[name].strip()) if self.fields[name].strip() else None
                )
            except ValueError:
                wrongs.append(Wrong(name, "wrong_day"))
        content = Content(
            questions={language: _lines(self.fields[f"questions_{language}"]) for language in LANGUAGES},
            answer={language: _answer(self.fields[f"answer_{language}"]) for language in LANGUAGES},
            links=self.links,
            suggests=self.suggests,
            excludes={language: _lines(self.fields[f"excludes_{language}"]) for language in LANGUAGES},
            **days,
        )
        return content, tuple(wrongs)


def free_label(topic: str, content: Content, taken: Collection[str]) -> str:
    """A label for a new entry, made of its first English question: "faq/colour_guard_badge"."""
    questions = content.questions["en"]
    words = [word for word in _WORD.findall(questions[0].lower()) if word not in _SMALL] if questions else []
    stem = f"{topic}/{'_'.join(words[:_WORDS_IN_KEY])[:60] or 'entry'}"
    labels = (stem if number == 1 else f"{stem}_{number}" for number in range(1, len(taken) + 2))
    return next(label for label in labels if label not in taken)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for each in text.splitlines() if (line := _plain(each))))


def _answer(text: str) -> str:
    paragraphs = "\n".join(line.rstrip() for line in text.replace("\x00", "").splitlines())
    return re.sub(r"\n{3,}", "\n\n", paragraphs).strip()


def _plain(line: str) -> str:
    return " ".join(line.replace("\x00", "").split())
