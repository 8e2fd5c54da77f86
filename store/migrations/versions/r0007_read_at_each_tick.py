"""Indexes for what the clock and the digest ask of tables that grow with every mail.

Revision: 0007, after 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mail_received_at", "mail", ["received_at"], unique=False)
    op.create_index("ix_mail_kind_stored_at", "mail", ["kind", "stored_at"], unique=False)
    op.create_index("ix_outbox_template_created_at", "outbox", ["template", "created_at"], unique=False)
    op.create_index("ix_survey_answer_invitation", "survey_answer", ["invitation"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_survey_answer_invitation", "survey_answer")
    op.drop_index("ix_outbox_template_created_at", "outbox")
    op.drop_index("ix_mail_kind_stored_at", "mail")
    op.drop_index("ix_mail_received_at", "mail")
