"""The trail: append-only, each entry with the hash of the one before it.

Hashes are SHA-256 over the previous hash and the entry as canonical JSON, so that a change, a deletion
or a new order shows; the database refuses UPDATE and DELETE on the table besides.
Source: HANDBOOK 2 'follow-up trail'.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select

from process.case import Event
from store.record import from_json, to_json
from store.tables import event

GENESIS = "0" * 64


def append(conn: Connection, number: str, entries: Iterable[Event]) -> None:
    """Puts the entries at the end of the log."""
    last = conn.execute(select(event.c.seq, event.c.hash).order_by(event.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    rows = []
    for entry in entries:
        seq += 1
        record = to_json(entry)
        this = chained(previous, seq, number, record)
        rows.append(
            {
                "seq": seq,
                "number": number,
                "at": entry.at,
                "record": record,
                "previous_hash": previous,
                "hash": this,
            }
        )
        previous = this
    if rows:
        conn.execute(insert(event), rows)


def chained(previous: str, seq: int, number: str, record: dict[str, Any]) -> str:
    """The hash of an entry."""
    words = json.dumps(
        [previous, seq, number, record], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def trail(conn: Connection, number: str) -> tuple[Event, ...]:
    """The entries of a complaint, oldest first."""
    query = select(event.c.record).where(event.c.number == number).order_by(event.c.seq)
    return tuple(from_json(Event, record) for record in conn.execute(query).scalars())


def verify(conn: Connection) -> str:
    """'' when the whole log holds together; else which entry is the first that does not, and why."""
    previous, expected = GENESIS, 1
    for row in conn.execute(select(event).order_by(event.c.seq)):
        if row.seq != expected:
            return f"entry {expected} is missing"
        if row.previous_hash != previous or row.hash != chained(previous, row.seq, row.number, row.record):
            return f"entry {row.seq} ({row.number}) was changed"
        previous, expected = row.hash, expected + 1
    return ""
