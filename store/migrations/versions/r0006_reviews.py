"""Service reviews, their decisions and actions.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=("pk_review")),
    )
    op.create_table(
        "review_outcome",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("review", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.number"], name=("fk_review_outcome_review")),
        sa.PrimaryKeyConstraint("number", name=("pk_review_outcome")),
    )
    op.create_index("ix_review_outcome_review", "review_outcome", ["review"], unique=False)
    op.create_index("ix_review_outcome_remind_at", "review_outcome", ["remind_at"], unique=False)


def downgrade() -> None:
    op.drop_table("review_outcome")
    op.drop_table("review")
