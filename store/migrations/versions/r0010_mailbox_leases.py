"""Several services on one database: which of them live, which reads which mailbox, who has which mails in hand, and
which mails must not overtake others.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEW_TEXTS = (("mail", "author"), ("mail", "about"), ("mail", "claimed_by"), ("outbox", "claimed_by"))
OUT_OF_LINE = sa.text("state = 'waiting' AND (tries > 0 OR size_bytes > 1000000)")


def upgrade() -> None:
    op.create_table(
        "service",
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watches", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("holder", name="pk_service"),
    )
    op.create_table(
        "mailbox_lease",
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name="pk_mailbox_lease"),
    )
    for table, name in NEW_TEXTS:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_mail_out_of_line",
        "mail",
        ["id", "author", "about", "due_at", "claimed_by"],
        unique=False,
        sqlite_where=OUT_OF_LINE,
        postgresql_where=OUT_OF_LINE,
    )


def downgrade() -> None:
    op.drop_index("ix_mail_out_of_line", "mail")
    for table, name in reversed(NEW_TEXTS):
        op.drop_column(table, name)
    op.drop_table("mailbox_lease")
    op.drop_table("service")
