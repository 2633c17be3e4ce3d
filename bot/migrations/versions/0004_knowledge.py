"""What staff write and approve: revisions, the version that replicas watch, effects, and who is up to date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add the tables; nothing has been approved so far."""
    _add_revisions()
    op.create_table(
        "knowledge_version",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO knowledge_version (id, version) VALUES (1, 0)")
    op.create_table(
        "knowledge_effects",
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
        sa.Column("result", _JSON),
        sa.Column("moment", sa.DateTime, nullable=False),
    )
    op.create_table(
        "knowledge_replicas",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Not offered: approved answers would be lost."""
    raise NotImplementedError("restore a backup that was made before the migration")


def _add_revisions() -> None:
    op.create_table(
        "knowledge_revisions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("page", sa.String(128), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("editors", _JSON, nullable=False),
        sa.Column("approver", sa.String(64)),
        sa.Column("undone_by", sa.String(64)),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("turns", _JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("decided_at", sa.DateTime),
        sa.UniqueConstraint("page", "label", "revision", name="knowledge_revisions_once"),
    )
    op.create_index("knowledge_revisions_by_state", "knowledge_revisions", ["state", "changed_at"])
    unfinished = sa.text("revision IS NULL")
    op.create_index(
        "knowledge_revisions_one_open",
        "knowledge_revisions",
        ["page", "label"],
        unique=True,
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
