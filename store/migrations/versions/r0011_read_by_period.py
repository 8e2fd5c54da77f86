"""Indexes for what the digest and the reports ask of a period, however many years lie before it.

Revision: 0011, after 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mail_stored_at", "mail", ["stored_at"], unique=False)
    op.create_index("ix_complaint_recorded_at", "complaint", ["recorded_at"], unique=False)
    op.create_index("ix_event_at", "event", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_event_at", "event")
    op.drop_index("ix_complaint_recorded_at", "complaint")
    op.drop_index("ix_mail_stored_at", "mail")
