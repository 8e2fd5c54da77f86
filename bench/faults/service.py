"""The service as a child process that can be killed: `ombud run` itself, hurried, on a clock that can be set.

Forked from a process in which everything is imported, so that a start costs hundredths of a second and a thousand
of them can be afforded. Everything else is a service's own: process, connections, locks, signals. Hurried is what
an administrator would otherwise wait for; each constant is named here with what it is in earnest.
"""

import math
import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import apscheduler.schedulers.base
import apscheduler.triggers.interval

from notify import retry
from ombud import (
    __main__,
    crew,
    fault_watch,
    mailroom,
    observe,
    outlets,
    pipeline,
    receive,
    replay,
    second_path,
    service,
    wiring,
)
from ombud.mailroom import Mailroom
from ombud.settings import Settings
from store import database

__all__ = ["Orders", "Service", "serve", "start"]

HURRIED = (
    (pipeline, "TICK_S", 0.3),  # 5 s
    (pipeline, "STUCK_S", 2.0),  # 15 s
    (crew, "DATABASE_PAUSE_S", 0.3),  # 2 s
    (fault_watch, "QUIET_S", 5.0),  # 45 s
    (fault_watch, "ANSWER_S", 2.0),  # 15 s
    (receive, "BACKOFF_FIRST_S", 0.2),  # 1 s
    (receive, "BACKOFF_MAX_S", 0.5),  # 300 s
    (retry, "DELAYS_MIN", (0.01, 0.02)),  # 1, 2, 5 … 240 minutes
    (second_path, "PAUSE_S", 0.5),  # 60 s
    (database, "BUSY_TIMEOUT_S", 4.0),  # 30 s
)
PRELOADED = tuple(one.__name__ for one in (observe, outlets, replay, service, wiring))
"""What commands import when they run; named so that it is imported here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a service is started with."""

    config: Path
    log: Path
    clock: Path | None = None
    """A file with the seconds by which its clock is off."""
    crash_at: str = ""
    """As in `ombud/crash.py`."""
    command: str = "run"


LOOK_S = 0.01
_asking = threading.Lock()


class Service(ForkServerProcess):
    """A child process, asked by one thread at a time.

    QUIRK: each start asks all children for their exit codes; of two threads that ask one child at the same moment the
    second finds it told already, and takes it for 255.
    """

    def start(self) -> None:
        """It runs now."""
        with _asking:
            super().start()

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        with _asking:
            return super().is_alive()

    def join(self, timeout: float | None = None) -> None:
        """Until it has ended, or so many seconds."""
        until = time.monotonic() + (math.inf if timeout is None else timeout)
        while self.is_alive() and time.monotonic() < until:
            time.sleep(LOOK_S)

    @property
    def exitcode(self) -> int | None:
        """None while it runs; -9 after a kill."""
        with _asking:
            return super().exitcode


def start(orders: Orders) -> Service:
    """A service that runs now."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([__name__])
    process = Service(target=serve, args=(orders,))
    process.start()
    return process


def serve(orders: Orders) -> None:
    """`ombud run`, or another command, in this process, until it ends, is stopped or killed."""
    log = os.open(orders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for module, name, value in HURRIED:
        setattr(module, name, value)
    if orders.crash_at:
        os.environ["OMBUD_CRASH_AT"] = orders.crash_at
    if orders.clock:
        _set_clock(orders.clock)
    __main__.main(["--config", str(orders.config), orders.command])


def _set_clock(file: Path) -> None:
    """Office and scheduler go by a clock that is off by what the file says, as if the machine's was."""

    def off() -> timedelta:
        return timedelta(seconds=float(file.read_text() or 0))

    class OffTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + off()

    apscheduler.schedulers.base.datetime = apscheduler.triggers.interval.datetime = OffTime
    really = mailroom.opened

    def opened(settings: Settings) -> Mailroom:
        return replace(really(settings), clock=lambda: datetime.now(UTC) + off())

    mailroom.opened = opened
