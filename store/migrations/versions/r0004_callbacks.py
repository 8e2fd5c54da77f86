"""Work orders of the ITSM tool, and the call-backs that are drawn from them.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback_draw",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("cool_off_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=("pk_callback_draw")),
    )
    op.create_table(
        "work_order",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("department", sa.Text(), server_default="", nullable=False),
        sa.Column("requester", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("employee_number", sa.Text(), server_default="", nullable=False),
        sa.Column("engineer", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_complaint", sa.Boolean(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=("pk_work_order")),
    )
    op.create_index("ix_work_order_closed_at", "work_order", ["closed_at"], unique=False)
    op.create_index("ix_work_order_opened_at", "work_order", ["opened_at"], unique=False)
    op.create_table(
        "callback",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("person_key", sa.String(length=300), nullable=False),
        sa.Column("is_complaint", sa.Boolean(), nullable=False),
        sa.Column("last_called_on", sa.Date(), nullable=True),
        sa.Column("is_called", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("question", sa.String(length=20), nullable=True),
        sa.Column("asked_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=20), server_default="", nullable=False),
        sa.Column("remarks", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complaint", sa.String(length=20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["day"], ["callback_draw.day"], name=("fk_callback_day")),
        sa.ForeignKeyConstraint(["number"], ["work_order.number"], name=("fk_callback_number")),
        sa.PrimaryKeyConstraint("number", name=("pk_callback")),
        sa.UniqueConstraint("question", name=("uq_callback_question")),
    )
    op.create_index("ix_callback_day", "callback", ["day"], unique=False)
    op.create_index("ix_callback_person_key_day", "callback", ["person_key", "day"], unique=False)
    op.create_table(
        "work_order_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=("fk_work_order_import_mail_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_work_order_import")),
    )
    op.create_table(
        "callback_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_key", sa.String(length=300), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("remarks", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=("fk_callback_answer_mail_id")),
        sa.ForeignKeyConstraint(["number"], ["callback.number"], name=("fk_callback_answer_number")),
        sa.PrimaryKeyConstraint("id", name=("pk_callback_answer")),
    )
    op.create_index(("ix_callback_answer_number"), "callback_answer", ["number"], unique=False)


def downgrade() -> None:
    op.drop_index(("ix_callback_answer_number"), table_name="callback_answer")
    op.drop_table("callback_answer")
    op.drop_table("work_order_import")
    op.drop_index("ix_callback_person_key_day", table_name="callback")
    op.drop_index("ix_callback_day", table_name="callback")
    op.drop_table("callback")
    op.drop_index("ix_work_order_opened_at", table_name="work_order")
    op.drop_index("ix_work_order_closed_at", table_name="work_order")
    op.drop_table("work_order")
    op.drop_table("callback_draw")
