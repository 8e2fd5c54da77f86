"""How much waits and for how long: mails, outbox, complaints; where digest and log stand.

Every number is read by an index over what waits or is open, so asking costs the same however much is done.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from store import events, once
from store.tables import complaint, mail, outbox

DIGEST = "digest"
"""Subject under which `ombud/digest.py` takes its days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """One look; times are None where nothing waits, or nothing ever happened."""

    mails_waiting: int
    mails_waiting_since: datetime | None
    mails_failing: int
    """Waiting mails that failed before, or are in hand for more than the first time."""
    mails_set_aside: int
    outbox_waiting: int
    outbox_waiting_since: datetime | None
    outbox_retried: int
    """Waiting mails that were tried before."""
    outbox_tries_max: int
    open_by_state: tuple[tuple[str, int], ...]
    overdue: int
    last_mail_at: datetime | None
    last_digest_at: datetime | None
    log_entries: int
    log_head: str


def read(conn: Connection, now: datetime) -> Backlog:
    """The backlog of one moment."""
    waiting = conn.execute(
        select(func.count(), func.min(mail.c.stored_at), func.count().filter(mail.c.tries > 1)).where(
            mail.c.state == "waiting"
        )
    ).one()
    going = conn.execute(
        select(
            func.count(),
            func.min(outbox.c.created_at),
            func.count().filter(outbox.c.tries > 0),
            func.coalesce(func.max(outbox.c.tries), 0),
        ).where(outbox.c.state == "waiting")
    ).one()
    entries, head = events.end(conn)
    return Backlog(
        mails_waiting=waiting[0],
        mails_waiting_since=waiting[1],
        mails_failing=waiting[2],
        mails_set_aside=_set_aside(conn),
        outbox_waiting=going[0],
        outbox_waiting_since=going[1],
        outbox_retried=going[2],
        outbox_tries_max=going[3],
        open_by_state=open_by_state(conn),
        overdue=overdue(conn, now),
        last_mail_at=conn.execute(select(mail.c.stored_at).order_by(mail.c.id.desc()).limit(1)).scalar(),
        last_digest_at=once.last(conn, DIGEST),
        log_entries=entries,
        log_head=head,
    )


def _set_aside(conn: Connection) -> int:
    return conn.execute(select(func.count()).where(mail.c.state == "set_aside")).scalar_one()


def overdue(conn: Connection, now: datetime) -> int:
    """Open complaints behind their due date."""
    is_late = complaint.c.is_closed.is_(False) & (complaint.c.due_at < now)
    return conn.execute(select(func.count()).select_from(complaint).where(is_late)).scalar_one()


def open_by_state(conn: Connection) -> tuple[tuple[str, int], ...]:
    """How many complaints are open, by state."""
    query = select(complaint.c.state, func.count()).where(complaint.c.is_closed.is_(False))
    rows = conn.execute(query.group_by(complaint.c.state).order_by(complaint.c.state))
    return tuple((state, count) for state, count in rows)
