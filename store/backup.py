"""A backup of a SQLite database at work: one consistent moment of it, checked before it gets its name.

VACUUM INTO reads one snapshot while others write, and leaves out what was freed (erased data too). PostgreSQL has tools of
its own for this (docs/operations.md). Source: sqlite.org/lang_vacuum.html, "VACUUM with an INTO clause".
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from store import anchors, events
from store.database import DatabaseUnusable, is_sqlite, open_database, reading
from store.tables import complaint, mail

PARTIAL = ".partial"


class NotBackedUp(Exception):
    """No backup was made; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds."""

    size_bytes: int
    mails: int
    complaints: int
    last_entry: int
    last_hash: str


def make(engine: Engine, file: Path) -> Backup:
    """The database as it is now, in a new file of its owner only. Raises NotBackedUp; then there is no file of that name."""
    if not is_sqlite(engine):
        raise NotBackedUp("PostgreSQL is backed up with pg_dump or pg_basebackup (docs/operations.md)")
    if file.exists():
        raise NotBackedUp(f"{file} is there already")
    partial = file.with_name(file.name + PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        _write(engine, partial)
        found = _checked(partial)
        os.link(partial, file)
    except (OSError, SQLAlchemyError, DatabaseUnusable) as trouble:
        raise NotBackedUp(str(trouble.__cause__ or trouble)) from trouble
    finally:
        for leftover in (partial, *(partial.with_name(partial.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
    return found


def _write(engine: Engine, partial: Path) -> None:
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(partial),))
    finally:
        raw.close()
    with partial.open("rb") as written:
        os.fsync(written.fileno())


def _checked(partial: Path) -> Backup:
    copy = open_database(f"sqlite:///{partial}")
    try:
        with reading(copy) as conn:
            wrong = tuple(_faults(conn))
            if wrong:
                raise NotBackedUp("; ".join(wrong))
            last_entry, last_hash = events.end(conn)
            return Backup(
                size_bytes=partial.stat().st_size,
                mails=conn.execute(select(func.count()).select_from(mail)).scalar_one(),
                complaints=conn.execute(select(func.count()).select_from(complaint)).scalar_one(),
                last_entry=last_entry,
                last_hash=last_hash,
            )
    finally:
        copy.dispose()


def _faults(conn: Connection) -> Iterator[str]:
    """What is wrong with the file, its references, its log."""
    integrity = conn.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if list(integrity) != ["ok"]:
        yield from (f"integrity: {line}" for line in integrity)
        return
    yield from (
        f"a row of {row[0]} refers to nothing" for row in conn.exec_driver_sql("PRAGMA foreign_key_check")
    )
    for one in (*events.breaks(conn), *anchors.check(conn)):
        yield f"log, entry {one.seq} {one.number}: {one.problem}"
