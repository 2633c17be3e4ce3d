"""Numbered, searchable turns; judgements, tags, saved filters and daily figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from index.text import normalise

revision = "0003"
down_revision = "0002"

_BATCH = 2000
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OUTCOMES_WORTH_A_LOOK = {"handoff": 60, "failed": 50, "refused": 40, "clarified": 30}

_SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE turns_search USING fts5(
        search, content='turns', content_rowid='number', tokenize='trigram case_sensitive 1', detail=full)""",
    "CREATE VIRTUAL TABLE turns_search_terms USING fts5vocab(turns_search, row)",
    """CREATE TRIGGER turns_search_added AFTER INSERT ON turns BEGIN
        INSERT INTO turns_search (rowid, search) VALUES (new.number, new.search); END""",
    """CREATE TRIGGER turns_search_gone AFTER DELETE ON turns BEGIN
        INSERT INTO turns_search (turns_search, rowid, search) VALUES ('delete', old.number, old.search); END""",
)
_POSTGRES_SEARCH = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX turns_search ON turns USING gin (search gin_trgm_ops)",
    """CREATE FUNCTION short_grams(value text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT array_agg(DISTINCT gram) FROM (
            SELECT letter AS gram FROM regexp_split_to_table(value, '') AS letter
            UNION ALL
            SELECT letter || lead(letter) OVER (ORDER BY place)
            FROM regexp_split_to_table(value, '') WITH ORDINALITY AS letters (letter, place)
        ) AS grams WHERE gram IS NOT NULL $$""",
    "CREATE INDEX turns_search_short ON turns USING gin (short_grams(search))",
)


def upgrade() -> None:
    """Number the turns, fill the new columns, then index them."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _add_columns()
    _fill()
    (_number_on_sqlite if is_sqlite else _number_on_postgres)()
    _index_turns()
    _add_tables()
    for statement in _SQLITE_SEARCH if is_sqlite else _POSTGRES_SEARCH:
        op.execute(statement)
    if is_sqlite:
        op.execute("INSERT INTO turns_search (turns_search) VALUES ('rebuild')")


def downgrade() -> None:
    """Not offered: judgements would be lost."""
    raise NotImplementedError("restore a backup that was made before the migration")


def _add_columns() -> None:
    for column in (
        sa.Column("search", sa.Text, nullable=False, server_default=""),
        sa.Column("services", sa.Text, nullable=False, server_default=""),
        sa.Column("band", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("review", sa.String(8), nullable=False, server_default="open"),
        sa.Column("feedback", sa.String(8)),
        sa.Column("assignee", sa.String(64)),
    ):
        op.add_column("turns", column)


def _fill() -> None:
    connection = op.get_bind()
    turns = sa.table(
        "turns",
        *(
            sa.column(name)
            for name in ("id", "text", "outcome", "confidence", "search", "band", "priority", "feedback")
        ),
        sa.column("evidence", sa.JSON),
        sa.column("services"),
    )
    feedback = sa.table("feedback", sa.column("turn_id"), sa.column("value"))
    query = (
        sa.select(turns.c.id, turns.c.text, turns.c.outcome, turns.c.confidence, turns.c.evidence, feedback.c.value)
        .select_from(turns.outerjoin(feedback, feedback.c.turn_id == turns.c.id))
        .order_by(turns.c.id)
        .limit(_BATCH)
    )
    change = (
        turns.update()
        .where(turns.c.id == sa.bindparam("its_id"))
        .values({name: sa.bindparam(name) for name in ("search", "services", "band", "priority", "feedback")})
    )
    last = ""
    while rows := connection.execute(query.where(turns.c.id > last)).all():
        connection.execute(change, [_filled(row) for row in rows])
        last = rows[-1].id


def _filled(row: sa.engine.Row) -> dict[str, object]:
    names = row.evidence.get("names") if isinstance(row.evidence, dict) else None
    services = [each["id"] for each in names or () if isinstance(each, dict) and each.get("kind") == "service"]
    band = 0 if row.confidence < 0.5 else 1 if row.confidence < 0.8 else 2
    priority = _OUTCOMES_WORTH_A_LOOK.get(row.outcome, 20 if band == 0 else 0) + (100 if row.value == "down" else 0)
    return {
        "its_id": row.id,
        "search": normalise(row.text) + "\n\n",
        "services": ",".join(dict.fromkeys(filter(None, services))),
        "band": band,
        "priority": priority,
        "feedback": row.value,
    }


def _number_on_sqlite() -> None:
    """SQLite numbers rows by their rowid, which only a table made anew can take on."""
    old = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("turns")]
    named = ", ".join(old)
    op.execute("ALTER TABLE feedback RENAME TO feedback_before")
    op.execute("ALTER TABLE turns RENAME TO turns_before")
    op.execute("DROP INDEX turns_of_conversation")
    op.execute("DROP INDEX turns_created")
    _create_sqlite_turns()
    op.execute(f"INSERT INTO turns ({named}) SELECT {named} FROM turns_before ORDER BY created_at, id")
    op.create_table(
        "feedback",
        sa.Column("turn_id", sa.String(64), sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("value", sa.String(8), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.execute("INSERT INTO feedback SELECT turn_id, value, comment, created_at FROM feedback_before")
    op.drop_table("feedback_before")
    op.drop_table("turns_before")


def _create_sqlite_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column(
            "conversation_id",
            sa.String(64),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("message_id", sa.String(255)),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("latency_ms", sa.Float, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("services", sa.Text, nullable=False, server_default=""),
        sa.Column("band", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("review", sa.String(8), nullable=False, server_default="open"),
        sa.Column("feedback", sa.String(8)),
        sa.Column("assignee", sa.String(64)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False, server_default=""),
        # Last: SQLite reads a row from its beginning, and lists do not want these.
        sa.Column("reply", sa.JSON, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.UniqueConstraint("id", name="turns_id"),
        sa.UniqueConstraint("conversation_id", "message_id", name="turns_message_once"),
        sqlite_autoincrement=True,
    )


def _number_on_postgres() -> None:
    op.drop_constraint("feedback_turn_id_fkey", "feedback", type_="foreignkey")
    op.drop_constraint("turns_pkey", "turns", type_="primary")
    op.drop_index("turns_of_conversation", "turns")
    op.drop_index("turns_created", "turns")
    op.execute("ALTER TABLE turns ADD COLUMN number bigint")
    op.execute(
        "UPDATE turns SET number = ordered.number FROM "
        "(SELECT id, row_number() OVER (ORDER BY created_at, id) AS number FROM turns) AS ordered "
        "WHERE turns.id = ordered.id"
    )
    op.execute("CREATE SEQUENCE turns_number_seq OWNED BY turns.number")
    op.execute("SELECT setval('turns_number_seq', coalesce(max(number), 0) + 1, false) FROM turns")
    op.execute("ALTER TABLE turns ALTER COLUMN number SET DEFAULT nextval('turns_number_seq')")
    op.create_primary_key("turns_pkey", "turns", ["number"])
    op.create_unique_constraint("turns_id", "turns", ["id"])
    op.create_foreign_key("feedback_turn_id_fkey", "feedback", "turns", ["turn_id"], ["id"], ondelete="CASCADE")


def _index_turns() -> None:
    op.create_index("turns_of_conversation", "turns", ["conversation_id", "number"])
    op.create_index("turns_created", "turns", ["created_at", "number"])
    for column in ("channel", "language", "topic", "outcome", "band"):
        op.create_index(f"turns_by_{column}", "turns", [column, "number"])
    for column, condition in (
        ("feedback", "feedback IS NOT NULL"),
        ("assignee", "assignee IS NOT NULL"),
        ("review", "review <> 'open'"),
    ):
        _create_partial(f"turns_by_{column}", [column, "number"], condition)
    _create_partial("turns_with_services", ["number", "services"], "services <> ''")
    _create_partial("turns_queue", ["priority", "number"], "review = 'open' AND priority > 0")
    op.create_index("feedback_given", "feedback", ["created_at", "value"])


def _create_partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "turns", columns, sqlite_where=where, postgresql_where=where)


def _add_tables() -> None:
    op.create_table(
        "judgements",
        sa.Column("turn_id", sa.String(64), sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("entry", sa.String(128)),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("judged_by", sa.String(64), nullable=False),
        sa.Column("judged_at", sa.DateTime, nullable=False),
    )
    op.create_index("judgements_of_entry", "judgements", ["entry", "judged_at"])
    op.create_table(
        "turn_tags",
        sa.Column("tag", sa.String(40), primary_key=True),
        sa.Column("turn_number", _NUMBER, sa.ForeignKey("turns.number", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("turn_tags_of_turn", "turn_tags", ["turn_number"])
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("owner", "name", name="saved_filters_once"),
    )
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(160), primary_key=True),
        sa.Column("value", sa.Float, nullable=False),
    )
