"""The database opened; all that SQLite and PostgreSQL do differently stands here, but for their schema (`schema.py`).

SQLite in WAL mode with foreign keys on. synchronous=FULL: a mail is filed away on the server after the
commit, so the commit must survive a power cut; NORMAL only where what is lost is found out again (`lightly`). Write transactions begin IMMEDIATE, so two of them wait
for each other instead of failing half-way, those of one process in turn (`turns`); readers see a snapshot and block
nobody.

PostgreSQL by psycopg, with as many processes on as many hosts as there are. Rows are claimed with SKIP LOCKED and
mails put down with ON CONFLICT, side by side, and so are mails decided (`stepping`): those of one author or
matter by one process after the other (`store/inbox.py`), of one person by one after the other (`hold_names`), each saved on top of
the version that was read; the log is held only while entries are put down. What the clock and commands bring about holds
it from the beginning (`deciding`), as all writers do on SQLite. Errors name no values: they are logged, and values are what
people wrote.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Function,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry

from store.turns import Turns

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

BUSY_TIMEOUT_S = 30
"""SQLite: longest wait for another writer."""
CONNECT_TIMEOUT_S = 10
POOL_KEPT = 5
"""Connections that are kept open by a process, and
how many more it may open while all are in use. A process has a thread for each mailbox and four others."""
POOL_MORE = 15
POOL_WAIT_S = 30
"""Longest wait for a connection while all are in use."""
DEAD_PEER_S = 20
"""A peer that is cut off is given up after about this time, on both sides: its locks are freed for others."""
IDLE_IN_STEP_MS = 20_000
"""Longest pause between two statements of a step that holds the log's lock, before the server ends it."""
PASSING_SQLITE = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
"""Primary result codes: busy, locked, no memory, read-only, I/O error, full, cannot open, locking protocol."""
PASSING_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
"""SQLSTATE classes: connection, rollback (deadlock, serialization), resources (disk full, too many connections),
object in use, operator's intervention (shutdown, start-up), system error. PostgreSQL, appendix A."""
PASSING_STATES = frozenset({"25P03", "25006"})
"""Ended while it was idle in a transaction; a standby that takes no writes (yet)."""
CANCELLED = "57014"
"""By a time limit on statements: the statement's own doing."""


class Lock(IntEnum):
    """PostgreSQL's advisory locks, by number; each is held to the end of a transaction."""

    MIGRATION = 0x0B0D_0001
    LOG = 0x0B0D_0002
    CLAIMS = 0x0B0D_0003
    SENDING = 0x0B0D_0004
    NAMES = 0x0B0D_0005


class DatabaseUnusable(Exception):
    """The database cannot be opened or migrated; the text says why, without a password."""


def open_database(url: str) -> Engine:
    """The engine for a URL; folder and file of SQLite are made for their owner only, and so is a file of ours
    that was there and open to others."""
    try:
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        return _sqlite_engine(parsed) if is_sqlite else _postgresql_engine(parsed)
    except (ArgumentError, ImportError, OSError, SQLAlchemyError) as trouble:
        raise DatabaseUnusable(reason(trouble)) from trouble


def _sqlite_engine(url: URL) -> Engine:
    _make_private(url.database)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, hide_parameters=True)
    turns = Turns()
    event.listen(engine, "connect", partial(_on_connect, turns))
    event.listen(engine, "begin", partial(_begin, turns))
    event.listen(engine, "commit", partial(_commit, turns))
    event.listen(engine, "rollback", partial(_end, turns))
    return engine


def _postgresql_engine(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise DatabaseUnusable(f"{url.get_backend_name()} is neither sqlite nor postgresql")
    third = max(DEAD_PEER_S // 4, 1)
    settings = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "ombud",
        "client_encoding": "utf8",
        "keepalives_idle": third,
        "keepalives_interval": third,
        "keepalives_count": 3,
        "tcp_user_timeout": DEAD_PEER_S * 1000,
        # The server's side of the same; a pooler that takes no options is given `?options=` in the URL.
        "options": f"-c tcp_keepalives_idle={third} -c tcp_keepalives_interval={third} "
        f"-c tcp_keepalives_count=3 -c tcp_user_timeout={DEAD_PEER_S * 1000}",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={name: value for name, value in settings.items() if name not in url.query},
        pool_size=POOL_KEPT,
        max_overflow=POOL_MORE,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _make_private(database: str | None) -> None:
    if not database or database == ":memory:":
        return
    path = Path(database)
    make_folder(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    found = path.stat()
    # A copy that was put back is often open to everybody; SQLite gives -wal and -shm the mode of the file.
    if found.st_mode & 0o077 and found.st_uid == os.geteuid():
        path.chmod(0o600)


def make_folder(folder: Path) -> None:
    """The folder, for its owner only when it is made now."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


_TURNS = "ombud_turns"


def _on_connect(turns: Turns, connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_TURNS] = turns
    # SQLAlchemy's own BEGIN is used (see _begin), not that of the driver.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


_READS, _LIGHTLY = "ombud_reads", "ombud_lightly"
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {_READS: True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def _begin(turns: Turns, connection: Connection) -> None:
    if _is_reading(connection):
        connection.exec_driver_sql("BEGIN")
        return
    turns.take(BUSY_TIMEOUT_S)
    try:
        connection.exec_driver_sql(f"PRAGMA synchronous={_durability(connection)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except SQLAlchemyError:
        turns.leave()
        raise


def _commit(turns: Turns, connection: Connection) -> None:
    """The commit itself, ahead of SQLAlchemy's, which then has nothing left to do: only behind it can the next one write,
    and who begins before that sleeps in SQLite for longer than the disk takes."""
    try:
        connection.exec_driver_sql("COMMIT")
    finally:
        _end(turns, connection)


def _end(turns: Turns, connection: Connection) -> None:
    if not _is_reading(connection):
        turns.leave()


def _durability(connection: Connection) -> str:
    return "NORMAL" if connection.get_execution_options().get(_LIGHTLY, False) else "FULL"


def _is_reading(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_READS, False))


def is_sqlite(on: Connection | Engine) -> bool:
    """Whether this is SQLite: a file of this machine, with one writer at a time."""
    return on.dialect.name == "sqlite"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading one snapshot."""
    options = _READING[engine.dialect.name]
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def lightly(engine: Engine) -> Iterator[Connection]:
    """A transaction that may be undone, with those like it before it, when the power fails in the next moments; not when
    the process dies. On PostgreSQL it is as durable as all others."""
    with engine.connect().execution_options(**{_LIGHTLY: True}) as connection, connection.begin():
        yield connection


@contextmanager
def stepping(engine: Engine) -> Iterator[Connection]:
    """A transaction of a step that goes side by side with others; a host that hangs in the middle of it is cut off."""
    with engine.begin() as connection:
        if not is_sqlite(connection):
            connection.execute(select(_bound()))
        yield connection


def is_waited_for(connection: Connection) -> bool:
    """Whether another thread waits until this transaction ends; on PostgreSQL none has to."""
    turns: Turns | None = connection.info.get(_TURNS)
    return turns is not None and turns.is_wanted


@contextmanager
def deciding(engine: Engine) -> Iterator[Connection]:
    """A transaction that moves matters and writes the log: one at a time in the whole installation."""
    with engine.begin() as connection:
        hold_log(connection)
        yield connection


def hold_log(connection: Connection) -> None:
    """The log is this transaction's until it ends; others that write to it wait."""
    hold(connection, Lock.LOG)


def hold(connection: Connection, lock: Lock) -> None:
    """The lock is this transaction's until it ends; on SQLite it is alone in any case."""
    if not is_sqlite(connection):
        connection.execute(select(func.pg_advisory_xact_lock(int(lock)), _bound()))


def hold_names(connection: Connection, names: Iterable[str]) -> None:
    """Each of these names is this transaction's until it ends: of steps that are about the same one, the second waits."""
    if not is_sqlite(connection):
        for name in sorted(names):
            lock = func.pg_advisory_xact_lock(int(Lock.NAMES), func.hashtext(name))
            connection.execute(select(lock))


def _bound() -> Function[str]:
    """A host that hangs in the middle of a step must not stop all the others."""
    return func.set_config("idle_in_transaction_session_timeout", str(IDLE_IN_STEP_MS), True)


def refuse_writes(connection: Connection) -> None:
    """From now on, this transaction cannot write."""
    wanted = "PRAGMA query_only=ON" if is_sqlite(connection) else "SET TRANSACTION READ ONLY"
    connection.exec_driver_sql(wanted)


def new_or_known(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT into the table to which ON CONFLICT can be added; both dialects have it, each in its own class."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    # Imported where it is used: a start on SQLite is 0.03 s sooner without.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def is_passing(trouble: BaseException) -> bool:
    """Whether the same work may succeed later, as it is: locked, full, out of reach, cut off, put back by the server."""
    if not isinstance(trouble, SQLAlchemyError):
        return False
    cause = getattr(trouble, "orig", None)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return state in PASSING_STATES or (state[:2] in PASSING_CLASSES and state != CANCELLED)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in PASSING_SQLITE
    # Without a code: the connection was refused, lost, or none was free.
    is_cut = isinstance(trouble, DBAPIError) and trouble.connection_invalidated
    return is_cut or isinstance(trouble, OperationalError | NoneFree)


def reason(trouble: Exception) -> str:
    """What the database says, in one line."""
    if isinstance(trouble, ModuleNotFoundError) and trouble.name == "psycopg":
        return "the driver for PostgreSQL is missing: install ombud with its extra, pip install 'ombud[postgres]'"
    return " ".join(str(trouble.__cause__ or trouble).split())
