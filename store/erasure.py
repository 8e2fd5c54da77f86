"""What is stored about a person, made unrecognisable in every table: one sweep in one transaction.

Texts go through a `Disguise`, stored messages too. Every text and JSON column of every table is swept, so
that a table added later is not forgotten. The log itself is not touched (its entries name nobody), only the
details beside it, and each such change is committed to by a new entry. What becomes of each table: docs/evidence.md.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    insert,
    select,
    update,
)

from process.case import Event, Party
from store import events
from store.database import is_sqlite
from store.events import Detail, Replacement
from store.packing import packed, unpacked
from store.record import from_json, to_json
from store.tables import Words, complaint, erased_content, event, event_detail, metadata

EVENT = "personal_data_erased"
UNTOUCHED = frozenset({"event", "event_detail", "anchor", "erased_content", "counter"})
"""Tables that name nobody, or (details) that are changed with the log."""
KEPT = frozenset(
    {
        "number", "matter", "state", "kind", "rule", "trust", "grade", "role", "what", "how", "once", "rung",
        "language", "raw_path", "source", "category", "department", "template", "mailbox", "fingerprint",
        "sha256", "hash", "content_type",
    }
)  # fmt: skip
"""Columns and fields of the program's own words, and what figures are counted by."""
ENDED = {"mail": "discarded", "outbox": "dead"}
"""What becomes of messages that still wait: nobody acts on half of a message."""
PARTY_FIELDS = frozenset({"key", "employee_number"})


class Disguise(Protocol):
    """How a person is made unrecognisable."""

    @property
    def pseudonym(self) -> str: ...

    def text(self, value: str) -> str:
        """The text without the person."""

    def party(self, party: Party) -> Party:
        """The pseudonym, when the party is the person; else the party without mention of them."""

    def message(self, content: bytes, is_theirs: bool) -> bytes | None:
        """The message without the person; None when it does not hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep changed."""

    rows: tuple[tuple[str, int], ...]
    """How many rows, by table."""
    numbers: tuple[str, ...]
    """Complaints that held the person."""
    open_numbers: tuple[str, ...]
    waiting: int
    """Messages that were still to be handled or sent, and will not be."""


@dataclass(slots=True)
class _Work:
    """One sweep under way."""

    conn: Connection
    disguise: Disguise
    now: datetime
    rows: dict[str, int] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    own_numbers: set[str] = field(default_factory=set)
    """Complaints by or for the person."""
    open_numbers: set[str] = field(default_factory=set)
    waiting: int = 0

    def count(self, table: str) -> None:
        self.rows[table] = self.rows.get(table, 0) + 1


def sweep(conn: Connection, disguise: Disguise, now: datetime) -> Swept:
    """The person taken out of all tables; itself told in the log."""
    work = _Work(conn=conn, disguise=disguise, now=now)
    # Complaints first: what belongs to the person's own complaints is looked at more strictly.
    others = (table for table in metadata.sorted_tables if table is not complaint)
    for table in (complaint, *others):
        if table.name not in UNTOUCHED:
            _sweep_table(work, table)
    replaced = _sweep_details(work)
    for number in sorted({*work.numbers, *replaced}) or ([""] if work.rows else []):
        _tell(work, number, tuple(replaced.get(number, ())))
    return Swept(
        rows=tuple(sorted(work.rows.items())),
        numbers=tuple(sorted(work.numbers)),
        open_numbers=tuple(sorted(work.open_numbers)),
        waiting=work.waiting,
    )


def _tell(work: _Work, number: str, replaced: tuple[Replacement, ...]) -> None:
    text = f"{work.disguise.pseudonym}: {len(replaced)} 条经过 / entries"
    entry = Event(at=work.now, actor=Party(), role="", what=EVENT, text=text)
    events.append(work.conn, number, (entry,), replaced)


def _sweep_table(work: _Work, table: Table) -> None:
    columns = [column for column in table.columns if _is_swept(column)]
    if not columns:
        return
    keys = work.conn.execute(select(*table.primary_key.columns)).all()
    for key in keys:
        where = and_(*(c == v for c, v in zip(table.primary_key.columns, key, strict=True)))
        row = work.conn.execute(select(table).where(where)).one()
        changed = {c.name: new for c in columns if (new := _swept(work, c, row)) != row._mapping[c.name]}
        if changed:
            _note_content(work, table, row, changed)
            _keep(work, table, where, (row, changed))


def _is_swept(column: Column[Any]) -> bool:
    if column.name in KEPT:
        return False
    return isinstance(column.type, JSON | String | Words) or (
        isinstance(column.type, LargeBinary) and column.name == "content"
    )


def _swept(work: _Work, column: Column[Any], row: Row[Any]) -> Any:
    value = row._mapping[column.name]
    if value is None or value == b"":  # no value, or the bytes of a raw mail that has gone
        return value
    if isinstance(column.type, LargeBinary):
        is_theirs = getattr(row, "matter", "") in work.own_numbers
        made = work.disguise.message(unpacked(value), is_theirs)
        return value if made is None else packed(made)
    return _masked(work.disguise, value)


def _masked(disguise: Disguise, value: Any) -> Any:
    """A value of JSON without the person; the program's own words stay."""
    if isinstance(value, str):
        return disguise.text(value)
    if isinstance(value, list):
        return [_masked(disguise, item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() >= PARTY_FIELDS:
        return to_json(disguise.party(from_json(Party, value)))
    return {
        name: part if name in KEPT and isinstance(part, str) else _masked(disguise, part)
        for name, part in value.items()
    }


def _note_content(work: _Work, table: Table, row: Row[Any], changed: dict[str, Any]) -> None:
    """The hash of the original bytes stays; that of an earlier erasure is nearer to the original."""
    if "content" not in changed:
        return
    at = (erased_content.c.kind == table.name) & (erased_content.c.row_id == row.id)
    if work.conn.execute(select(erased_content.c.at).where(at)).first() is None:
        work.conn.execute(
            insert(erased_content).values(
                kind=table.name,
                row_id=row.id,
                sha256=sha256(unpacked(row.content)).hexdigest(),
                pseudonym=work.disguise.pseudonym,
                at=work.now,
            )
        )


def _keep(
    work: _Work, table: Table, where: ColumnElement[bool], change: tuple[Row[Any], dict[str, Any]]
) -> None:
    row, changed = change
    work.count(table.name)
    if table is complaint:
        _note_complaint(work, row, changed)
    if table.name in ENDED and row.state == "waiting":
        changed["state"] = ENDED[table.name]
        changed["handled_at" if table.name == "mail" else "done_at"] = work.now
        work.waiting += 1
    work.conn.execute(update(table).where(where).values(**changed))


def _note_complaint(work: _Work, row: Row[Any], changed: dict[str, Any]) -> None:
    work.numbers.add(row.number)
    record = changed.get("record", row.record)
    if any(record[name] != row.record[name] for name in ("complainant", "on_behalf_of")):
        work.own_numbers.add(row.number)
    if not row.is_closed:
        work.open_numbers.add(row.number)
    # A step that is under way on the record as it was finds it changed, and is done again on this one.
    changed.update(record={**record, "version": row.version + 1}, version=row.version + 1)


def _sweep_details(work: _Work) -> dict[str, list[Replacement]]:
    """The details of the log without the person; what replaces what, by complaint."""
    replaced: dict[str, list[Replacement]] = {}
    query = select(event.c.number, event_detail.c.seq, event_detail.c.record).join(event_detail)
    for row in work.conn.execute(query.order_by(event.c.seq)).all():
        record = _masked(work.disguise, row.record)
        if record != row.record:
            detail = from_json(Detail, record)
            replaced.setdefault(row.number, []).append(events.replace_detail(work.conn, row.seq, detail))
            work.count("event_detail")
    return replaced


def originals(conn: Connection, kind: str) -> dict[int, str]:
    """SHA-256 of the original bytes of messages ('mail' or 'outbox') that an erasure changed, by id."""
    query = select(erased_content.c.row_id, erased_content.c.sha256).where(erased_content.c.kind == kind)
    return {row.row_id: row.sha256 for row in conn.execute(query)}


def forget_pages(conn: Connection) -> None:
    """From now on, SQLite overwrites what it frees. To be called before the transaction begins."""
    if is_sqlite(conn):
        conn.connection.cursor().execute("PRAGMA secure_delete=ON")


def compact(engine: Engine) -> bool:
    """The database written anew without what was freed; False while somebody else keeps it in use."""
    if not is_sqlite(engine):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("VACUUM FULL")
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_) = cursor.fetchone() or (1,)
        return bool(busy == 0)
    finally:
        raw.close()
