"""Satisfaction surveys: the plan, who is asked, what was answered.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _survey()
    _invitation()
    _answer()


def _survey() -> None:
    op.create_table(
        "survey",
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_survey")),
        sa.UniqueConstraint("year", name=op.f("uq_survey_year")),
    )
    op.create_index(op.f("ix_survey_state"), "survey", ["state"], unique=False)


def _invitation() -> None:
    op.create_table(
        "survey_invitation",
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("survey", sa.String(20), nullable=False),
        sa.Column("person_key", sa.String(300), nullable=False),
        sa.Column("department", sa.String(200), nullable=False),
        sa.Column("party", sa.JSON(), nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("bounced_at", TIME, nullable=True),
        sa.Column("complaint", sa.String(20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["survey"], ["survey.number"], name=op.f("fk_survey_invitation_survey")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_survey_invitation")),
        sa.UniqueConstraint("survey", "person_key", name=op.f("uq_survey_invitation_survey_person_key")),
    )
    op.create_index(
        "ix_survey_invitation_survey_sent_at", "survey_invitation", ["survey", "sent_at"], unique=False
    )


def _answer() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey", sa.String(20), nullable=False),
        sa.Column("invitation", sa.String(20), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_survey_answer_mail_id")),
        sa.ForeignKeyConstraint(["survey"], ["survey.number"], name=op.f("fk_survey_answer_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint("mail_id", name=op.f("uq_survey_answer_mail_id")),
    )
    op.create_index(
        "ix_survey_answer_survey_invitation", "survey_answer", ["survey", "invitation"], unique=False
    )


def downgrade() -> None:
    for table in ("survey_answer", "survey_invitation", "survey"):
        op.drop_table(table)
