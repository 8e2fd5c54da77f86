"""What the desk answered to "is this a complaint?": the first answer counts and is kept for learning."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select

from store.packing import unpacked
from store.tables import label, mail

READ_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A mail with the desk's answer."""

    mail_id: int
    is_complaint: bool
    content: bytes = field(repr=False)


def add(conn: Connection, mail_id: int, is_complaint: bool, by: str, now: datetime) -> bool:
    """True when this is the first answer about the mail."""
    if conn.execute(select(label.c.mail_id).where(label.c.mail_id == mail_id)).first():
        return False
    conn.execute(insert(label).values(mail_id=mail_id, is_complaint=is_complaint, by=by, at=now))
    return True


def labelled(conn: Connection) -> Iterator[Labelled]:
    """Every mail that was answered about and still has its bytes, oldest first; a few at a time, for the bytes are large."""
    query = (
        select(label.c.mail_id, label.c.is_complaint, mail.c.content)
        .join(mail, mail.c.id == label.c.mail_id)
        .where(mail.c.raw_at.is_(None))
        .order_by(label.c.mail_id)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    for row in conn.execute(query):
        yield Labelled(mail_id=row.mail_id, is_complaint=row.is_complaint, content=unpacked(row.content))
