"""Indexes that answer any filter by themselves; groups of like questions; leases of work in the background."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"

_FACETS = [
    "channel",
    "language",
    "topic",
    "outcome",
    "band",
    "review",
    "feedback",
    "assignee",
    "created_at",
    "services",
]
_OPEN = "review = 'open' AND priority > 0"
_UNANSWERED = "group_id IS NULL AND review = 'open' AND priority >= 30 AND outcome <> 'handoff'"


def upgrade() -> None:
    """Replace the indexes of columns with few values by one that has them all."""
    for column in ("channel", "language", "outcome", "band"):
        op.drop_index(f"turns_by_{column}", "turns")
    op.drop_index("turns_queue", "turns")
    op.create_index("turns_facets", "turns", ["number", *_FACETS])
    _create_partial("turns_queue", ["priority", "number", *_FACETS], _OPEN)
    op.create_table(
        "question_groups",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("first_number", sa.BigInteger, nullable=False),
        sa.Column("embedding", sa.LargeBinary, nullable=False),
    )
    op.add_column("turns", sa.Column("group_id", sa.Integer))
    _create_partial("turns_of_group", ["group_id", "review", "number"], "group_id IS NOT NULL")
    _create_partial("turns_ungrouped", ["number"], _UNANSWERED)
    if op.get_bind().dialect.name == "postgresql":
        # Taking a text apart is dear: once the cheaper look for the letters has found them, or by the index.
        op.execute("ALTER FUNCTION short_grams(text) COST 1000")
    op.create_table(
        "leases",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Not offered: going back means a backup, as for what came before."""
    raise NotImplementedError("restore a backup that was made before the migration")


def _create_partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "turns", columns, sqlite_where=where, postgresql_where=where)
