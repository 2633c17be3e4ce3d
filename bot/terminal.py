"""What the commands show on a terminal, and how they reach the database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bot.assistant.protocol import Reply
from bot.keys import open_keys
from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.store import KnowledgeStore
from bot.services import open_audit, prepare_folder
from bot.settings import Settings
from bot.transcripts.database import Database
from bot.transcripts.migrate import migrate

_WORDS = {
    "zh": {"sources": "来源", "as_of": "来源（页面日期 {date}）", "suggestions": "你还可以问"},
    "en": {
        "sources": "Sources",
        "as_of": "Sources (page dated {date})",
        "suggestions": "You can also ask",
    },
}


def reply_lines(reply: Reply, settings: Settings) -> list[str]:
    """A reply as lines of text."""
    words = _WORDS[reply.language]
    lines = [reply.text]
    if reply.sources:
        heading = words["as_of"].format(date=reply.as_of) if reply.as_of else words["sources"]
        links = [f"- {source.title}: {_absolute(source.url, settings)}" for source in reply.sources]
        lines += ["", heading, *links]
    if reply.suggestions:
        lines += ["", words["suggestions"], *(f"- {question}" for question in reply.suggestions)]
    return lines


@contextlib.contextmanager
def open_knowledge(settings: Settings) -> Iterator[KnowledgeStore]:
    """What staff wrote, in the database that the settings name."""
    prepare_folder(settings)
    database = Database(settings.database)
    try:
        migrate(database)
        audit = open_audit(database, settings, open_keys(settings))
        yield KnowledgeStore(database, audit, KnowledgeFiles(settings.knowledge_dir))
    finally:
        database.close()


def _absolute(url: str, settings: Settings) -> str:
    own = settings.public_url or f"http://{settings.host}:{settings.port}"
    return own + url if url.startswith("/") else url
