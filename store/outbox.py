"""What goes out: final bytes, written with the step that caused them, tried until done.

States: waiting → sent | refused (5xx) | dead (tries used up). A try is counted and its successor's time
set before the server is asked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, or_, select, true, update

from process.outgoing import Deferred, Outcome, Outgoing, Refused
from store import lists
from store.claims import Claimant
from store.packing import packed, unpacked
from store.tables import outbox, outbox_recipient

ERROR_CHARS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """A mail to be tried now."""

    id: int
    outgoing: Outgoing
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A mail of the outbox as it is listed."""

    id: int
    message_id: str
    matter: str
    template: str
    recipient_key: str
    recipients: tuple[str, ...]
    subject: str
    mail_id: int | None
    state: str
    tries: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    last_error: str


# Statements of every mail are made once; SQLAlchemy then need not look whether it knows them.
_ADD = insert(outbox).returning(outbox.c.id)
_ADD_RECIPIENT = insert(outbox_recipient)
_RECORD = update(outbox).where(outbox.c.id == bindparam("outbox_id"), outbox.c.state == "waiting")


def add(conn: Connection, outgoing: Outgoing, now: datetime, mail_id: int | None) -> int:
    """The mail in the outbox, due at once; `mail_id` is the mail that caused it."""
    row = {
        "message_id": outgoing.message_id,
        "matter": outgoing.matter,
        "template": outgoing.template,
        "recipient_key": outgoing.recipient_key,
        "recipients": list(outgoing.recipients),
        "subject": outgoing.subject,
        "content": packed(outgoing.content),
        "mail_id": mail_id,
        "state": "waiting",
        "created_at": now,
        "due_at": now,
    }
    outbox_id: int = conn.execute(_ADD, row).scalar_one()
    addresses = {address.casefold() for address in outgoing.recipients}
    rows = [{"outbox_id": outbox_id, "address": address, "created_at": now} for address in addresses]
    conn.execute(_ADD_RECIPIENT, rows)
    return outbox_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many due mails are claimed, and of which template: '' is any, else only those about no matter."""

    count: int
    template: str = ""


def claim_due(conn: Connection, now: datetime, by: Claimant, share: Share) -> tuple[OutboxItem, ...]:
    """Mails that are due, oldest first, each with its try counted and left to the claimant for its lease."""
    alone = (outbox.c.template == share.template) & (outbox.c.matter == "")
    of_template = alone if share.template else true()
    due = (
        select(outbox.c.id)
        .where(outbox.c.state == "waiting", outbox.c.due_at <= now, of_template)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(share.count)
        .with_for_update(skip_locked=True)
    )
    rows = conn.execute(
        update(outbox)
        .where(outbox.c.id.in_(due))
        .values(tries=outbox.c.tries + 1, due_at=now + by.lease, claimed_by=by.name)
        .returning(outbox)
    ).all()
    return tuple(
        OutboxItem(
            id=row.id,
            tries=row.tries,
            outgoing=Outgoing(
                message_id=row.message_id,
                matter=row.matter,
                template=row.template,
                recipient_key=row.recipient_key,
                recipients=tuple(row.recipients),
                subject=row.subject,
                content=unpacked(row.content),
            ),
        )
        for row in sorted(rows, key=lambda row: row.id)
    )


def record(
    conn: Connection, item: OutboxItem, outcome: Outcome, now: datetime, next_try_at: datetime | None
) -> None:
    """What became of a try. Deferred without a next try is the end: 'dead'."""
    values: dict[str, object] = {
        "last_error": getattr(outcome, "reason", "")[:ERROR_CHARS_MAX],
        "claimed_by": "",
    }
    if isinstance(outcome, Deferred) and next_try_at is not None:
        values["due_at"] = next_try_at
    elif isinstance(outcome, Deferred):
        values.update(state="dead", done_at=now)
    else:
        values.update(state="refused" if isinstance(outcome, Refused) else "sent", done_at=now)
    conn.execute(_RECORD, {"outbox_id": item.id, **values})


def give_back(conn: Connection, ids: Sequence[int], by: Claimant, now: datetime) -> None:
    """Claimed mails that were not tried, and are still the claimant's: due again at once, the try not counted."""
    is_theirs = (outbox.c.state == "waiting") & (outbox.c.claimed_by == by.name)
    unsaid = update(outbox).where(outbox.c.id.in_(ids), is_theirs)
    conn.execute(unsaid.values(tries=outbox.c.tries - 1, due_at=now, claimed_by=""))


def last_due_at(conn: Connection) -> datetime | None:
    """When the last of the waiting mails is due; None when none waits."""
    return conn.execute(select(func.max(outbox.c.due_at)).where(outbox.c.state == "waiting")).scalar()


def make_due(conn: Connection, now: datetime, lease: timedelta, waits_max: Sequence[timedelta]) -> int:
    """What waits longer than it can is due at once: the clock was set back. How many mails.

    `waits_max` are the longest waits after no try, one, two …; the last holds for more.
    """
    more = outbox.c.tries >= len(waits_max)
    is_stuck = or_(
        *(
            ((outbox.c.tries == tries) if tries < len(waits_max) else more)
            & (outbox.c.due_at > now + max(lease, wait))
            for tries, wait in enumerate((*waits_max, waits_max[-1]))
        )
    )
    stuck = update(outbox).where(outbox.c.state == "waiting", outbox.c.due_at > now + lease, is_stuck)
    return conn.execute(stuck.values(due_at=now)).rowcount


_LISTED = tuple(outbox.c[name] for name in OutboxRow.__dataclass_fields__)


def listed(conn: Connection, newest: int | None = None) -> tuple[OutboxRow, ...]:
    """All mails, oldest first; only so many of the newest where that is said."""
    return tuple(each(conn, newest))


def each(conn: Connection, newest: int | None = None) -> Iterator[OutboxRow]:
    """As `listed`, but read a few at a time."""
    return map(_row, lists.oldest_first(conn, select(*_LISTED), (outbox.c.id,), newest))


def of_matter(conn: Connection, number: str) -> tuple[OutboxRow, ...]:
    """The mails on a matter, oldest first."""
    return _rows(conn, select(*_LISTED).where(outbox.c.matter == number).order_by(outbox.c.id))


def find(conn: Connection, message_ids: Collection[str]) -> OutboxRow | None:
    """Which of our mails has one of these Message-IDs; the newest when several have."""
    query = select(*_LISTED).where(outbox.c.message_id.in_(message_ids)).order_by(outbox.c.id.desc()).limit(1)
    return next(iter(_rows(conn, query)), None) if message_ids else None


def _rows(conn: Connection, query: Select[tuple[object, ...]]) -> tuple[OutboxRow, ...]:
    return tuple(map(_row, conn.execute(query)))


def _row(row: Row[tuple[object, ...]]) -> OutboxRow:
    return OutboxRow(**{**row._mapping, "recipients": tuple(row.recipients)})


def content(conn: Connection, outbox_id: int) -> bytes | None:
    """The final bytes of a mail."""
    packed = conn.execute(select(outbox.c.content).where(outbox.c.id == outbox_id)).scalar()
    return None if packed is None else unpacked(packed)


def next_due_at(conn: Connection) -> datetime | None:
    """When the next waiting mail is due; None when none waits."""
    return conn.execute(select(func.min(outbox.c.due_at)).where(outbox.c.state == "waiting")).scalar()
