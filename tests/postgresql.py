"""A PostgreSQL of the tests' own (Debian's package), in a temporary folder on a loopback port.

Nothing is kept: fsync is off. Every test gets a database of its own, copied from one that was migrated once.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from store.database import open_database
from store.schema import migrate
from tests.servers import HOST, START_S, free_port

USER = "ombud"
PASSWORD = "geheim-pg"
MIGRATED = "migrated"
SETTINGS = {
    "listen_addresses": HOST, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "shared_buffers": "16MB", "max_connections": "60", "autovacuum": "off", "max_wal_size": "256MB",
}  # fmt: skip


def programs() -> Path:
    """The folder of initdb and postgres; Debian keeps one for each version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise AssertionError("PostgreSQL is missing: make test installs it (apt-get install postgresql)")
    return found[-1].parent if found else Path(str(on_path)).parent


@dataclass(slots=True)
class Postgresql:
    """A running server; any number of databases."""

    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}:{PASSWORD}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        options = [
            part for name, value in (SETTINGS | self.settings).items() for part in ("-c", f"{name}={value}")
        ]
        command = [
            programs() / "postgres",
            "-D",
            self.folder / "data",
            "-p",
            str(self.port),
            "-k",
            self.folder,
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*command, *options], stdout=log, stderr=log, **_owner())
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError):
                self.execute("SELECT 1")
                return
            time.sleep(0.05)
        raise AssertionError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """At once, with connections cut off, as after a failure of the machine's supply."""
        if self._process is not None:
            self._process.send_signal(3)
            self._process.wait(START_S)
            self._process = None

    def signal_all(self, number: int) -> None:
        """A signal to the server and each process of it."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        for pid in (self._process.pid, *map(int, children.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        url = self.url(database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True, connect_timeout=START_S) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, template: str = MIGRATED) -> str:
        """The URL of a database of the caller's own."""
        name = f"t{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")


@contextlib.contextmanager
def postgresql(**settings: str) -> Iterator[Postgresql]:
    """A server with a migrated database to copy."""
    with tempfile.TemporaryDirectory(prefix="ombud-postgresql-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        if os.getuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, "nobody", "nogroup")
        options = (
            "--no-sync", "--no-instructions", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
            f"--username={USER}", f"--pwfile={folder / 'password'}", "-D", str(folder / "data"),
        )  # fmt: skip
        subprocess.run([programs() / "initdb", *options], check=True, capture_output=True, **_owner())
        server = Postgresql(folder=folder, port=free_port(), settings=settings)
        server.start()
        try:
            server.execute(f"CREATE DATABASE {MIGRATED}")
            engine = open_database(server.url(MIGRATED))
            migrate(engine)
            engine.dispose()
            yield server
        finally:
            server.stop()


def _owner() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    if os.getuid() != 0:
        return {"cwd": "/"}
    nobody = pwd.getpwnam("nobody")
    return {"cwd": "/", "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
