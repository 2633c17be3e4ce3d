"""What the forms of the lists offer to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_login import current_user

from bot.roles import includes
from bot.services import services
from bot.transcripts.filters import BANDS, CHANNELS, FEEDBACK, LANGUAGES, NOBODY, OUTCOMES, REVIEW
from bot.words import visitor_words


@dataclass(frozen=True)
class EntryChoice:
    """An entry as something that should have answered; `question` in the visitor's language."""

    label: str
    question: str
    page: str


def filter_choices() -> Mapping[str, Sequence[str]]:
    """The values of each field of a filter that is a choice."""
    reading = services().reading
    return {
        "outcome": OUTCOMES,
        "feedback": FEEDBACK,
        "review": REVIEW,
        "confidence": BANDS,
        "channel": CHANNELS,
        "language": LANGUAGES,
        "topic": reading.values("topic"),
        "assignee": (NOBODY, *reading.values("assignee")),
        "tag": reading.tags(),
    }


def service_names() -> Mapping[str, str]:
    """Names of the services that the pages list, by id, in order of the names."""
    language = visitor_words().language
    pages = services().activation.knowledge.pages
    found = {service.id: service.name[language] for page in pages for service in page.services}
    return dict(sorted(found.items(), key=lambda each: each[1].lower()))


def entry_choices() -> tuple[EntryChoice, ...]:
    """Every entry of every page that holds now, each label once."""
    language = visitor_words().language
    found: dict[str, EntryChoice] = {}
    for page in services().activation.knowledge.pages:
        for entry in page.entries:
            asked = entry.questions[language]
            shown = asked[0] if asked else entry.answer[language]
            found.setdefault(entry.id, EntryChoice(entry.id, shown, page.title[language]))
    return tuple(found.values())


def judging_choices() -> Mapping[str, object]:
    """What the forms to judge a turn offer; nothing to who may not judge."""
    if not includes(current_user.user.role, "reviewer"):
        return {"entries": (), "tags": (), "reviewers": ()}
    return {"entries": entry_choices(), "tags": services().reading.tags(), "reviewers": reviewers()}


def has_entry(label: str) -> bool:
    """Whether an entry of that label holds now."""
    pages = services().activation.knowledge.pages
    return any(entry.id == label for page in pages for entry in page.entries)


def reviewers() -> tuple[str, ...]:
    """Names of the accounts that may judge, and so can be given a turn."""
    return tuple(user.name for user in services().accounts.all() if user.role != "viewer" and not user.disabled)
