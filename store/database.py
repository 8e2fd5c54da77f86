"""The database opened, migrated and checked.

SQLite in WAL mode with foreign keys on. synchronous=FULL: a mail is filed away on the server after the
commit, so the commit must survive a power cut. Write transactions begin IMMEDIATE, so two of them wait
for each other instead of failing half-way; readers see a snapshot and block nobody. Errors name no values: they
are logged, and values are what people wrote.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

BUSY_TIMEOUT_S = 30
READ_ONLY = "ombud_reads"


class DatabaseUnusable(Exception):
    """The database cannot be opened or migrated; the text says why."""


def open_database(url: str) -> Engine:
    """The engine for a URL; folder and file of SQLite are made for their owner only, and so is a file of ours
    that was there and open to others."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            _make_private(parsed.database)
            engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S}, hide_parameters=True)
            event.listen(engine, "connect", _on_connect)
            event.listen(engine, "begin", _on_begin)
            return engine
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except (ArgumentError, ImportError, OSError, SQLAlchemyError) as trouble:
        raise DatabaseUnusable(str(trouble)) from trouble


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


def _on_connect(connection: Any, record: object) -> None:
    # SQLAlchemy's own BEGIN is used (see _on_begin), not that of the driver.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading one snapshot."""
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection, connection.begin():
        yield connection


def refuse_writes(connection: Connection) -> None:
    """From now on, this transaction cannot write."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("PRAGMA query_only=ON" if is_sqlite else "SET TRANSACTION READ ONLY")


def migrate(engine: Engine) -> None:
    """The schema brought to the newest revision. Raises DatabaseUnusable."""
    config = _config()
    try:
        with engine.begin() as connection:
            _refuse_newer(connection, config)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (SQLAlchemyError, CommandError) as trouble:
        raise DatabaseUnusable(_reason(trouble)) from trouble


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _refuse_newer(connection: Connection, config: Config) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseUnusable(f"the schema {current} is newer than this program; install the newer Ombud")


def check(url: str) -> str:
    """What was found, in words, changing nothing but a missing file. Raises DatabaseUnusable."""
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as trouble:
        raise DatabaseUnusable(_reason(trouble)) from trouble
    finally:
        engine.dispose()
    return f"{engine.dialect.name}, schema {revision or 'not made yet'}"


def _reason(trouble: Exception) -> str:
    return str(trouble.__cause__ or trouble)
