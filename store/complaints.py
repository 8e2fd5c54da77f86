"""The complaints: the record form whole, and the columns that are searched by.

A case is saved only on top of the version that it was read at, so two writers never overwrite each
other; each escalation has a row of its own that can exist but once.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from process.case import Case
from store import lists, numbers
from store.record import from_json, to_json
from store.tables import complaint, escalation

EARLIER_MAX = 50
"""Earlier complaints of a person that are looked at, newest first."""


_OLDEST = (complaint.c.recorded_at, complaint.c.number)
"""In the order of numbers, which as texts do not sort: a year may have more than 99,999."""


class Stale(Exception):
    """The case was changed by somebody else since it was read; the transaction must not commit."""


def next_number(conn: Connection, year: int) -> str:
    """The number of the year's next complaint."""
    return numbers.next_number(conn, "C", year)


_INSERT = insert(complaint)


def insert_case(conn: Connection, case: Case) -> None:
    """A case recorded for the first time."""
    conn.execute(_INSERT, {"number": case.number, **_columns(case)})
    _escalations(conn, case, frozenset())


def save(conn: Connection, case: Case) -> None:
    """The next version of a case. Raises Stale."""
    changed = conn.execute(
        update(complaint)
        .where(complaint.c.number == case.number, complaint.c.version == case.version - 1)
        .values(**_columns(case))
    )
    if changed.rowcount != 1:
        raise Stale(case.number)
    known = conn.execute(select(escalation.c.once).where(escalation.c.number == case.number)).scalars()
    _escalations(conn, case, frozenset(known))


def _columns(case: Case) -> dict[str, Any]:
    return {
        "version": case.version,
        "state": case.state.value,
        "complainant_key": case.complainant.key,
        "on_behalf_of_key": case.on_behalf_of.key,
        "department": case.department,
        "recorded_at": case.recorded_at,
        "due_at": case.due_at,
        "remind_at": case.remind_at,
        "is_closed": case.is_closed,
        "record": to_json(case),
    }


def _escalations(conn: Connection, case: Case, known: Collection[str]) -> None:
    """Rows for the escalations that are new. Raises Stale when another writer has one of them already."""
    rows = [
        {"number": case.number, "once": entry.once, "at": entry.at}
        for entry in case.escalations
        if entry.once not in known
    ]
    try:
        if rows:
            conn.execute(insert(escalation), rows)
    except IntegrityError as doubled:
        raise Stale(case.number) from doubled


def get(conn: Connection, number: str) -> Case | None:
    """A complaint by its number."""
    record = conn.execute(select(complaint.c.record).where(complaint.c.number == number)).scalar()
    return None if record is None else from_json(Case, record)


def listed(conn: Connection, only_open: bool, newest: int | None = None) -> tuple[Case, ...]:
    """All complaints, or those that are not closed, oldest first; only so many of the newest where that is said."""
    return tuple(each(conn, only_open, newest))


def each(conn: Connection, only_open: bool = False, newest: int | None = None) -> Iterator[Case]:
    """As `listed`, but read a few at a time: a million do not fit into memory."""
    query = select(complaint.c.record)
    if only_open:
        query = query.where(complaint.c.is_closed.is_(False))
    return (from_json(Case, record) for (record,) in lists.oldest_first(conn, query, _OLDEST, newest))


def oldest_open(conn: Connection, count: int) -> tuple[Case, ...]:
    """So many of those that are not closed, oldest first."""
    query = select(complaint.c.record).where(complaint.c.is_closed.is_(False))
    records = conn.execute(query.order_by(*_OLDEST).limit(count)).scalars()
    return tuple(from_json(Case, record) for record in records)


def to_remind(conn: Connection, now: datetime, count: int) -> tuple[Case, ...]:
    """Complaints with a rung of their ladder due, the longest due first; others leave them to the caller."""
    query = (
        select(complaint.c.record)
        .where(complaint.c.remind_at <= now)
        .order_by(complaint.c.remind_at, complaint.c.number)
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    return tuple(from_json(Case, record) for record in conn.execute(query).scalars())


_KEYS: BindParameter[str] = bindparam("keys", expanding=True)
_OF_PEOPLE = (
    select(complaint.c.record)
    .where(
        or_(complaint.c.complainant_key.in_(_KEYS), complaint.c.on_behalf_of_key.in_(_KEYS)),
        complaint.c.recorded_at >= bindparam("since"),
    )
    .order_by(complaint.c.recorded_at.desc())
    .limit(EARLIER_MAX)
)


def of_people(conn: Connection, keys: Collection[str], since: datetime) -> tuple[Case, ...]:
    """Complaints by or for any of these people (`Person.key`), recorded since then, newest first."""
    found = conn.execute(_OF_PEOPLE, {"keys": list(keys), "since": since}).scalars()
    return tuple(from_json(Case, record) for record in found)
