"""Sessions that the service can end, single sign-on, lockout, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NOT_APPENDED = "the audit log is append-only"


def upgrade() -> None:
    """Add what sign-in keeps, and a log that takes no changes."""
    with op.batch_alter_table("staff_users") as table:
        table.add_column(sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("issuer", sa.String(255)))
        table.add_column(sa.Column("subject", sa.String(255)))
        table.create_unique_constraint("staff_users_subject_once", ["issuer", "subject"])
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("staff_users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_index("staff_sessions_of_user", "staff_sessions", ["user_id"])
    op.create_index("staff_sessions_created", "staff_sessions", ["created_at"])
    op.create_table(
        "staff_guesses",
        sa.Column("name_key", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first_at", sa.DateTime, nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("moment", sa.DateTime, nullable=False),
        sa.Column("actor", sa.String(160), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    )
    _refuse_changes()


def downgrade() -> None:
    """Drop all of it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_log_append_only ON audit_log")
        op.execute("DROP FUNCTION audit_log_append_only")
    for table in ("audit_head", "audit_log", "staff_guesses", "staff_sessions"):
        op.drop_table(table)
    with op.batch_alter_table("staff_users") as users:
        users.drop_constraint("staff_users_subject_once", type_="unique")
        for column in ("subject", "issuer", "disabled"):
            users.drop_column(column)


def _refuse_changes() -> None:
    """Whoever changes a row has to take this away first; an honest mistake stops here."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_NOT_APPENDED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_log_no_{verb.lower()} BEFORE {verb} ON audit_log "
            f"BEGIN SELECT RAISE(ABORT, '{_NOT_APPENDED}'); END"
        )
