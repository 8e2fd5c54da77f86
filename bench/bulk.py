"""Rows by the million into SQLite and PostgreSQL: indexes made afterwards, and nothing kept safe meanwhile."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Index, Table, text

from store.tables import metadata

CACHE_KIB = 2_000_000
"""SQLite: unique hashes come in no order, so their trees must lie in memory."""


class Writer(Protocol):
    """Takes rows in the order of a table's columns."""

    def write(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """The rows inserted."""


@contextmanager
def writing(engine: Engine) -> Iterator[Writer]:
    """A writer into tables whose indexes are made again at the end."""
    indexes = [index for table in metadata.tables.values() for index in table.indexes]
    with engine.begin() as conn:
        _drop(conn, indexes)
    connection = engine.raw_connection()
    try:
        yield _Sqlite(connection) if engine.dialect.name == "sqlite" else _Postgresql(connection)
        connection.commit()
    finally:
        # Not back into the pool: its settings are not ours.
        connection.detach()
        connection.close()
    with engine.begin() as conn:
        for index in indexes:
            index.create(conn)
    if engine.dialect.name == "postgresql":
        _settle(engine)


def _drop(conn: Connection, indexes: Sequence[Index]) -> None:
    for index in indexes:
        index.drop(conn)


class _Sqlite:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        sqlite3.register_adapter(datetime, _kept)
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=OFF", f"cache_size=-{CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")

    def write(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(table.c))
        self._connection.execute("BEGIN")
        self._connection.executemany(f"INSERT INTO {_named(table)} VALUES ({places})", rows)
        self._connection.execute("COMMIT")


@lru_cache(maxsize=1_000)
def _kept(at: datetime) -> str:
    """A time as SQLAlchemy keeps it in SQLite; a complaint's few are asked for again and again."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class _Postgresql:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def write(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {_named(table)} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        self._connection.commit()


def _named(table: Table) -> str:
    return f"{table.name} ({', '.join(column.name for column in table.c)})"


def _settle(engine: Engine) -> None:
    """PostgreSQL: the next ids behind those that were given; statistics and visibility as its own maintenance makes them."""
    with engine.begin() as conn:
        for table in metadata.tables.values():
            if "id" in table.c:
                last = f"SELECT max(id) FROM {table.name}"
                conn.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), ({last}))"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM (ANALYZE)"))
