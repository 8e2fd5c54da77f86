"""Complaints in the order in which they were recorded: their numbers, of which a year may have more than 99,999, do not sort as texts.

Revision: 0014, after 0013. At a million complaints: see docs/performance.md.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_complaint_recorded_at_number", "complaint", ["recorded_at", "number"], unique=False)
    op.create_index(
        "ix_complaint_is_closed_recorded_at_number",
        "complaint",
        ["is_closed", "recorded_at", "number"],
        unique=False,
    )
    op.drop_index("ix_complaint_recorded_at", "complaint")
    op.drop_index("ix_complaint_is_closed_number", "complaint")


def downgrade() -> None:
    op.create_index("ix_complaint_is_closed_number", "complaint", ["is_closed", "number"], unique=False)
    op.create_index("ix_complaint_recorded_at", "complaint", ["recorded_at"], unique=False)
    op.drop_index("ix_complaint_is_closed_recorded_at_number", "complaint")
    op.drop_index("ix_complaint_recorded_at_number", "complaint")
