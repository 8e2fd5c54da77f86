"""When the raw bytes of a mail left the database, and where to.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STILL_HERE = sa.text("raw_at IS NULL")


def upgrade() -> None:
    op.add_column("mail", sa.Column("raw_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mail", sa.Column("raw_path", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_mail_raw_received_at",
        "mail",
        ["received_at"],
        unique=False,
        sqlite_where=STILL_HERE,
        postgresql_where=STILL_HERE,
    )


def downgrade() -> None:
    op.drop_index("ix_mail_raw_received_at", "mail")
    op.drop_column("mail", "raw_path")
    op.drop_column("mail", "raw_at")
