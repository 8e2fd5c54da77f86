"""`python -m bench.processes`: how many mails a second 1, 2 and 4 processes handle that share a PostgreSQL.

Stored mails are decided, recorded and put into the outbox; nothing is received or sent. Each count begins with a database of
its own, filled with the same mails (`bench/mailbox.py`), and with processes that are ready and wait. Besides the rates:
processor time of the processes and of the server, for what the machine allows; and how much of their time the processes
wait for each other's locks, which tells of more cores than there are here, and on a machine that has other things to do.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from rich.console import Console
from rich.table import Table

from bench import mailbox, server_time, stage
from ingest.mail import RawMail
from ombud import config, handle, logs, wiring
from ombud.office import Office
from store import inbox
from store.database import open_database, reading
from tests.postgresql import Postgresql, postgresql

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
COUNTS = (1, 2, 4)
LOOK_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run with some processes."""

    processes: int
    rate: float
    """Mails a second."""
    worker_ms: float
    """Processor time of the processes a mail."""
    server_ms: float
    """Of PostgreSQL a mail."""
    waiting: float
    """Share of the processes' time in which they waited for a lock of the database."""
    shares: tuple[int, ...]
    """Mails that each process handled."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--worker", type=Path, help="configuration of one of the processes")
    wanted = parser.parse_args()
    if wanted.worker:
        _work(wanted.worker)
        return
    with postgresql(**DURABLE) as server, TemporaryDirectory(prefix="ombud-processes-") as folder:
        runs = [
            _run(server, Path(folder), count, wanted.mails) for _ in range(wanted.runs) for count in COUNTS
        ]
    _show(runs, wanted.mails)


def _run(server: Postgresql, folder: Path, count: int, mails: int) -> Ran:
    url = server.create()
    _fill(url, mails)
    path = stage.configured(folder, (143, 25), "desk", {"store": {"url": url}})
    command = [sys.executable, "-m", "bench.processes", "--worker", str(path)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    busy, began, watch = _server_s(server), time.perf_counter(), _Watch(server, url)
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [json.loads(worker.communicate()[0]) for worker in workers]
    wall_s, busy_s = time.perf_counter() - began, _server_s(server) - busy
    waiting = watch.share()
    server.drop(url)
    if sum(one["handled"] for one in told) != mails:
        raise SystemExit(f"{told}: not all of {mails} were handled")
    return Ran(
        processes=count,
        rate=mails / wall_s,
        worker_ms=sum(one["cpu_s"] for one in told) / mails * 1000,
        server_ms=busy_s / mails * 1000,
        waiting=waiting,
        shares=tuple(sorted(one["handled"] for one in told)),
    )


class _Watch(threading.Thread):
    """Looks again and again at what the processes' connections are doing."""

    QUERY = (
        "SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'), count(*) FROM pg_stat_activity "
        "WHERE datname = %s AND state <> 'idle'"
    )

    def __init__(self, server: Postgresql, url: str) -> None:
        super().__init__(daemon=True)
        self._address = server.url("postgres").replace("+psycopg", "")
        self._database = url.rpartition("/")[2]
        self._is_over = threading.Event()
        self._waiting, self._seen = 0, 0
        self.start()

    def run(self) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            while not self._is_over.wait(LOOK_S):
                row = connection.execute(self.QUERY, (self._database,)).fetchone()
                self._waiting += row[0] if row else 0
                self._seen += row[1] if row else 0

    def share(self) -> float:
        """How much of the time in which they were at work they waited for a lock."""
        self._is_over.set()
        self.join()
        return self._waiting / max(self._seen, 1)


def _fill(url: str, count: int) -> None:
    engine, now = open_database(url), datetime.now(UTC)
    with engine.begin() as conn:
        for number, content in enumerate(mailbox.messages(count), 1):
            raw = RawMail(mailbox="desk", uidvalidity=1, uid=number, received_at=now, content=content)
            inbox.add(conn, raw, now)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("ANALYZE")
    engine.dispose()


def _server_s(server: Postgresql) -> float:
    pid = (server.folder / "data" / "postmaster.pid").read_text().partition("\n")[0]
    return server_time.seconds(int(pid))


def _work(path: Path) -> None:
    """One of the processes: ready, then at work until nothing waits; says what it did."""
    settings = config.load(path)
    logs.configure(settings.log.format, "error")
    office = wiring.office(settings)
    print("ready", flush=True)
    sys.stdin.readline()
    before, handled = resource.getrusage(resource.RUSAGE_SELF), 0
    while (count := handle.next_mails(office)) or _waits(office):
        handled += count
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"handled": handled, "cpu_s": cpu_s}), flush=True)


def _waits(office: Office) -> bool:
    """Whether anything is left, perhaps in the hand of another process."""
    with reading(office.engine) as conn:
        return inbox.next_waiting_at(conn) is not None


def _show(runs: Sequence[Ran], mails: int) -> None:
    console = Console()
    cores = len(os.sched_getaffinity(0))
    table = Table(title=f"{mails} mails on PostgreSQL, {cores} cores, medians of {len(runs) // len(COUNTS)}")
    for name in (
        "processes",
        "mails/s",
        "ratio",
        "their CPU ms a mail",
        "server's CPU ms a mail",
        "cores allow",
        "wait for locks",
    ):
        table.add_column(name, justify="right")
    alone = statistics.median(one.rate for one in runs if one.processes == 1)
    for count in COUNTS:
        some = [one for one in runs if one.processes == count]
        rate, worker_ms, server_ms, waiting = (
            statistics.median(getattr(one, name) for one in some)
            for name in ("rate", "worker_ms", "server_ms", "waiting")
        )
        allowed = min(count * 1000 / worker_ms, cores * 1000 / (worker_ms + server_ms))
        table.add_row(
            str(count), f"{rate:.0f}", f"{rate / alone:.2f}", f"{worker_ms:.1f}", f"{server_ms:.1f}",
            f"{allowed:.0f}/s", f"{waiting:.1%}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
