"""The schema: brought to the newest revision, and looked at.

Revisions are Alembic's, in `store/migrations`; hosts that start together migrate once.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from store.database import DatabaseUnusable, Lock, is_sqlite, open_database, reason

MIGRATIONS = Path(__file__).parent / "migrations"
UNFINISHED = "unfinished copy"
"""In the place of the schema's revision while a copy is made: no program takes such a database for its own."""


def migrate(engine: Engine) -> None:
    """The schema brought to the newest revision. Raises DatabaseUnusable."""
    try:
        with engine.begin() as connection:
            if not is_sqlite(connection):
                # Hosts that start together: the first migrates, the others find it done.
                connection.execute(select(func.pg_advisory_xact_lock(int(Lock.MIGRATION))))
            current = revision(connection)
            if current != newest_revision():
                _upgrade(connection, current)
    except SQLAlchemyError as trouble:
        raise DatabaseUnusable(reason(trouble)) from trouble


def _upgrade(connection: Connection, current: str | None) -> None:
    # Imported where there is something to do: a start that finds the newest schema is 0.15 s sooner without.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise DatabaseUnusable(
                f"the schema {current} is newer than this program; install the newer Ombud"
            )
        command.upgrade(config, "head")
    except CommandError as trouble:
        raise DatabaseUnusable(reason(trouble)) from trouble


def newest_revision() -> str:
    """Of the schema, as far as this program knows it: the number that the last file of the revisions begins with."""
    return max(path.name[1:5] for path in (MIGRATIONS / "versions").glob("r[0-9]*.py"))


def revision(connection: Connection) -> str | None:
    """Of the schema; None when it was not made yet. Raises DatabaseUnusable for a copy that was not finished."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found == UNFINISHED:
        raise DatabaseUnusable(
            "this is an unfinished copy; nothing works on it: copy again into an empty database"
        )
    return None if found is None else str(found)


def check(url: str) -> str:
    """What was found, in words, changing nothing but a missing file. Raises DatabaseUnusable."""
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            _refuse_encoding(connection)
            found = revision(connection)
    except SQLAlchemyError as trouble:
        raise DatabaseUnusable(reason(trouble)) from trouble
    finally:
        engine.dispose()
    return f"{engine.dialect.name}, schema {found or 'not made yet'}"


def _refuse_encoding(connection: Connection) -> None:
    """Mails hold any character; a database that was made with another encoding does not."""
    if is_sqlite(connection):
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise DatabaseUnusable(f"the database's encoding is {encoding}; make it with ENCODING 'UTF8'")
