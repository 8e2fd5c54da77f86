"""What the desk answered to "is this a complaint?": the first answer counts and is kept for learning."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from store.tables import label


def add(conn: Connection, mail_id: int, is_complaint: bool, by: str, now: datetime) -> bool:
    """True when this is the first answer about the mail."""
    if conn.execute(select(label.c.mail_id).where(label.c.mail_id == mail_id)).first():
        return False
    conn.execute(insert(label).values(mail_id=mail_id, is_complaint=is_complaint, by=by, at=now))
    return True
