"""Indexes for the filters of the audit log."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_FILTERS = ("actor", "action", "target")


def upgrade() -> None:
    """Rows of one actor, action or target, newest first."""
    for column in _FILTERS:
        op.create_index(f"audit_log_by_{column}", "audit_log", [column, "seq"])


def downgrade() -> None:
    """Scan for them again."""
    for column in _FILTERS:
        op.drop_index(f"audit_log_by_{column}", "audit_log")
