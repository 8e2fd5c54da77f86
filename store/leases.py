"""Which process reads which mailbox, where several share a database: a row for each mailbox, and one for each process.

A lease runs out LEASE after it was renewed last, by the clock of the database's server: the hosts' clocks do not count. Each
time that a mailbox changes hands its `term` grows; what is put down under an old term is refused (`confirm`), so a
holder that was stopped or cut off, and comes back, writes nothing. The transactions here are short, and the server
ends one whose client is silent: a host that is cut off in the middle blocks nobody for longer than SILENT_MS.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Select, delete, func, select, update

from store.database import is_sqlite, new_or_known
from store.tables import mailbox_lease, service

LEASE = timedelta(seconds=18)
"""How long a mailbox, and the word of a process that it lives, lasts without being renewed."""
SILENT_MS = 4_000
"""PostgreSQL: longest pause of a client within one of these transactions."""


class LeaseLost(Exception):
    """Another process holds the mailbox now; the transaction must not commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A mailbox and who reads it until when."""

    mailbox: str
    holder: str
    term: int
    taken_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A process of the service."""

    holder: str
    """Its name: host, process number and some characters of its own."""
    started_at: datetime
    until: datetime
    watches: tuple[str, ...]
    """The mailboxes of its configuration."""


def server_now(conn: Connection) -> datetime:
    """The time by the clock of the database's server."""
    if is_sqlite(conn):
        return datetime.now(UTC)
    bound = func.set_config("idle_in_transaction_session_timeout", str(SILENT_MS), True)
    now: datetime = conn.execute(select(func.clock_timestamp(), bound)).one()[0]
    return now.astimezone(UTC)


def bury(conn: Connection, now: datetime) -> None:
    """Processes that have not said for a LEASE that they live, forgotten."""
    conn.execute(delete(service).where(service.c.until <= now))


def present(conn: Connection, me: Service) -> None:
    """This process lives."""
    values = {"started_at": me.started_at, "until": me.until, "watches": list(me.watches)}
    row = new_or_known(conn.dialect.name, service).values(holder=me.holder, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["holder"], set_=values))


def leave(conn: Connection, holder: str, now: datetime) -> None:
    """The process ends: what it holds is free at once."""
    conn.execute(update(mailbox_lease).where(mailbox_lease.c.holder == holder).values(until=now))
    conn.execute(delete(service).where(service.c.holder == holder))


def alive(conn: Connection, now: datetime) -> tuple[Service, ...]:
    """The processes that live, by name."""
    query = select(service).where(service.c.until > now).order_by(service.c.holder)
    return tuple(Service(**{**row._mapping, "watches": tuple(row.watches)}) for row in conn.execute(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease as it is shown."""

    mailbox: str
    holder: str
    term: int
    seconds: float
    """Until it runs out; below 0 nobody reads the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Who lives and who holds what; empty where the service is alone with its database."""

    services: tuple[Service, ...] = ()
    leases: tuple[Held, ...] = ()


def shares(conn: Connection) -> Shares:
    """The state of this moment, by the server's clock."""
    now = server_now(conn)
    found = (
        Held(
            mailbox=one.mailbox,
            holder=one.holder,
            term=one.term,
            seconds=round((one.until - now).total_seconds(), 1),
        )
        for one in listed(conn)
    )
    return Shares(services=alive(conn, now), leases=tuple(found))


def renew(conn: Connection, holder: str, now: datetime) -> None:
    """Everything that the process holds, held for another LEASE; what has run out meanwhile is not."""
    held = (mailbox_lease.c.holder == holder) & (mailbox_lease.c.until > now)
    conn.execute(update(mailbox_lease).where(held).values(until=now + LEASE))


def take(conn: Connection, mailbox: str, holder: str, now: datetime) -> None:
    """The mailbox, if nobody holds it. Whether it was taken, `listed` tells."""
    values = {"holder": holder, "taken_at": now, "until": now + LEASE}
    row = new_or_known(conn.dialect.name, mailbox_lease).values(mailbox=mailbox, term=1, **values)
    conn.execute(
        row.on_conflict_do_update(
            index_elements=["mailbox"],
            set_={**values, "term": mailbox_lease.c.term + 1},
            where=mailbox_lease.c.until <= now,
        )
    )


def give_up(conn: Connection, mailboxes: Collection[str], holder: str, now: datetime) -> None:
    """Mailboxes that the process holds, free for others."""
    held = mailbox_lease.c.mailbox.in_(mailboxes) & (mailbox_lease.c.holder == holder)
    conn.execute(update(mailbox_lease).where(held).values(until=now))


def listed(conn: Connection) -> tuple[Lease, ...]:
    """All leases, also those that have run out, by mailbox."""
    return _leases(conn, select(mailbox_lease).order_by(mailbox_lease.c.mailbox))


def confirm(conn: Connection, mailbox: str, term: int) -> None:
    """Nobody takes the mailbox before this transaction has ended. Raises LeaseLost when somebody has."""
    server_now(conn)
    query = select(mailbox_lease).where(mailbox_lease.c.mailbox == mailbox, mailbox_lease.c.term == term)
    if not _leases(conn, query.with_for_update(read=True)):
        raise LeaseLost(mailbox)


def _leases(conn: Connection, query: Select[tuple[object, ...]]) -> tuple[Lease, ...]:
    return tuple(Lease(**row._mapping) for row in conn.execute(query))
