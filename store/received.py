"""Mails that came in, as they are shown: one with its bytes, or lists of them without.

What becomes of them is in `store/inbox.py`; here nothing is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, LargeBinary, Row, Select, func, select

from store import lists
from store.packing import beginning, unpacked
from store.tables import label, mail


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail as it is listed."""

    id: int
    mailbox: str
    received_at: datetime
    state: str
    tries: int
    kind: str
    rule: str
    evidence: str
    trust: str
    matter: str
    message_id: str
    sender: str
    subject: str
    reason: str
    traceback: str
    size_bytes: int
    sha256: str
    handled_at: datetime | None
    raw_at: datetime | None = None
    """When its bytes left the database."""
    raw_path: str = ""
    """Where they are since then, within the folder of raw mails; '' nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail with its bytes."""

    id: int
    received_at: datetime
    kind: str
    matter: str
    sender: str
    subject: str
    trust: str
    sha256: str
    raw_at: datetime | None
    raw_path: str
    content: bytes = field(repr=False)
    """Empty once they have left the database (`raw_at`)."""


def get(conn: Connection, mail_id: int) -> StoredMail | None:
    """A mail with its bytes."""
    row = conn.execute(
        select(*(mail.c[name] for name in StoredMail.__dataclass_fields__)).where(mail.c.id == mail_id)
    ).first()
    return None if row is None else StoredMail(**{**row._mapping, "content": unpacked(row.content)})


def beginnings(conn: Connection, ids: Sequence[int], size: int) -> dict[int, bytes]:
    """The first bytes of mails, of each so many at most, by its id."""
    cut_off = func.substr(mail.c.content, 1, size, type_=LargeBinary)
    rows = conn.execute(select(mail.c.id, cut_off.label("packed")).where(mail.c.id.in_(ids)))
    return {row.id: beginning(row.packed, size) for row in rows}


_LISTED = tuple(mail.c[name] for name in MailRow.__dataclass_fields__)


def listed(conn: Connection, newest: int | None = None) -> tuple[MailRow, ...]:
    """All mails, oldest first; only so many of the newest where that is said."""
    return tuple(each(conn, newest))


def each(conn: Connection, newest: int | None = None) -> Iterator[MailRow]:
    """As `listed`, but read a few at a time."""
    return map(_row, lists.oldest_first(conn, select(*_LISTED), (mail.c.id,), newest))


def received_since(conn: Connection, since: datetime) -> Iterator[MailRow]:
    """Mails from a time on, oldest first, read a few at a time."""
    query = select(*_LISTED).where(mail.c.received_at >= since)
    return map(_row, lists.oldest_first(conn, query, (mail.c.id,)))


def of_matter(conn: Connection, number: str) -> tuple[MailRow, ...]:
    """The mails of a complaint, oldest first."""
    return _rows(conn, select(*_LISTED).where(mail.c.matter == number).order_by(mail.c.id))


def for_desk(conn: Connection, since: datetime, until: datetime, count: int) -> tuple[MailRow, ...]:
    """What waits for a person: the other mail of a period, what is still asked or set aside; newest first."""
    is_other = (mail.c.kind == "other") & (mail.c.matter == "")
    is_of_period = (mail.c.stored_at > since) & (mail.c.stored_at <= until)
    is_asked = (mail.c.kind == "ask") & mail.c.id.not_in(select(label.c.mail_id))
    query = select(*_LISTED).where((mail.c.state == "set_aside") | is_asked | (is_other & is_of_period))
    return _rows(conn, query.order_by(mail.c.id.desc()).limit(count))


def _rows(conn: Connection, query: Select[tuple[object, ...]]) -> tuple[MailRow, ...]:
    return tuple(map(_row, conn.execute(query)))


def _row(row: Row[tuple[object, ...]]) -> MailRow:
    return MailRow(**row._mapping)
