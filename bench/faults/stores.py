"""Where a scenario's database lies: in a file, on a disk that can be filled, or on a PostgreSQL behind a proxy."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.faults.proxy import Proxy
from bench.faults.speech import Postgres
from tests.postgresql import Postgresql, postgresql

DISK_BYTES = 4_000_000
DURABLE = {"synchronous_commit": "on", "fsync": "on"}
"""As in earnest; the tests' server is quicker than that."""
_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A database, and what can be done to it."""

    url: str
    disk: Path | None = None
    """The folder of its disk, where that can be filled."""
    server: Postgresql | None = None
    proxy: Proxy | None = None
    """Between the service and the server."""


Place = Callable[[Path], AbstractContextManager[Store]]
"""Given the scenario's folder, a store for it."""


@contextmanager
def file(folder: Path) -> Iterator[Store]:
    """A SQLite file."""
    yield Store(url=f"sqlite:///{folder / 'ombud.db'}")


@contextmanager
def small_disk(folder: Path) -> Iterator[Store]:
    """A SQLite file on a file system of its own in memory; only root can mount one."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "ombud-faults", str(disk)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield Store(url=f"sqlite:///{disk / 'ombud.db'}", disk=disk)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True, capture_output=True)


@contextmanager
def postgres(folder: Path) -> Iterator[Store]:
    """A server of the scenario's own, which is spoken to through a proxy."""
    with ExitStack() as stack:
        with _MAKING:  # Alembic migrates once at a time in a process
            server = stack.enter_context(postgresql(**DURABLE))
        proxy = stack.enter_context(Proxy(upstream=server.port, speech=Postgres))
        direct = server.create()
        url = direct.replace(f":{server.port}/", f":{proxy.port}/") + "?sslmode=disable"
        yield Store(url=url, server=server, proxy=proxy)
