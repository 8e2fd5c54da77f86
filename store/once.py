"""What must be done once, however often and wherever the clock ticks."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from store.tables import once


def take(conn: Connection, subject: str, rung: str, now: datetime) -> bool:
    """True for the first who asks for this rung of this subject, False for everybody after."""
    taken = select(once.c.at).where(once.c.subject == subject, once.c.rung == rung)
    if conn.execute(taken).first():
        return False
    try:
        with conn.begin_nested():
            conn.execute(insert(once).values(subject=subject, rung=rung, at=now))
    except IntegrityError:
        return False
    return True


def last(conn: Connection, subject: str) -> datetime | None:
    """When a rung of this subject was taken last."""
    return conn.execute(select(func.max(once.c.at)).where(once.c.subject == subject)).scalar()
