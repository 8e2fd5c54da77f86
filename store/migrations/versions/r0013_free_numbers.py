"""Numbers that are counted and not used yet, for steps that go side by side.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "free_number",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name", "value", name="pk_free_number"),
    )


def downgrade() -> None:
    op.drop_table("free_number")
