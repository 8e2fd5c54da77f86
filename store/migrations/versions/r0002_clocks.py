"""The next rung of a complaint's ladder, searched by the clock.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Complaints recorded before have no ladder until their next step."""
    op.add_column("complaint", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_complaint_remind_at", "complaint", ["remind_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_complaint_remind_at", "complaint")
    op.drop_column("complaint", "remind_at")
