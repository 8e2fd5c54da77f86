"""How many automatic mails went to an address, and in all, since a time (RFC 3834 2: no storms)."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from store.tables import outbox, outbox_recipient

_SENT_SINCE = (
    select(func.count())
    .select_from(outbox_recipient)
    .where(outbox_recipient.c.address == bindparam("to"), outbox_recipient.c.created_at >= bindparam("since"))
)


def sent_since(conn: Connection, address: str, since: datetime) -> int:
    """Mails put into the outbox for an address."""
    return conn.execute(_SENT_SINCE, {"to": address.casefold(), "since": since}).scalar_one()


def gone_between(conn: Connection, since: datetime, until: datetime) -> int:
    """Mails that the server took, to anybody, or is being asked to take. Those after `until` went out before the clock
    was set back.

    One statement: a mail that passes from one to the other meanwhile is counted once.
    """
    is_gone = (outbox.c.state == "sent") & (outbox.c.done_at >= since) & (outbox.c.done_at <= until)
    is_in_hand = (outbox.c.state == "waiting") & (outbox.c.claimed_by != "") & (outbox.c.due_at > until)
    gone = select(func.count()).select_from(outbox).where(is_gone).scalar_subquery()
    in_hand = select(func.count()).select_from(outbox).where(is_in_hand).scalar_subquery()
    count: int = conn.execute(select(gone + in_hand)).scalar_one()
    return count


def written_since(conn: Connection, templates: tuple[str, ...], since: datetime) -> int:
    """Mails of these templates put into the outbox after a time, for anybody."""
    return conn.execute(
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.template.in_(templates), outbox.c.created_at > since)
    ).scalar_one()
