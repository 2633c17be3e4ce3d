"""Run by Alembic: migrates the connection that `bot/transcripts/migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from bot.transcripts.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
