"""One service on one SQLite file: whoever comes second is told who is there, and stops.

A lock of the operating system on `<database>.lock` (POSIX record lock), beside the database: it ends with its
process, whatever ends that, so nothing is left behind to be cleared away. The file says who holds it, for people.
Readers, and commands that write a few rows, do not ask for it. PostgreSQL needs none of this: its services share their work.
Source: fcntl(2); over NFS it holds as far as the server's lock daemon does (docs/operations.md).
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from store.database import DatabaseUnusable, make_folder

SUFFIX = ".lock"
NOTE_BYTES_MAX = 300


class Occupied(Exception):
    """Another service works on the database; the text says which, and since when."""


@contextmanager
def sole(url: str) -> Iterator[None]:
    """Nobody else's service works on this database meanwhile. Raises Occupied; DatabaseUnusable where nothing can be locked."""
    parsed = make_url(url)
    database = parsed.database
    if parsed.get_backend_name() != "sqlite" or not database or database == ":memory:":
        yield
        return
    lock = _taken(Path(database).resolve())
    try:
        yield
    finally:
        # The file stays: who waits for a removed one would lock nothing.
        os.close(lock)


def _taken(database: Path) -> int:
    """The descriptor that holds the lock, with this process's name in the file."""
    path = database.with_name(database.name + SUFFIX)
    try:
        make_folder(path.parent)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as trouble:
        raise DatabaseUnusable(f"the lock {path} cannot be opened: {trouble.strerror}") from trouble
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, _note().encode(), 0)
    except (BlockingIOError, PermissionError) as taken:
        note = os.pread(lock, NOTE_BYTES_MAX, 0).decode("utf-8", "replace")
        os.close(lock)
        raise Occupied(f"{database} is worked on by another Ombud: {_printable(note)}") from taken
    except OSError as trouble:
        os.close(lock)
        raise DatabaseUnusable(f"{path} cannot be locked here: {trouble.strerror}") from trouble
    return lock


def _note() -> str:
    return f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _printable(note: str) -> str:
    return "".join(char if char.isprintable() else " " for char in note) or "it has not said who it is"
