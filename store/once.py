"""What must be done once, however often and wherever the clock ticks."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from store.database import new_or_known
from store.tables import once


def take(conn: Connection, subject: str, rung: str, now: datetime) -> bool:
    """True for the first who asks for this rung of this subject, False for everybody after."""
    wanted = new_or_known(conn.dialect.name, once).values(subject=subject, rung=rung, at=now)
    return conn.execute(wanted.on_conflict_do_nothing().returning(once.c.at)).first() is not None


def last(conn: Connection, subject: str) -> datetime | None:
    """When a rung of this subject was taken last."""
    return conn.execute(select(func.max(once.c.at)).where(once.c.subject == subject)).scalar()
