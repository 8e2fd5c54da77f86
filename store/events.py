"""The trail: append-only, each entry with the hash of the one before it.

An entry is hashed (SHA-256 over canonical JSON) with the hash before it, so that a change, a deletion,
an insertion or a new order shows; the database refuses UPDATE and DELETE besides. Who acted and what
they wrote is not in the entry itself: it lies in `event_detail`, and the entry holds a salted commitment
to it (SHA-256). So the law's right to erasure and an unbroken log go together: an erasure replaces the detail
and is itself an entry, which commits to what stands there now (`replaces`).
Source: HANDBOOK 2 'follow-up trail'.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, insert, select, update

from process.case import Event, Party
from store.database import hold_log
from store.record import from_json, to_json
from store.tables import complaint, event, event_detail

GENESIS = "0" * 64
SALT_BYTES = 32
READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What of an entry names people: replaceable by an erasure."""

    actor: Party = field(default_factory=Party)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """From this entry on, the detail of an earlier one is the one with this commitment."""

    seq: int
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log with its place in the chain."""

    seq: int
    number: str
    hash: str
    previous_hash: str
    commitment: str
    """To the detail as it was written first; and the salt of the detail as it is now."""
    salt: str
    replaces: tuple[Replacement, ...] = ()
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where the log does not hold together, and how."""

    seq: int
    number: str
    """The complaint; '' when it cannot be known any more."""
    problem: str


def append(
    conn: Connection, number: str, entries: Iterable[Event], replaces: tuple[Replacement, ...] = ()
) -> None:
    """Puts the entries at the end of the log; `replaces` belongs to the first of them."""
    _write(conn, ((number, entry) for entry in entries), replaces)


def _write(
    conn: Connection, entries: Iterable[tuple[str, Event]], replaces: tuple[Replacement, ...] = ()
) -> None:
    hold_log(conn)
    last, previous = end(conn)
    rows, details = [], []
    for seq, (number, entry) in enumerate(entries, last + 1):
        salt, record = _new_salt(), to_json(Detail(actor=entry.actor, text=entry.text))
        row = {
            "seq": seq,
            "number": number,
            "at": entry.at,
            "role": entry.role,
            "what": entry.what,
            "mail_id": entry.mail_id,
            "commitment": committed(salt, record),
            "replaces": [[one.seq, one.commitment] for one in replaces],
            "previous_hash": previous,
        }
        previous = chained(row)
        rows.append({**row, "hash": previous})
        details.append({"seq": seq, "salt": salt, "record": record})
        replaces = ()
    if rows:
        conn.execute(insert(event), rows)
        conn.execute(insert(event_detail), details)


@dataclass(slots=True)
class Pending:
    """Entries of a step that are put at the end of the log when the step ends: until then, others may write to it."""

    entries: list[tuple[str, tuple[Event, ...]]] = field(default_factory=list)

    def of(self, number: str) -> tuple[Event, ...]:
        """What is to be put down of a complaint, oldest first."""
        return tuple(event for one, events in self.entries if one == number for event in events)

    @contextmanager
    def undone_with(self) -> Iterator[None]:
        """What is added within is left out again when that fails."""
        before = len(self.entries)
        try:
            yield
        except BaseException:
            del self.entries[before:]
            raise

    def write(self, conn: Connection) -> None:
        """All of it put at the end of the log."""
        _write(conn, ((number, event) for number, events in self.entries for event in events))


def end(conn: Connection) -> tuple[int, str]:
    """Number and hash of the last entry; 0 and GENESIS of an empty log."""
    last = conn.execute(select(event.c.seq, event.c.hash).order_by(event.c.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)


def _new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


def committed(salt: str, record: dict[str, Any]) -> str:
    """The commitment to a detail; without the salt, nobody can try names until one fits."""
    return _digest([salt, record])


def chained(row: dict[str, Any]) -> str:
    """The hash of an entry: of all its columns but the hash itself."""
    at: datetime = row["at"]
    return _digest(
        [
            row["previous_hash"],
            row["seq"],
            row["number"],
            at.astimezone(UTC).isoformat(),
            row["role"],
            row["what"],
            row["mail_id"],
            row["commitment"],
            row["replaces"],
        ]
    )


def _digest(value: list[Any]) -> str:
    words = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


_WITH_DETAIL = select(event, event_detail.c.salt, event_detail.c.record).outerjoin(
    event_detail, event_detail.c.seq == event.c.seq
)


def entries(conn: Connection, number: str) -> tuple[Entry, ...]:
    """The entries of a complaint with their hashes, oldest first."""
    query = _WITH_DETAIL.where(event.c.number == number).order_by(event.c.seq)
    return tuple(_entry(row) for row in conn.execute(query))


def trail(conn: Connection, number: str) -> tuple[Event, ...]:
    """The entries of a complaint, oldest first."""
    return tuple(entry.event for entry in entries(conn, number))


def _entry(row: Row[Any]) -> Entry:
    detail = from_json(Detail, row.record or {})
    said = Event(
        at=row.at,
        actor=detail.actor,
        role=row.role,
        what=row.what,
        text=detail.text,
        mail_id=row.mail_id,
    )
    return Entry(
        seq=row.seq,
        number=row.number,
        hash=row.hash,
        previous_hash=row.previous_hash,
        commitment=row.commitment,
        salt=row.salt or "",
        replaces=tuple(Replacement(seq=seq, commitment=commitment) for seq, commitment in row.replaces),
        event=said,
    )


def replace_detail(conn: Connection, seq: int, detail: Detail) -> Replacement:
    """A detail put in the place of another; the caller appends the entry that commits to it."""
    salt, record = _new_salt(), to_json(detail)
    conn.execute(update(event_detail).where(event_detail.c.seq == seq).values(salt=salt, record=record))
    return Replacement(seq=seq, commitment=committed(salt, record))


def verify(conn: Connection) -> str:
    """'' when the whole log holds together; else which entry is the first that does not, and why."""
    first = next(breaks(conn), None)
    return "" if first is None else f"entry {first.seq} ({first.number}) {first.problem}"


def breaks(conn: Connection) -> Iterator[Break]:
    """Everywhere that the log does not hold together, in its order."""
    replaced = _replaced(conn)
    previous, expected = GENESIS, 1
    for seq, row in _rows(conn):
        if seq != expected:
            yield Break(seq=expected, number="", problem=_missing(expected, seq - 1))
        expected = seq + 1
        if row is None:
            yield Break(seq=seq, number="", problem="was changed: a value in it cannot be read any more")
            previous = _stored_hash(conn, seq)
            continue
        problems = (*_of_entry(row, previous), *_of_detail(row, replaced.get(seq, row.commitment)))
        yield from (Break(seq=seq, number=row.number, problem=problem) for problem in problems)
        previous = row.hash
    yield from _without_entries(conn)


def _rows(conn: Connection) -> Iterator[tuple[int, Row[Any] | None]]:
    """Every entry with its detail; None for one that a clumsy hand made unreadable."""
    last = None
    while some := _seqs_after(conn, last):
        last = some[-1]
        try:
            among = _WITH_DETAIL.where(event.c.seq.between(some[0], last)).order_by(event.c.seq)
            yield from [(row.seq, row) for row in conn.execute(among)]
        except (ValueError, TypeError):
            yield from [(seq, _row(conn, seq)) for seq in some]


def _seqs_after(conn: Connection, seq: int | None) -> Sequence[int]:
    """The next few entries; None for those at the beginning, wherever a clumsy hand has put it."""
    query = select(event.c.seq).order_by(event.c.seq).limit(READ_AT_ONCE)
    return conn.execute(query if seq is None else query.where(event.c.seq > seq)).scalars().all()


def _row(conn: Connection, seq: int) -> Row[Any] | None:
    try:
        return conn.execute(_WITH_DETAIL.where(event.c.seq == seq)).one()
    except (ValueError, TypeError):
        return None


def _stored_hash(conn: Connection, seq: int) -> str:
    return str(conn.execute(select(event.c.hash).where(event.c.seq == seq)).scalar_one())


def _replaced(conn: Connection) -> dict[int, str]:
    """The commitment that holds now, by entry, where an erasure has set a new one."""
    text = cast(event.c.replaces, Text)
    found = conn.execute(select(event.c.seq, text).where(text != "[]").order_by(event.c.seq))
    pairs = ((at, pair) for at, text in found for pair in _pairs(text))
    # An entry can replace only what was written before it.
    return {seq: commitment for at, (seq, commitment) in pairs if seq < at}


def _pairs(text: str) -> list[tuple[int, str]]:
    """The pairs of `replaces`; none when they were made unreadable, which the hash of that entry shows."""
    try:
        return [(int(seq), str(commitment)) for seq, commitment in json.loads(text)]
    except (ValueError, TypeError):
        return []


def _missing(first: int, last: int) -> str:
    return "is missing" if first == last else f"to {last} are missing"


def _of_entry(row: Row[Any], previous: str) -> Iterator[str]:
    if row.previous_hash != previous:
        yield "does not follow the entry before it: something was taken out, put in or moved here"
    if row.hash != chained(dict(row._mapping)):
        yield "was changed: number, time, role, act, mail or order are not those that were hashed"


def _of_detail(row: Row[Any], commitment: str) -> Iterator[str]:
    if row.record is None:
        yield "has lost its detail (who acted, what they wrote)"
    elif committed(row.salt, row.record) != commitment:
        yield "was changed: who acted or what they wrote is not what was hashed"


def _without_entries(conn: Connection) -> Iterator[Break]:
    """Every complaint begins with an entry; one without any has lost its trail."""
    # EXISTS, not IN: PostgreSQL would go through all entries once more for each complaint.
    has_entry = select(event.c.seq).where(event.c.number == complaint.c.number).exists()
    query = select(complaint.c.number).where(~has_entry).order_by(complaint.c.recorded_at, complaint.c.number)
    for number in conn.execute(query).scalars():
        yield Break(seq=0, number=number, problem="has no entry at all: its trail was removed")
