"""Every mail ever seen: put down once, claimed, decided, finished or set aside.

A mail is known by its fingerprint, not by where it lay: fetched again, after a change of UIDVALIDITY,
copied back or delivered to two watched mailboxes it is one mail with several sightings.
States: waiting → handled | set_aside → (released) waiting | discarded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    bindparam,
    exists,
    func,
    select,
    update,
)

from classify.lane import lane
from ingest.mail import RawMail
from store.claims import Claimant
from store.database import Lock, hold, new_or_known
from store.fingerprint import fingerprint
from store.packing import packed, unpacked
from store.tables import OUT_OF_LINE, TOGETHER_BYTES_MAX, mail, mail_sighting

SIGHTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMail:
    """A mail to be handled, its try counted."""

    id: int
    mailbox: str
    received_at: datetime
    content: bytes = field(repr=False)
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was made of a mail."""

    kind: str
    rule: str
    evidence: str
    trust: str
    matter: str
    message_id: str
    sender: str
    subject: str


def add(conn: Connection, raw: RawMail, now: datetime) -> int | None:
    """The id of a mail that is new; None for one that is known, whose sighting is noted."""
    mark = fingerprint(raw.content)
    known = _known(conn, mark)
    new = None if known else _insert(conn, raw, mark, now)
    # Neither: the reader of another mailbox has put it down since we looked.
    _see(conn, raw, new or known or _known(conn, mark), now)
    return new


_KNOWN = select(mail.c.id).where(mail.c.fingerprint == bindparam("mark"))


def _known(conn: Connection, mark: str) -> int | None:
    return conn.execute(_KNOWN, {"mark": mark}).scalar()


_PLACE = ("mailbox", "uidvalidity", "uid")


@cache
def _new_mail(dialect: str) -> Executable:
    return new_or_known(dialect, mail).on_conflict_do_nothing().returning(mail.c.id)


@cache
def _sighting(dialect: str) -> Executable:
    """What lay there before, under a UID that was given anew, lies there no more."""
    seen = new_or_known(dialect, mail_sighting)
    now = {name: seen.excluded[name] for name in ("mail_id", "received_at", "seen_at")}
    return seen.on_conflict_do_update(index_elements=_PLACE, set_=now)


def _see(conn: Connection, raw: RawMail, mail_id: int | None, now: datetime) -> None:
    """Where the mail lies."""
    place = {name: getattr(raw, name) for name in _PLACE}
    seen = {"mail_id": mail_id, "received_at": raw.received_at, "seen_at": now}
    conn.execute(_sighting(conn.dialect.name), place | seen)


def _insert(conn: Connection, raw: RawMail, mark: str, now: datetime) -> int | None:
    """Its id; None when the mail has come in meanwhile."""
    row = {
        "mailbox": raw.mailbox,
        "received_at": raw.received_at,
        "stored_at": now,
        "content": packed(raw.content),
        "size_bytes": len(raw.content),
        "sha256": sha256(raw.content).hexdigest(),
        "fingerprint": mark,
        **lane(raw.content)._asdict(),
        "state": "waiting",
        "due_at": now,
    }
    new: int | None = conn.execute(_new_mail(conn.dialect.name), row).scalar()
    return new


def sighted(
    conn: Connection, mailbox: str, uidvalidity: int, uids: Sequence[int]
) -> dict[int, datetime | None]:
    """Those of the UIDs under which a message was stored before, with the date at which the server got that message;
    None where it was not kept."""
    found: dict[int, datetime | None] = {}
    for start in range(0, len(uids), SIGHTED_AT_ONCE):
        rows = conn.execute(
            select(mail_sighting.c.uid, mail_sighting.c.received_at).where(
                mail_sighting.c.mailbox == mailbox,
                mail_sighting.c.uidvalidity == uidvalidity,
                mail_sighting.c.uid.in_(uids[start : start + SIGHTED_AT_ONCE]),
            )
        )
        found.update((row.uid, row.received_at) for row in rows)
    return found


_OLDEST = (mail.c.due_at, mail.c.id)


def claim(conn: Connection, now: datetime, by: Claimant, count: int = 1) -> tuple[ClaimedMail, ...]:
    """The mails that wait longest, each with its try counted and left to the claimant for its lease.

    A mail that failed before, or is large, comes alone: what breaks on it takes nobody else's try. No mail
    overtakes an earlier one of its author, or on its matter.
    """
    hold(conn, Lock.CLAIMS)
    is_due = (mail.c.state == "waiting") & (mail.c.due_at <= now) & ~_is_behind(by.name, now)
    is_plain = (mail.c.tries == 0) & (mail.c.size_bytes <= TOGETHER_BYTES_MAX)
    oldest = select(mail.c.id, is_plain).where(is_due).order_by(*_OLDEST).limit(1)
    first = conn.execute(oldest.with_for_update(skip_locked=True)).first()
    if first is None:
        return ()
    among = select(mail.c.id).where(is_due, is_plain if first[1] else mail.c.id == first.id)
    wanted = among.order_by(*_OLDEST).limit(count).with_for_update(skip_locked=True)
    rows = conn.execute(
        update(mail)
        .where(mail.c.id.in_(wanted))
        .values(tries=mail.c.tries + 1, due_at=now + by.lease, claimed_by=by.name)
        .returning(mail.c.id, mail.c.mailbox, mail.c.received_at, mail.c.content, mail.c.tries)
    ).all()
    return tuple(
        ClaimedMail(
            id=row.id,
            mailbox=row.mailbox,
            received_at=row.received_at,
            content=unpacked(row.content),
            tries=row.tries,
        )
        for row in sorted(rows, key=lambda row: row.id)
    )


def _is_behind(name: str, now: datetime) -> ColumnElement[bool]:
    """Whether an earlier mail of the same lane is in hand elsewhere, waits for another try, or comes alone.

    What the same process has in hand is not in the way: it handles its claims one after the other.
    """
    earlier = mail.alias("earlier")
    is_same = ((earlier.c.author == mail.c.author) & (earlier.c.author != "")) | (
        (earlier.c.about == mail.c.about) & (earlier.c.about != "")
    )
    is_mine = (earlier.c.claimed_by == name) & (earlier.c.due_at > now)
    return exists().select_from(earlier).where(OUT_OF_LINE, earlier.c.id < mail.c.id, is_same, ~is_mine)


class NotWaiting(Exception):
    """The mail was finished or set aside by somebody else meanwhile; the transaction must not commit."""


def finish(conn: Connection, mail_id: int, verdict: Verdict, now: datetime) -> None:
    """The mail handled. Raises NotWaiting."""
    _leave_waiting(
        conn,
        mail_id,
        state="handled",
        handled_at=now,
        kind=verdict.kind,
        rule=verdict.rule,
        evidence=verdict.evidence,
        trust=verdict.trust,
        matter=verdict.matter,
        message_id=verdict.message_id,
        sender=verdict.sender,
        subject=verdict.subject,
    )


def set_aside(conn: Connection, mail_id: int, reason: str, traceback: str, now: datetime) -> None:
    """The mail left for a person, with why. Raises NotWaiting."""
    _leave_waiting(
        conn,
        mail_id,
        state="set_aside",
        handled_at=now,
        reason=reason,
        traceback=traceback,
        kind="unreadable",
    )


_OUT_OF_LANE = {"author": "", "about": "", "claimed_by": ""}
"""Once a mail is decided, nothing waits for it: what was noted for that is not kept."""
_LEAVE_WAITING = update(mail).where(mail.c.id == bindparam("mail_id"), mail.c.state == "waiting")


def _leave_waiting(conn: Connection, mail_id: int, **values: object) -> None:
    changed = conn.execute(_LEAVE_WAITING, {"mail_id": mail_id, **_OUT_OF_LANE, **values})
    if changed.rowcount != 1:
        raise NotWaiting(f"mail {mail_id}")


def fail(conn: Connection, mail_id: int, traceback: str, retry_at: datetime) -> None:
    """A try failed; the mail waits until `retry_at`."""
    conn.execute(
        update(mail)
        .where(mail.c.id == mail_id, mail.c.state == "waiting")
        .values(traceback=traceback, due_at=retry_at, claimed_by="")
    )


def last_waiting_at(conn: Connection) -> datetime | None:
    """When the last of the waiting mails is due; None when none waits."""
    return conn.execute(select(func.max(mail.c.due_at)).where(mail.c.state == "waiting")).scalar()


def make_due(conn: Connection, now: datetime, wait_max: timedelta) -> int:
    """What waits longer than anything waits is due at once: the clock was set back. How many mails.

    Should somebody with another clock be at it, only one of the two can finish it.
    """
    stuck = update(mail).where(mail.c.state == "waiting", mail.c.due_at > now + wait_max)
    return conn.execute(stuck.values(due_at=now)).rowcount


def release(conn: Connection, mail_id: int, now: datetime) -> None:
    """A mail that was set aside waits again. Raises LookupError when it is not set aside."""
    _decide(conn, mail_id, state="waiting", tries=0, due_at=now, reason="", kind="", handled_at=None)


def discard(conn: Connection, mail_id: int, now: datetime) -> None:
    """A mail that was set aside stays so for good. Raises LookupError when it is not set aside."""
    _decide(conn, mail_id, state="discarded", handled_at=now)


def _decide(conn: Connection, mail_id: int, **values: object) -> None:
    changed = conn.execute(
        update(mail).where(mail.c.id == mail_id, mail.c.state == "set_aside").values(**values)
    )
    if changed.rowcount != 1:
        raise LookupError(mail_id)


def give_back(conn: Connection, ids: Sequence[int], by: Claimant, now: datetime) -> None:
    """Mails that were not handled through no fault of theirs, and are still the claimant's: due at once, the try not
    counted."""
    if ids:
        is_theirs = (mail.c.state == "waiting") & (mail.c.claimed_by == by.name)
        unhandled = update(mail).where(mail.c.id.in_(ids), is_theirs)
        conn.execute(unhandled.values(tries=mail.c.tries - 1, due_at=now, claimed_by=""))


def set_matter(conn: Connection, mail_id: int, number: str) -> None:
    """The mail belongs to this complaint now (the desk said so)."""
    conn.execute(update(mail).where(mail.c.id == mail_id).values(matter=number))


def next_waiting_at(conn: Connection) -> datetime | None:
    """When the next waiting mail is due; None when none waits."""
    return conn.execute(select(func.min(mail.c.due_at)).where(mail.c.state == "waiting")).scalar()
