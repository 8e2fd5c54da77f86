"""Numbers of rows, UIDs and UIDVALIDITYs of 64 bits on PostgreSQL, where an integer has 32; texts of any length there,
as on SQLite; the trail's refusal as a violated constraint.

Revision: 0009, after 0008. SQLite's integers and texts have no such bounds: nothing to do there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WIDE = (
    ("mail", ("id",)),
    ("mail_sighting", ("id", "uidvalidity", "uid", "mail_id")),
    ("event", ("seq", "mail_id")),
    ("event_detail", ("seq",)),
    ("anchor", ("seq",)),
    ("erased_content", ("row_id",)),
    ("outbox", ("id", "mail_id")),
    ("outbox_recipient", ("outbox_id",)),
    ("label", ("mail_id",)),
    ("work_order_import", ("id", "mail_id")),
    ("callback_draw", ("seed",)),
    ("callback_answer", ("id", "mail_id")),
    ("survey_answer", ("id", "mail_id")),
)
COUNTED = (
    "mail",
    "mail_sighting",
    "outbox",
    "work_order_import",
    "callback_answer",
    "survey_answer",
    "event",
)
"""Tables whose first column PostgreSQL counts by a sequence (`event` is counted by the program)."""

BOUNDED = sa.text(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND data_type = 'character varying' AND table_name <> 'alembic_version' ORDER BY 1, 2"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in WIDE:
        changes = ", ".join(f"ALTER COLUMN {column} TYPE bigint" for column in columns)
        op.execute(f"ALTER TABLE {table} {changes}")
    for table in COUNTED:
        column = "seq" if table == "event" else "id"
        op.execute(f"ALTER SEQUENCE {table}_{column}_seq AS bigint")
    for table, column in op.get_bind().execute(BOUNDED).all():
        op.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text')
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the trail is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def downgrade() -> None:
    """Wider numbers hold what narrower ones did."""
