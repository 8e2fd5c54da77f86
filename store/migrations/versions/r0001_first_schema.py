"""The first schema: mails, complaints, trail, outbox.

The trail refuses UPDATE and DELETE, on SQLite and on PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSAL = "the trail is append-only"


def upgrade() -> None:

    op.create_table(
        "complaint",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("complainant_key", sa.String(length=300), nullable=False),
        sa.Column("on_behalf_of_key", sa.String(length=300), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=("pk_complaint")),
    )
    op.create_index(
        "ix_complaint_complainant_key_recorded_at",
        "complaint",
        ["complainant_key", "recorded_at"],
        unique=False,
    )
    op.create_index("ix_complaint_is_closed_number", "complaint", ["is_closed", "number"], unique=False)
    op.create_index(
        "ix_complaint_on_behalf_of_key_recorded_at",
        "complaint",
        ["on_behalf_of_key", "recorded_at"],
        unique=False,
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_counter")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("trust", sa.Text(), server_default="", nullable=False),
        sa.Column("matter", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("traceback", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_mail")),
        sa.UniqueConstraint("fingerprint", name=("uq_mail_fingerprint")),
    )
    op.create_index("ix_mail_matter", "mail", ["matter"], unique=False)
    op.create_index("ix_mail_state_due_at", "mail", ["state", "due_at"], unique=False)
    op.create_table(
        "once",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("rung", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "rung", name=("pk_once")),
    )
    op.create_table(
        "escalation",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("once", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["complaint.number"], name=("fk_escalation_number")),
        sa.PrimaryKeyConstraint("number", "once", name=("pk_escalation")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("replaces", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=("pk_event")),
        sa.UniqueConstraint("hash", name=("uq_event_hash")),
    )
    op.create_table(
        "event_detail",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name=("fk_event_detail_seq")),
        sa.PrimaryKeyConstraint("seq", name=("pk_event_detail")),
    )
    op.create_table(
        "anchor",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("date", name=("pk_anchor")),
    )
    op.create_table(
        "erased_content",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "row_id", name=("pk_erased_content")),
    )
    op.create_index(("ix_event_number"), "event", ["number"], unique=False)
    op.create_table(
        "label",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("is_complaint", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=("fk_label_mail_id")),
        sa.PrimaryKeyConstraint("mail_id", name=("pk_label")),
    )
    op.create_table(
        "mail_sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=("fk_mail_sighting_mail_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_mail_sighting")),
        sa.UniqueConstraint(
            "mailbox", "uidvalidity", "uid", name=("uq_mail_sighting_mailbox_uidvalidity_uid")
        ),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("matter", sa.String(length=20), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("recipient_key", sa.String(length=300), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=("fk_outbox_mail_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_outbox")),
        sa.UniqueConstraint("message_id", name=("uq_outbox_message_id")),
    )
    op.create_index(("ix_outbox_matter"), "outbox", ["matter"], unique=False)
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"], unique=False)
    op.create_index("ix_outbox_state_done_at", "outbox", ["state", "done_at"], unique=False)
    op.create_table(
        "outbox_recipient",
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=("fk_outbox_recipient_outbox_id")),
        sa.PrimaryKeyConstraint("outbox_id", "address", name=("pk_outbox_recipient")),
    )
    op.create_index(
        "ix_outbox_recipient_address_created_at", "outbox_recipient", ["address", "created_at"], unique=False
    )
    _make_append_only()


APPEND_ONLY = (
    ("event", ("UPDATE", "DELETE")),
    ("event_detail", ("DELETE",)),
    ("anchor", ("UPDATE", "DELETE")),
)
"""What each table refuses. Details of events are changed by an erasure, and by nothing else."""


def _make_append_only() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    for table, refused in APPEND_ONLY:
        (_guard_sqlite if is_sqlite else _guard_postgresql)(table, refused)


def _guard_sqlite(table: str, refused: tuple[str, ...]) -> None:
    for what in refused:
        op.execute(
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _guard_postgresql(table: str, refused: tuple[str, ...]) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join((*refused, 'TRUNCATE'))} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("the first schema is not taken back: restore a backup instead")
