"""Raw mails that have been kept long enough: which they are, and that their bytes have left the database.

The record of a mail stays: who wrote it, when, what was decided and why, its SHA-256. What somebody may still have to look
at keeps its bytes: mails that wait or were set aside, questions that the desk has not answered, mails of open complaints.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from store.packing import unpacked
from store.tables import complaint, label, mail

ENDED = ("handled", "discarded")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """The bytes of a mail, as they are stored."""

    id: int
    received_at: datetime
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What there is to do."""

    mails: int
    size_bytes: int
    """As they were received; they take less, for they are stored compressed."""
    kept: int
    """As old, but still needed."""


def due(conn: Connection, before: datetime) -> Due:
    """The raw mails received before a time."""
    is_old = mail.c.raw_at.is_(None) & (mail.c.received_at < before)
    old = conn.execute(select(func.count()).where(is_old)).scalar_one()
    query = select(func.count(), func.coalesce(func.sum(mail.c.size_bytes), 0)).where(is_old, _is_done_with())
    mails, size_bytes = conn.execute(query).one()
    return Due(mails=mails, size_bytes=int(size_bytes), kept=old - mails)


def oldest(conn: Connection, before: datetime, count: int, bytes_max: int) -> tuple[RawMail, ...]:
    """The oldest of them, bounded by count and size; a larger one comes alone."""
    query = (
        select(mail.c.id, mail.c.size_bytes)
        .where(mail.c.raw_at.is_(None), mail.c.received_at < before, _is_done_with())
        .order_by(mail.c.received_at, mail.c.id)
        .limit(count)
    )
    ids: list[int] = []
    total = 0
    for row in conn.execute(query):
        total += row.size_bytes
        if ids and total > bytes_max:
            break
        ids.append(row.id)
    rows = conn.execute(
        select(mail.c.id, mail.c.received_at, mail.c.content).where(mail.c.id.in_(ids)).order_by(mail.c.id)
    )
    return tuple(RawMail(id=r.id, received_at=r.received_at, content=unpacked(r.content)) for r in rows)


def let_go(conn: Connection, paths: Mapping[int, str], now: datetime) -> tuple[int, ...]:
    """Which of these mails have lost their bytes now; not those that came to be needed, or went, meanwhile.

    `paths` says for each where its bytes lie from now on; '' nowhere.
    """
    gone: list[int] = []
    for mail_id, path in paths.items():
        is_meant = (mail.c.id == mail_id) & mail.c.raw_at.is_(None)
        values = {"content": b"", "raw_at": now, "raw_path": path}
        if conn.execute(update(mail).where(is_meant, _is_done_with()).values(**values)).rowcount:
            gone.append(mail_id)
    return tuple(gone)


def moved(conn: Connection, addresses: Collection[str], numbers: Collection[str]) -> tuple[str, ...]:
    """Where raw mails from these addresses, or of these matters, were moved to."""
    is_meant = or_(func.lower(mail.c.sender).in_(addresses), mail.c.matter.in_(numbers))
    query = select(mail.c.raw_path).where(mail.c.raw_path != "", is_meant)
    return tuple(conn.execute(query.order_by(mail.c.id)).scalars())


def _is_done_with() -> ColumnElement[bool]:
    open_numbers = select(complaint.c.number).where(complaint.c.is_closed.is_(False))
    is_asked = and_(mail.c.kind == "ask", mail.c.id.not_in(select(label.c.mail_id)))
    return and_(mail.c.state.in_(ENDED), mail.c.matter.not_in(open_numbers), ~is_asked)
