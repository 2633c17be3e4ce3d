"""Alembic migrations of the transcript database; `bot/transcripts/migrate.py` runs them at start."""
