"""The stand-in of who asked as a column, so that one person's turns are found; figures found by their kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column, fill it from the evidence, and index it."""
    op.add_column("turns", sa.Column("sender", sa.String(64)))
    sender = "json_extract(evidence, '$.sender')" if _is_sqlite() else "evidence ->> 'sender'"
    op.execute(f"UPDATE turns SET sender = {sender} WHERE {sender} IS NOT NULL")
    where = sa.text("sender IS NOT NULL")
    op.create_index("turns_by_sender", "turns", ["sender", "number"], sqlite_where=where, postgresql_where=where)
    op.create_index("daily_figures_by_kind", "daily_figures", ["kind", "day", "name", "value"])


def downgrade() -> None:
    """Not offered: going back means a backup, as for what came before."""
    raise NotImplementedError("restore a backup that was made before the migration")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")
