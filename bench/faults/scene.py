"""One scenario's world: a mailbox on a real Dovecot, an SMTP sink, a proxy before each, a service, and what is seen of it."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from bench import proof, window
from bench.faults import letters, service
from bench.faults.proxy import Proxy
from bench.faults.speech import Imap, Smtp
from bench.faults.stores import Store
from ombud import config
from store import inbox, outbox
from store.database import open_database, reading
from store.tables import mail
from tests.servers import HOST, Dovecot, Sink, smtp_sink
from tests.site import (
    ENGINEER,
    GENERAL_MANAGER,
    MANAGER,
    REPRESENTATIVE,
    SECOND_ENGINEER,
    SERVICE_MANAGER,
    Site,
)

PATIENCE_S = 40.0
LOOK_S = 0.05
STOP_S = 20.0
"""SIGTERM has to end the service within this time in every scenario."""
DUTY = "duty@other.example"
LEAD = "ye.qing@corp.example"
STAFF = frozenset(
    {ENGINEER, SECOND_ENGINEER, MANAGER, SERVICE_MANAGER, GENERAL_MANAGER, REPRESENTATIVE, LEAD}
)


class NotSeen(Exception):
    """Something did not come about in time, or came out otherwise; the text says what."""


@dataclass(slots=True, kw_only=True)
class Scene:
    """What a scenario acts upon."""

    site: Site
    store: Store
    duty: Sink
    """The second SMTP server, over which standing faults are told."""
    imap: Proxy
    smtp: Proxy
    clock: Path
    posted: list[proof.Posted] = field(default_factory=list)
    doubles_max: int = 0
    process: service.Service | None = None
    _engine: Engine | None = None
    _opened: int = 0
    _taken: int = 0

    @property
    def sink(self) -> Sink:
        """What the service's mails come to."""
        return self.site.sink

    @property
    def log(self) -> Path:
        """The service's log, JSON."""
        return self.site.folder / "ombud.log"

    @property
    def url(self) -> str:
        """Of the database."""
        return config.load(self.site.config).store.url

    def configure(self, **more: dict[str, object]) -> None:
        """The configuration written, with more or other than every scenario has."""
        usual = _configured(self)
        self.site.configure(**usual | {name: usual.get(name, {}) | more[name] for name in more})

    def start(self, crash_at: str = "") -> None:
        """The service runs."""
        self._opened = len(self.lines("mailbox open"))
        self._taken = len(self.sink.mails)
        orders = service.Orders(config=self.site.config, log=self.log, clock=self.clock, crash_at=crash_at)
        self.process = service.start(orders)

    def wait_idle(self) -> None:
        """Until the service that was started last has opened its mailbox."""
        self.wait(lambda: len(self.lines("mailbox open")) > self._opened, "the mailbox is open")

    def post(self) -> None:
        """The few mails put into the mailbox, behind the proxy's back."""
        found = letters.few(f"{self.site.user}{len(self.posted)}")
        self.posted += found
        self.site.dovecot.append(self.site.user, *(one.content for one in found))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """A signal to the service. Raises NotSeen when it has ended by itself."""
        assert self.process is not None
        assert self.process.pid is not None
        if not self.process.is_alive():
            raise NotSeen(f"the service had ended by itself, with {self.process.exitcode}")
        os.kill(self.process.pid, number)

    def end(self) -> float:
        """SIGTERM, and how many seconds the end took. Raises NotSeen when it takes too long or is no clean end."""
        assert self.process is not None
        began = time.monotonic()
        self.kill(signal.SIGTERM)
        self.process.join(STOP_S)
        if self.process.is_alive():
            self.kill()
            raise NotSeen(f"SIGTERM did not end the service within {STOP_S:.0f} s")
        if self.process.exitcode != 0:
            raise NotSeen(f"the service ended with {self.process.exitcode}")
        return time.monotonic() - began

    def gone(self) -> None:
        """Until the service has died; one copy more may arrive when that hit SMTP's one window."""
        assert self.process is not None
        self.process.join(PATIENCE_S)
        if self.process.is_alive():
            raise NotSeen("the service did not die")
        self.doubles_max += window.was_hit(self.engine, self.sink, self._taken)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log's lines with this sentence."""
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        found = (
            json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")
        )
        return [line for line in found if line["event"] == event]

    def told(self, what: str, sentence: str = "fault stands") -> int:
        """How often the log told a fault, or its end."""
        return sum(line["what"] == what for line in self.lines(sentence))

    def wait(self, seen: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
        """Until it is seen. Raises NotSeen."""
        until = time.monotonic() + patience_s
        while not seen():
            if time.monotonic() > until:
                raise NotSeen(f"within {patience_s:.0f} s it did not come about that {what}")
            time.sleep(LOOK_S)

    def wait_settled(self, patience_s: float = PATIENCE_S) -> None:
        """Until nothing is left to do."""
        self.wait(self.is_settled, "all mails are handled, filed away and answered", patience_s)

    def is_settled(self) -> bool:
        """Whether every mail was stored and handled, all that goes out went, and the mailbox is empty."""
        try:
            with reading(self.engine) as conn:
                stored = conn.execute(select(func.count()).select_from(mail)).scalar_one()
                waits = inbox.next_waiting_at(conn) or outbox.next_due_at(conn)
        except SQLAlchemyError:
            return False
        return stored >= len(self.posted) and not waits and not self.site.dovecot.contents(self.site.user)

    @property
    def engine(self) -> Engine:
        """For looking at the database while the service works."""
        if self._engine is None:
            self._engine = open_database(self.url)
        return self._engine

    def prove(self) -> list[str]:
        """What is wrong, in words."""
        with self.sink.lock:
            delivered = [
                proof.Delivery(recipients=one.recipients, content=one.content) for one in self.sink.mails
            ]
        run = proof.Run(posted=self.posted, delivered=delivered, staff=STAFF, doubles_max=self.doubles_max)
        filed = sorted(self.site.dovecot.contents(self.site.user, "Ombud"))
        missing = {one.content for one in self.posted} - set(filed)
        return [
            *proof.prove(self.url, run),
            *(
                f"a posted mail lies neither in the mailbox nor in its folder: {one[:80]!r}"
                for one in missing
            ),
            *(f"{len(filed)} mails lie in the folder" for _ in [0] if len(filed) < len(self.posted)),
        ]

    def keep_log(self) -> str:
        """Where the service's log lies for people, after the scene is gone."""
        kept = Path(tempfile.gettempdir()) / f"ombud-{self.site.user}.log"
        if self.log.exists():
            shutil.copy(self.log, kept)
        return f"its log: {kept}"

    def close(self) -> None:
        """Nothing is left running."""
        if self.process is not None and self.process.is_alive():
            self.process.kill()
            self.process.join(STOP_S)
        if self._engine is not None:
            self._engine.dispose()


@contextmanager
def scene(name: str, folder: Path, dovecot: Dovecot, store: Store) -> Iterator[Scene]:
    """A world of its own on a shared Dovecot."""
    # Dovecot makes names small.
    user = "".join(c if c.isalnum() else "_" for c in name.lower())[:50]
    with ExitStack() as stack:
        sink, duty = (stack.enter_context(smtp_sink()) for _ in range(2))
        imap = stack.enter_context(Proxy(upstream=dovecot.plain, speech=Imap))
        smtp = stack.enter_context(Proxy(upstream=sink.port, speech=Smtp))
        clock = folder / "clock"
        clock.write_text("0")
        site = Site(folder=folder, dovecot=dovecot, sink=sink, user=user, store_url=store.url)
        made = Scene(site=site, store=store, duty=duty, imap=imap, smtp=smtp, clock=clock)
        made.configure()
        try:
            yield made
        finally:
            made.close()


def _configured(made: Scene) -> dict[str, dict[str, object]]:
    """Short times, so that what stands does so within seconds; through the proxies; told by the second server."""
    return {
        "mailbox": {"port": made.imap.port, "timeout_s": 2},
        "smtp": {"port": made.smtp.port, "timeout_s": 2},
        "limits": {"lease_s": 1.5, "retry_s": 0.1, "sweep_s": 1, "replies_per_day": 1000},
        "observe": {"standing_s": 2.5},
        "observe.smtp": {"host": HOST, "port": made.duty.port, "security": "plain", "to": [DUTY]},
        "log": {"format": "json"},
    }
