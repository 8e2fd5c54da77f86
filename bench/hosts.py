"""`python -m bench.hosts`: three hosts of their own addresses share a PostgreSQL, under load, and fall out one after the other.

The host that reads is cut off (cable pulled), plugged in again; killed (-9), started again; stopped (SIGSTOP), continued.
Each time it is measured how long its mailboxes were without a reader, and at the end everything is proved (`bench/proof.py`).
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select

from bench import hosts_load, namespaces, proof, stage
from bench.hosts_load import AGAIN, Load
from bench.namespaces import Host
from ombud import config
from store import complaints, leases
from store.database import open_database, reading
from store.fingerprint import fingerprint
from store.tables import mail, outbox

MAILBOXES = ("desk", "hotline")
MOVED_S_MAX = 30.0
"""A mailbox is read by another within this time."""
QUIET_S = 12.0
"""Between one trouble and the next."""
STOPPED_S = 45.0
"""How long a process is stopped: longer than any lease."""
START_S = 120.0
FINISH_S = 240.0
LEASE_S = 20
"""`limits.lease_s`: what a dead host had claimed is done by others after this time."""
POLL_S = 0.05
SKIPPED = 0


@dataclass(slots=True)
class Service:
    """An `ombud run` on a host."""

    host: Host
    config: Path
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = self.host.command(sys.executable, "-m", "ombud", "--config", str(self.config), "run")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> int:
        """Its exit code after SIGTERM."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        return self.process.wait(60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How long a trouble kept mailboxes without a reader."""

    trouble: str
    victim: str
    mailboxes: tuple[str, ...]
    new_holders: tuple[str, ...]
    held_s: float
    """Until others held all of its mailboxes."""
    read_s: float
    """Until a mail that came since was read from each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The services, and a look into their database."""

    engine: Engine
    services: dict[str, Service]
    load: Load

    def holders(self) -> dict[str, str]:
        """The host that holds each mailbox now."""
        with reading(self.engine) as conn:
            found = leases.shares(conn).leases
        return {lease.mailbox: lease.holder.partition(":")[0] for lease in found if lease.seconds > 0}

    def read_since(self, count: dict[str, int], mailboxes: tuple[str, ...]) -> bool:
        """Whether new mail was taken in from each of the mailboxes."""
        now = self.taken_in()
        return all(now.get(mailbox, 0) > count.get(mailbox, 0) for mailbox in mailboxes)

    def taken_in(self) -> dict[str, int]:
        """Mails stored, by mailbox."""
        with reading(self.engine) as conn:
            rows = conn.execute(select(mail.c.mailbox, func.count()).group_by(mail.c.mailbox))
            return {row[0]: row[1] for row in rows}

    def is_done(self) -> bool:
        """Whether nothing waits any more."""
        with reading(self.engine) as conn:
            waiting = conn.execute(select(func.count()).where(mail.c.state == "waiting")).scalar_one()
            going = conn.execute(select(func.count()).where(outbox.c.state == "waiting")).scalar_one()
            stored = conn.execute(select(func.count()).select_from(mail)).scalar_one()
        return not waiting and not going and stored >= len(self.load.posted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=220)
    parser.add_argument("--rate", type=float, default=4.0, help="mails a second")
    wanted = parser.parse_args()
    console = Console()
    if why := namespaces.missing():
        console.print(f"skipped: {why}")
        return SKIPPED
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ombud-hosts-")))
        folder.chmod(0o755)
        site, sink = _built(stack, folder, (wanted.people, wanted.rate))
        moved = list(_troubled(site, console))
        site.load.finish()
        _wait(site.is_done, FINISH_S)
        codes = [service.stop() for service in site.services.values()]
        wrong = _wrong(site, sink, folder) + [f"exit codes {codes}"] * any(codes)
    _show(console, moved, len(site.load.posted), wrong)
    return 1 if wrong or any(one.held_s > MOVED_S_MAX for one in moved) else 0


def _built(stack: ExitStack, folder: Path, load: tuple[int, float]) -> tuple[Site, Path]:
    """Hosts, servers and services, running; and the folder where the mails arrive."""
    servers, *others = stack.enter_context(namespaces.hosts("servers", "host-a", "host-b", "host-c"))
    sink = folder / "sink"
    sink.mkdir()
    found = stack.enter_context(_servers(servers, sink))
    path = _configured(folder, servers.address, found)
    services = {
        host.name: Service(host=host, config=path, log=folder / f"{host.name}.log") for host in others
    }
    people, rate = load
    mails = Load(
        folder=Path(found["mail"]), mailboxes=MAILBOXES, posts=list(hosts_load.mails(people)), rate=rate
    )
    engine = open_database(found["socket_url"])
    stack.callback(engine.dispose)
    site = Site(engine=engine, services=services, load=mails)
    stack.callback(_kill, site)
    for service in services.values():
        service.start()
    _wait(lambda: len(site.holders()) == len(MAILBOXES), START_S)
    _wait(lambda: len(set(site.holders().values())) == len(MAILBOXES), START_S)
    mails.start()
    return site, sink


@contextmanager
def _servers(host: Host, sink: Path) -> Iterator[dict[str, str]]:
    command = host.command(sys.executable, "-m", "bench.hosts_servers", str(sink), host.address)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(60)


def _configured(folder: Path, address: str, found: dict[str, str]) -> Path:
    """One configuration for all hosts, with two mailboxes."""
    more: stage.Changes = {
        "store": {"url": found["url"]},
        "mailbox": {"host": address},
        "smtp": {"host": address},
        "limits": {"lease_s": LEASE_S},
        "log": {"level": "info"},
    }
    path = stage.configured(folder, (int(found["imap"]), int(found["smtp"])), MAILBOXES[0], more)
    second = (
        f'[[mailbox]]\nname = "{MAILBOXES[1]}"\naddress = "hotline@corp.example"\nhost = "{address}"\n'
        f'port = {found["imap"]}\nsecurity = "plain"\nuser = "{MAILBOXES[1]}"\npassword_file = "password"\n\n[smtp]'
    )
    path.write_text(path.read_text("utf-8").replace("[smtp]", second, 1), "utf-8")
    return path


def _troubled(site: Site, console: Console) -> Iterator[Moved]:
    """The troubles one after the other, each of a host that reads at that time."""

    def told(moved: Moved) -> Moved:
        console.print(
            f"{moved.trouble}: {moved.victim} → {', '.join(moved.new_holders)} in {moved.held_s:.1f} s"
        )
        return moved

    victim = _reader(site)
    yield told(_measured(site, "cut off", victim, victim.host.cut_off))
    victim.host.reconnect()
    time.sleep(QUIET_S)
    victim = _reader(site)
    yield told(_measured(site, "killed", victim, lambda: victim.signal(signal.SIGKILL)))
    assert victim.process
    victim.process.wait()
    victim.start()
    time.sleep(QUIET_S)
    victim = _reader(site)
    began = time.monotonic()
    yield told(_measured(site, "stopped", victim, lambda: victim.signal(signal.SIGSTOP)))
    time.sleep(max(0.0, began + STOPPED_S - time.monotonic()))
    victim.signal(signal.SIGCONT)
    time.sleep(QUIET_S)


def _reader(site: Site) -> Service:
    """A service that reads a mailbox now."""
    _wait(lambda: len(site.holders()) == len(MAILBOXES), MOVED_S_MAX)
    return site.services[site.holders()[MAILBOXES[0]]]


def _measured(site: Site, trouble: str, victim: Service, cause: Callable[[], None]) -> Moved:
    name = victim.host.name
    theirs = tuple(mailbox for mailbox, holder in site.holders().items() if holder == name)
    began = time.monotonic()
    cause()
    before = site.taken_in()

    def others_hold() -> bool:
        now = site.holders()
        return all(now.get(mailbox, name) != name for mailbox in theirs)

    _wait(others_hold, 4 * MOVED_S_MAX)
    held_s = time.monotonic() - began
    new = site.holders()
    _wait(lambda: site.read_since(before, theirs), 4 * MOVED_S_MAX)
    return Moved(
        trouble=trouble,
        victim=name,
        mailboxes=theirs,
        new_holders=tuple(sorted({new[mailbox] for mailbox in theirs})),
        held_s=held_s,
        read_s=time.monotonic() - began,
    )


def _wrong(site: Site, sink: Path, folder: Path) -> list[str]:
    """What is wrong at the end, in words."""
    organisation = config.organisation(config.load(folder / "config.toml"))
    staff = frozenset(address for person in organisation.everybody for address in person.addresses)
    run = proof.Run(
        posted=site.load.posted,
        delivered=proof.sink_folder(sink),
        staff=staff,
        # Each trouble may fall between the server's 250 and its record, once.
        doubles_max=3,
    )
    url = site.engine.url.render_as_string(hide_password=False)
    return [*proof.prove(url, run), *_out_of_order(site)]


def _out_of_order(site: Site) -> Iterator[str]:
    """A complaint made again is a repeat of the first, which is none: so the first was decided first."""
    with reading(site.engine) as conn:
        became = {
            row.fingerprint: row.matter for row in conn.execute(select(mail.c.fingerprint, mail.c.matter))
        }
        for post in site.load.posted:
            case = complaints.get(conn, became.get(fingerprint(post.content), "")) if post.matter else None
            is_repeat = case is not None and any(entry.reason == "repeat" for entry in case.escalations)
            if case is not None and is_repeat != str(post.matter).endswith(AGAIN):
                yield f"{case.number} ({post.matter}) {'is' if is_repeat else 'is not'} a repeat: decided out of order"


def _wait(condition: Callable[[], bool], limit_s: float) -> None:
    """Raises TimeoutError when it does not come true."""
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {limit_s} s")
        time.sleep(POLL_S)


def _kill(site: Site) -> None:
    site.load.end()
    site.load.finish()
    for service in site.services.values():
        if service.process is not None and service.process.poll() is None:
            service.process.kill()
            service.process.wait()


def _show(console: Console, moved: list[Moved], count: int, wrong: list[str]) -> None:
    table = Table(title=f"three hosts, {count} mails under load")
    for name in (
        "trouble",
        "host",
        "its mailboxes",
        "then read by",
        "held by another after",
        "read again after",
    ):
        table.add_column(name)
    for one in moved:
        table.add_row(
            one.trouble, one.victim, ", ".join(one.mailboxes), ", ".join(one.new_holders),
            f"{one.held_s:.1f} s", f"{one.read_s:.1f} s",
        )  # fmt: skip
    console.print(table)
    for one in wrong:
        console.print(f"WRONG: {one}", style="red", markup=False)
    if not wrong:
        console.print(
            "proved: every mail in one state, one complaint and one acknowledgement a matter, log intact"
        )


if __name__ == "__main__":
    sys.exit(main())
