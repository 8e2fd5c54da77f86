"""One database copied into another, whatever engines they are: all rows, then counted and verified.

Rows stream in batches, so memory does not grow with the database. From its first row to the last check the target
is marked as unfinished in the place of its schema's revision, so that nothing can work on half of the records; a copy
that was interrupted is made anew into an empty database. Numbers, hashes and times stay what they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from store import anchors, events
from store.database import DatabaseUnusable, is_sqlite, reading
from store.schema import UNFINISHED, migrate, revision
from store.tables import metadata

ROWS_AT_ONCE = 500
CONTENTS_AT_ONCE = 20
"""Rows with a message in them; each may be as large as a mail may be."""
OF_THE_MOMENT = frozenset({"service", "mailbox_lease"})
"""Tables of who works on the database just now."""

Told = Callable[[str, int], None]
"""Given a table's name and how many more of its rows were copied."""


class NotCopied(Exception):
    """The copy cannot be begun; the text says why, and nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many rows a table has in each database."""

    table: str
    source: int
    target: int


def tables() -> tuple[Table, ...]:
    """The tables that are copied, each after those that it refers to."""
    return tuple(table for table in metadata.sorted_tables if table.name not in OF_THE_MOMENT)


def begin(source: Engine, target: Engine) -> dict[str, int]:
    """How many rows there are to copy, by table; the target is migrated and marked. Raises NotCopied, DatabaseUnusable."""
    with source.connect() as conn:
        theirs = revision(conn)
    if theirs is None:
        raise NotCopied("there is nothing to copy: the first database has no tables yet")
    migrate(target)
    with target.begin() as conn:
        if revision(conn) != theirs:
            raise NotCopied(f"the first database has schema {theirs}: start this version of Ombud on it once")
        filled = [
            table.name for table in tables() if conn.execute(select(1).select_from(table).limit(1)).first()
        ]
        if filled:
            raise NotCopied(f"the second database is not empty: {', '.join(filled)}")
        _mark(conn, UNFINISHED)
    with reading(source) as conn:
        return {table.name: _count(conn, table) for table in tables()}


def fill(source: Engine, target: Engine, told: Told) -> tuple[str, tuple[Counted, ...]]:
    """Every row copied out of one snapshot; its schema's revision and the counts on both sides."""
    with reading(source) as rows:
        for table in tables():
            for batch in _batches(rows, table):
                with target.begin() as conn:
                    conn.execute(insert(table), batch)
                told(table.name, len(batch))
        with target.begin() as conn:
            _set_sequences(conn)
            found = tuple(
                Counted(table=table.name, source=_count(rows, table), target=_count(conn, table))
                for table in tables()
            )
        return str(revision(rows)), found


def finish(source: Engine, target: Engine, schema: str, counted: Sequence[Counted]) -> tuple[str, ...]:
    """What is not the same, in words; without any of it the target may be worked on from now on."""
    wrong = [
        f"{one.table}: {one.source} rows, {one.target} copied" for one in counted if one.source != one.target
    ]
    with reading(source) as theirs, reading(target) as ours:
        if events.end(theirs) != events.end(ours):
            wrong.append(f"the log ends with entry {events.end(ours)[0]}, not {events.end(theirs)[0]}")
        breaks = (*events.breaks(ours), *anchors.check(ours))
        wrong += [f"log, entry {one.seq} {one.number}: {one.problem}" for one in breaks]
    if not wrong:
        with target.begin() as conn:
            _mark(conn, schema)
    return tuple(wrong)


def workers(engine: Engine) -> int:
    """How many other connections of an Ombud there are to a PostgreSQL database; 0 on SQLite, which has a lock for that."""
    if is_sqlite(engine):
        return 0
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND application_name = 'ombud'"
    )
    try:
        with engine.connect() as conn:
            return int(conn.execute(others).scalar_one())
    except SQLAlchemyError as trouble:
        raise DatabaseUnusable(str(trouble.__cause__ or trouble)) from trouble


def _batches(conn: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    at_once = CONTENTS_AT_ONCE if "content" in table.c else ROWS_AT_ONCE
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=at_once)
    for rows in conn.execute(query).mappings().partitions():
        yield [dict(row) for row in rows]


def _count(conn: Connection, table: Table) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


def _set_sequences(conn: Connection) -> None:
    """PostgreSQL counts on after the highest number; SQLite does so by itself."""
    if is_sqlite(conn):
        return
    for table in tables():
        column = next(iter(table.primary_key.columns))
        if column.autoincrement and isinstance(column.type, Integer) and not column.foreign_keys:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            highest = select(func.max(column)).scalar_subquery()
            conn.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def _mark(conn: Connection, schema: str) -> None:
    conn.execute(text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})
