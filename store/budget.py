"""How many automatic mails went to an address, and in all, since a time (RFC 3834 2: no storms)."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from store.tables import outbox, outbox_recipient


def sent_since(conn: Connection, address: str, since: datetime) -> int:
    """Mails put into the outbox for an address."""
    return conn.execute(
        select(func.count())
        .select_from(outbox_recipient)
        .where(outbox_recipient.c.address == address.casefold(), outbox_recipient.c.created_at >= since)
    ).scalar_one()


def gone_between(conn: Connection, since: datetime, until: datetime) -> int:
    """Mails that the server took, to anybody. Those after `until` went out before the clock was set back."""
    return conn.execute(
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.state == "sent", outbox.c.done_at >= since, outbox.c.done_at <= until)
    ).scalar_one()


def in_hand(conn: Connection, now: datetime) -> int:
    """Mails that some process is trying just now: they may be taken any moment."""
    is_tried = (outbox.c.state == "waiting") & (outbox.c.claimed_by != "") & (outbox.c.due_at > now)
    return conn.execute(select(func.count()).select_from(outbox).where(is_tried)).scalar_one()


def written_since(conn: Connection, templates: tuple[str, ...], since: datetime) -> int:
    """Mails of these templates put into the outbox after a time, for anybody."""
    return conn.execute(
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.template.in_(templates), outbox.c.created_at > since)
    ).scalar_one()
