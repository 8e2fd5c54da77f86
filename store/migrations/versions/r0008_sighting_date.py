"""When the server got what lies under a UID: tells a UID that was given anew to another message.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sightings noted before have no date, and are believed."""
    op.add_column("mail_sighting", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("mail_sighting", "received_at")
