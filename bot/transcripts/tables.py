"""The tables, as the newest migration leaves them (a test compares both)."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

_ID = sa.String(64)


class UtcTime(sa.types.TypeDecorator):
    """A moment: aware in Python, stored in UTC without a zone, so that both databases compare it alike."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Aware -> UTC without zone."""
        return None if value is None else value.astimezone(datetime.timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """UTC without zone -> aware."""
        return None if value is None else value.replace(tzinfo=datetime.timezone.utc)


JsonType = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("turn_count", sa.Integer, nullable=False),
    sa.Column("last_outcome", sa.String(16), nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Column("memory", JsonType),
    sa.Index("conversations_newest", "last_at", "id"),
)

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


# What lists filter by: an index that has all of it answers any filter without a look at the turns themselves.
_FACETS = (
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
)
# The open turns whose question waits for an answer.
UNANSWERED = "review = 'open' AND priority >= 30 AND outcome <> 'handoff'"

# `number` counts turns as they are stored, so that it orders them by time; lists page by it.
# `search` is the text as it is searched; beside it stand an FTS5 index (SQLite) or GIN indexes (PostgreSQL), which
# the migration makes and nothing here knows of. `priority` is how much an open turn is worth a look.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False),
    sa.Column("conversation_id", _ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("message_id", sa.String(255)),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("latency_ms", sa.Float, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("services", sa.Text, nullable=False, server_default=""),
    sa.Column("band", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("review", sa.String(8), nullable=False, server_default="open"),
    sa.Column("feedback", sa.String(8)),
    sa.Column("assignee", sa.String(64)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("search", sa.Text, nullable=False, server_default=""),
    sa.Column("reply", JsonType, nullable=False),
    sa.Column("evidence", JsonType, nullable=False),
    sa.Column("group_id", sa.Integer),
    sa.Column("sender", sa.String(64)),  # a stand-in for the person, where the channel tells people apart
    sa.UniqueConstraint("id", name="turns_id"),
    sa.UniqueConstraint("conversation_id", "message_id", name="turns_message_once"),
    sa.Index("turns_of_conversation", "conversation_id", "number"),
    sa.Index("turns_created", "created_at", "number"),
    sa.Index("turns_by_topic", "topic", "number"),
    _partial("turns_by_feedback", "feedback", "number", where="feedback IS NOT NULL"),
    _partial("turns_by_assignee", "assignee", "number", where="assignee IS NOT NULL"),
    _partial("turns_by_review", "review", "number", where="review <> 'open'"),
    _partial("turns_with_services", "number", "services", where="services <> ''"),
    sa.Index("turns_facets", "number", *_FACETS),
    _partial("turns_queue", "priority", "number", *_FACETS, where="review = 'open' AND priority > 0"),
    _partial("turns_of_group", "group_id", "review", "number", where="group_id IS NOT NULL"),
    _partial("turns_ungrouped", "number", where=f"group_id IS NULL AND {UNANSWERED}"),
    _partial("turns_by_sender", "sender", "number", where="sender IS NOT NULL"),
    sqlite_autoincrement=True,
)

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("turn_id", _ID, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("verdict", sa.String(8), nullable=False),
    sa.Column("entry", sa.String(128)),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("judged_by", sa.String(64), nullable=False),
    sa.Column("judged_at", UtcTime, nullable=False),
    sa.Index("judgements_of_entry", "entry", "judged_at"),
)

turn_tags = sa.Table(
    "turn_tags",
    metadata,
    sa.Column("tag", sa.String(40), primary_key=True),
    sa.Column("turn_number", _NUMBER, sa.ForeignKey("turns.number", ondelete="CASCADE"), primary_key=True),
    sa.Index("turn_tags_of_turn", "turn_number"),
)

saved_filters = sa.Table(
    "saved_filters",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("owner", "name", name="saved_filters_once"),
)

# Open questions that are alike; `embedding` is that of the first, float16, made by `model`. No words are kept here.
question_groups = sa.Table(
    "question_groups",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("model", sa.String(255), nullable=False),
    sa.Column("first_number", sa.BigInteger, nullable=False),
    sa.Column("embedding", sa.LargeBinary, nullable=False),
)

# Which process does a piece of work in the background that only one has to do.
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("holder", sa.String(64), nullable=False),
    sa.Column("until", UtcTime, nullable=False),
)

daily_figures = sa.Table(
    "daily_figures",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(160), primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
    sa.Index("daily_figures_by_kind", "kind", "day", "name", "value"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("turn_id", _ID, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("value", sa.String(8), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index("feedback_given", "created_at", "value"),
)

staff_users = sa.Table(
    "staff_users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(64), nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),  # empty: only single sign-on
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("issuer", sa.String(255)),  # who vouches for the person, and under what name; both or neither
    sa.Column("subject", sa.String(255)),
    sa.UniqueConstraint("issuer", "subject", name="staff_users_subject_once"),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("staff_users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Index("staff_sessions_of_user", "user_id"),
    sa.Index("staff_sessions_created", "created_at"),
)

staff_guesses = sa.Table(
    "staff_guesses",
    metadata,
    sa.Column("name_key", _ID, primary_key=True),  # a stand-in: people type passwords into the wrong field
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("first_at", UtcTime, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("moment", UtcTime, nullable=False),
    sa.Column("actor", sa.String(160), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("target", sa.String(255), nullable=False),
    sa.Column("details", sa.Text, nullable=False),  # JSON, as text: a hash needs every character as it was
    sa.Column("key", sa.String(16), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    *(sa.Index(f"audit_log_by_{name}", name, "seq") for name in ("actor", "action", "target")),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("mac", sa.String(64), nullable=False),
)
