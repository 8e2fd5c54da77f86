"""Dated anchors of the log: what its last hash was on a day.

Who can write to the database can cut the end of the chain off, or write all of it anew so that it holds
together. An anchor shows it, as soon as one stands where they cannot write: the digest of the day carries
it into mailboxes (`Anchor.mark`), and `check` takes marks back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from store.events import GENESIS, Break, end
from store.tables import anchor, event

_MARK = re.compile(r"([0-9a-f]{64})@(\d{4}-\d\d-\d\d)")
ZONES = timedelta(days=1)
"""A day of the anchor's zone may be another day in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The end of the log on a day."""

    date: date
    hash: str
    seq: int | None = None
    """Number of the last entry, 0 of an empty log; a mark does not tell it."""

    @property
    def mark(self) -> str:
        """'HASH@DATE', as mails carry it and `verify-log --anchor` takes it."""
        return f"{self.hash}@{self.date}"


def write(conn: Connection, now: datetime) -> Anchor:
    """The anchor of the day that `now` names in its own zone; one that is there already stays."""
    known = conn.execute(select(anchor).where(anchor.c.date == now.date())).first()
    if known is not None:
        return Anchor(date=known.date, hash=known.hash, seq=known.seq)
    seq, last = end(conn)
    conn.execute(insert(anchor).values(date=now.date(), at=now, seq=seq, hash=last))
    return Anchor(date=now.date(), hash=last, seq=seq)


def read(mark: str) -> Anchor:
    """The anchor of a mark. Raises ValueError."""
    parts = _MARK.fullmatch(mark.strip().lower())
    if parts is None:
        raise ValueError(f"{mark!r} is no HASH@DATE as the digest gives it")
    return Anchor(hash=parts[1], date=date.fromisoformat(parts[2]))


def stored(conn: Connection) -> tuple[Anchor, ...]:
    """All anchors of the database, oldest first."""
    rows = conn.execute(select(anchor).order_by(anchor.c.date))
    return tuple(Anchor(date=row.date, hash=row.hash, seq=row.seq) for row in rows)


def check(conn: Connection, *given: Anchor) -> Iterator[Break]:
    """Where the log is not what the stored anchors and the given ones say that it was."""
    for one in (*stored(conn), *given):
        problem = _problem(conn, one)
        if problem:
            yield Break(seq=one.seq or 0, number="", problem=f"anchor of {one.date}: {problem}")


def _problem(conn: Connection, one: Anchor) -> str:
    if one.hash == GENESIS:
        return "" if not one.seq else "names an entry, but the hash of an empty log"
    found = conn.execute(select(event.c.seq, event.c.at).where(event.c.hash == one.hash)).first()
    if found is None:
        upto = f"up to entry {one.seq} " if one.seq else ""
        return f"the log {upto}ended with {one.hash} on that day, and has no such entry now: cut off or rewritten"
    if one.seq is not None and found.seq != one.seq:
        return f"the entry with this hash was number {one.seq} and is number {found.seq} now"
    if found.at.date() > one.date + ZONES:
        return f"the entry with this hash is of {found.at:%Y-%m-%d}, after that day"
    return ""
