"""Work orders as the ITSM tool exports them: put down by number, however often the same export comes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from process.workorder import Counts, WorkOrder
from store.tables import work_order, work_order_import

PUT_AT_ONCE = 2_000
"""Orders in one round trip; a database takes only so many values in a statement."""
_NAMES = tuple(f.name for f in fields(WorkOrder))
_COLUMNS = tuple(work_order.c[name] for name in _NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file that was taken in."""

    at: datetime
    mail_id: int | None
    filename: str
    sha256: str
    counts: Counts


def put(conn: Connection, orders: Sequence[WorkOrder], now: datetime) -> Counts:
    """At most `PUT_AT_ONCE` orders, each number once: new ones put down, changed ones brought up to date."""
    numbers = [order.number for order in orders]
    query = select(*_COLUMNS).where(work_order.c.number.in_(numbers))
    known = {row.number: _order(row) for row in conn.execute(query)}
    new = [order for order in orders if order.number not in known]
    changed = [order for order in orders if order.number in known and known[order.number] != order]
    if new:
        conn.execute(
            insert(work_order), [{**_values(order), "imported_at": now, "changed_at": now} for order in new]
        )
    if changed:
        statement = update(work_order).where(work_order.c.number == bindparam("at_number"))
        rows = [{**_values(order), "at_number": order.number, "changed_at": now} for order in changed]
        conn.execute(statement, rows)
    return Counts(new=len(new), updated=len(changed), unchanged=len(orders) - len(new) - len(changed))


def _values(order: WorkOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in _NAMES}


def _order(row: Row[Any]) -> WorkOrder:
    return WorkOrder(**{name: getattr(row, name) for name in _NAMES})


def note_import(conn: Connection, done: Import) -> None:
    """The import put on record."""
    counts = {f.name: getattr(done.counts, f.name) for f in fields(Counts)}
    conn.execute(
        insert(work_order_import).values(
            at=done.at, mail_id=done.mail_id, filename=done.filename, sha256=done.sha256, counts=counts
        )
    )


def imports(conn: Connection) -> tuple[Import, ...]:
    """All imports, oldest first."""
    rows = conn.execute(select(work_order_import).order_by(work_order_import.c.id))
    return tuple(
        Import(
            at=row.at,
            mail_id=row.mail_id,
            filename=row.filename,
            sha256=row.sha256,
            counts=Counts(**row.counts),
        )
        for row in rows
    )


def get(conn: Connection, number: str) -> WorkOrder | None:
    """An order by its number."""
    row = conn.execute(select(*_COLUMNS).where(work_order.c.number == number)).first()
    return _order(row) if row else None


def closed(conn: Connection, since: datetime, until: datetime) -> tuple[WorkOrder, ...]:
    """Orders closed from `since` to before `until`, by number."""
    query = select(*_COLUMNS).where(work_order.c.closed_at >= since, work_order.c.closed_at < until)
    return tuple(_order(row) for row in conn.execute(query.order_by(work_order.c.number)))


def opened(conn: Connection, since: datetime, until: datetime) -> tuple[WorkOrder, ...]:
    """Orders opened from `since` to before `until`, by number; those without a time of opening are none."""
    query = select(*_COLUMNS).where(work_order.c.opened_at >= since, work_order.c.opened_at < until)
    return tuple(_order(row) for row in conn.execute(query.order_by(work_order.c.number)))


def closed_count(conn: Connection, since: datetime, until: datetime) -> int:
    """How many orders were closed from `since` to before `until`."""
    query = select(func.count()).where(work_order.c.closed_at >= since, work_order.c.closed_at < until)
    return conn.execute(query).scalar_one()
