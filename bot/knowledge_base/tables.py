"""The tables of what staff write and approve, as the newest migration leaves them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.transcripts.tables import JsonType, UtcTime, metadata

# `revision` is given when a revision is approved and never given twice; `based_on` is the one it was written over.
# An entry has one revision without a number at most: what is being written or waits for approval.
knowledge_revisions = sa.Table(
    "knowledge_revisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("page", sa.String(128), nullable=False),
    sa.Column("label", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("revision", sa.Integer),
    sa.Column("based_on", sa.Integer, nullable=False),
    sa.Column("content", JsonType, nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("editors", JsonType, nullable=False),
    sa.Column("approver", sa.String(64)),
    sa.Column("undone_by", sa.String(64)),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("turns", JsonType, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("decided_at", UtcTime),
    sa.UniqueConstraint("page", "label", "revision", name="knowledge_revisions_once"),
    sa.Index("knowledge_revisions_by_state", "state", "changed_at"),
    sa.Index(
        "knowledge_revisions_one_open",
        "page",
        "label",
        unique=True,
        sqlite_where=sa.text("revision IS NULL"),
        postgresql_where=sa.text("revision IS NULL"),
    ),
)

# One row, whose counter goes up with every approval and every undo; replicas watch it.
knowledge_version = sa.Table(
    "knowledge_version",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# What approving a draft would change, worked out in the background by one of the replicas.
knowledge_effects = sa.Table(
    "knowledge_effects",
    metadata,
    sa.Column(
        "revision_id",
        sa.Integer,
        sa.ForeignKey("knowledge_revisions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("of", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("result", JsonType),
    sa.Column("moment", UtcTime, nullable=False),
)

# Each process that answers, and which version it answers from; one that is not seen for a while is gone.
knowledge_replicas = sa.Table(
    "knowledge_replicas",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
)
