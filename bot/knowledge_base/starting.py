"""Starting with what was approved: before its first answer, a loaded model reads with what holds today."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa

from bot import clock
from bot.errors import StorageUnavailable
from bot.knowledge_base.answering import answer_from
from bot.knowledge_base.in_force import knowledge_on
from bot.knowledge_base.records import Revision
from bot.knowledge_base.store import approved_in
from bot.knowledge_base.tables import knowledge_revisions
from bot.nlu import in_use
from bot.settings import Settings
from bot.transcripts.database import Database
from index.errors import RetrievalError

_log = logging.getLogger(__name__)


def start_with_approved(settings: Settings) -> None:
    """Answer from the files and what was approved over them; from the files alone where that cannot be read."""
    trained = in_use.trained()
    if trained is None:
        return
    try:
        today = clock.utc_now().date()
        knowledge = knowledge_on(today, trained.library.pages, _approved(settings.database))
        answer_from(knowledge, settings.approved_index)
    except (StorageUnavailable, RetrievalError) as error:
        _log.error("starting without what was approved: %s", error.__cause__ or error)


def _approved(url: str) -> tuple[Revision, ...]:
    """Every revision with a number; none where there is no database yet. Nothing is made or migrated."""
    address = sa.engine.make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return ()
    database = Database(url)
    try:
        with database.reading() as connection:
            known = sa.inspect(connection).has_table(knowledge_revisions.name)
            return approved_in(connection) if known else ()
    finally:
        database.close()
