"""`python -m bench.scale URL …`: what a mail and a question cost on stores of different sizes (filled by `bench.fill`).

For each store: processor time a mail handled by `ombud once` (less that of a run without mail) and of PostgreSQL, the latency of an idle
service, and the time of each question within a process that is up, by the clock and of the processor (what a whole command
takes with its start stands in the last row).
All with a directory of 50,000 people.
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench import fill, latency, mailbox, server_time, stage
from ombud import config, digest, show, wiring
from ombud.office import Office
from store import backlog, complaints
from store.database import open_database, reading
from store.schema import migrate
from store.tables import complaint
from tests.servers import dovecot, smtp_sink

RUNS = 5
DAY = timedelta(days=1)
Figures = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where an Ombud on one store is run."""

    folder: Path
    changes: stage.Changes
    server: int | None
    """First process of the PostgreSQL."""

    def configured(self, ports: tuple[int, int], user: str = latency.USER) -> Path:
        """The configuration for these servers."""
        return stage.configured(self.folder, ports, user, self.changes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--mails", type=int, default=300, help="For the cost of a mail.")
    parser.add_argument("--acknowledged", type=int, default=50, help="For the latency.")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        people = Path(name) / "people.csv"
        fill.people(people)
        show_table([measured(url, people, (wanted.mails, wanted.acknowledged)) for url in wanted.urls])


def measured(url: str, people: Path, counts: tuple[int, int]) -> Figures:
    """All figures of a store, by what they are."""
    engine = open_database(url)
    migrate(engine)
    with reading(engine) as conn:
        count = conn.execute(select(func.count()).select_from(complaint)).scalar_one()
    kind, server = engine.dialect.name, server_time.first_process(engine)
    engine.dispose()
    with tempfile.TemporaryDirectory() as name:
        changes: stage.Changes = {"store": {"url": url}, "directory": {"people": str(people)}}
        site = Site(folder=Path(name), changes=changes, server=server)
        return {
            "": f"{kind}, {count:,}",
            **_cost(site, counts[0]),
            **_latency(site, counts[1]),
            **{name: f"{1000 * wall:.0f} / {1000 * cpu:.0f} ms" for name, (wall, cpu) in _questions(site)},
        }


def show_table(found: list[Figures]) -> None:
    """A column for each store."""
    table = Table(*(figures[""] for figures in ({"": ""}, *found)))
    for name in list(found[0])[1:]:
        table.add_row(name, *(figures[name] for figures in found))
    Console().print(table)


def _cost(site: Site, count: int) -> Figures:
    """Processor milliseconds a mail, medians of three runs; the start, which reads the directory, is taken off."""
    with dovecot() as server, stage.smtp_sink() as sink:
        path = site.configured((server.plain, sink))
        found = []
        for number in range(3):
            stage.fill(server, latency.USER, ())
            start = _ran(site, path)
            # Other mails in each run: one that is known is not handled again.
            stage.fill(server, latency.USER, mailbox.messages(count, seed=time.time_ns() + number))
            whole = _ran(site, path)
            found.append(
                [1000 * (after - before) / count for before, after in zip(start, whole, strict=True)]
            )
    own, of_server = (statistics.median(times) for times in zip(*found, strict=True))
    return {
        "processor ms a mail": f"{own:.2f}",
        "and of the database server": f"{of_server:.2f}" if site.server else "",
    }


def _ran(site: Site, path: Path) -> tuple[float, float]:
    """Processor seconds of a run of `ombud once`: its own, and the database server's."""
    before = server_time.seconds(site.server) if site.server else 0.0
    own = stage.run(["-m", "ombud", "--config", str(path), "once"]).cpu_s
    return own, (server_time.seconds(site.server) if site.server else 0.0) - before


def _latency(site: Site, count: int) -> Figures:
    with dovecot() as server, smtp_sink() as sink:
        stage.fill(server, latency.USER, ())
        with stage.service(site.configured((server.plain, sink.port))):
            seconds = sorted(latency.measured(server, sink, count, seed=time.time_ns()))
    return {
        "delivery to acknowledgement, median": f"{statistics.median(seconds):.2f} s",
        "the slowest": f"{seconds[-1]:.2f} s",
    }


def _questions(site: Site) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each question and its seconds, by the clock and of the processor, medians of some."""
    path = site.configured((143, 25))
    office = wiring.office(config.load(path))
    with reading(office.engine) as conn:
        number = next(complaints.each(conn, newest=1)).number
    questions: dict[str, Callable[[], object]] = {
        "ombud complaints": lambda: _listed(office),
        "ombud complaints --open": lambda: _listed(office, only_open=True),
        "ombud show NUMBER": lambda: _shown(office, number),
        "digest": lambda: _digest(office),
        "overdue": lambda: _overdue(office),
    }
    for name, ask in questions.items():
        _seconds(ask)
        yield name, _medians(ask)
    command = [sys.executable, "-m", "ombud", "--config", str(path), "show", number]
    yield "the whole command show", _medians(lambda: _run(command))


def _medians(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = zip(*(_seconds(work) for _ in range(RUNS)), strict=True)
    return statistics.median(wall), statistics.median(cpu)


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    began, before = time.perf_counter(), sum(os.times()[:4])
    with redirect_stdout(io.StringIO()):
        work()
    return time.perf_counter() - began, sum(os.times()[:4]) - before


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _listed(office: Office, *, only_open: bool = False) -> None:
    wanted = show.Listed("", ("number", "step", "subject", "complainant", "escalations", "due"))
    with reading(office.engine) as conn:
        records = show.all_complaints(conn, only_open=only_open, newest=show.TABLE_ROWS)
        wanted.print(records, None, as_json=False)


def _shown(office: Office, number: str) -> None:
    with reading(office.engine) as conn:
        case = complaints.get(conn, number)
        if case is not None:
            show.print_complaint(show.complaint_whole(conn, case))


def _digest(office: Office) -> None:
    """Written for every engineer, and not kept."""
    now = office.clock()
    with office.engine.connect() as conn:
        digest.write(conn, office, now - DAY, now)
        conn.rollback()


def _overdue(office: Office) -> None:
    with reading(office.engine) as conn:
        backlog.overdue(conn, office.clock())


if __name__ == "__main__":
    main()
