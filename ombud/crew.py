"""The threads of a service, how they wake each other, and how they end.

A step that ends by an error ends the service, so that whoever supervises it starts it anew; a database that failed is
waited for.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ombud import vitals
from ombud.holding import Holding
from ombud.mailroom import Mailroom

log = structlog.get_logger()

DATABASE_PAUSE_S = 2.0
"""Wait after the database failed, before the step goes on."""


@dataclass(slots=True)
class Signals:
    """How the threads tell each other: wake up, and stop."""

    stop: threading.Event = field(default_factory=threading.Event)
    handle: threading.Event = field(default_factory=threading.Event)
    send: threading.Event = field(default_factory=threading.Event)
    clock: threading.Event = field(default_factory=threading.Event)

    def end(self) -> None:
        """Everybody stops after the mail in hand."""
        self.stop.set()
        self.tick()

    def tick(self) -> None:
        """Handling, sending and the clock look at their tables."""
        self.handle.set()
        self.send.set()
        self.clock.set()


@dataclass(slots=True, kw_only=True)
class Crew:
    """A thread for each step, until the stop."""

    mailroom: Mailroom
    holding: Holding
    """Who is asked for leave to read the mailboxes, and to send."""
    signals: Signals
    failures: list[BaseException] = field(default_factory=list)
    """What ended steps that ought not to have ended."""
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, name: str, step: Callable[[], None]) -> None:
        """The step is done from now on."""
        thread = threading.Thread(target=self._guarded, args=(step,), name=name)
        self._threads.append(thread)
        thread.start()

    def join(self) -> None:
        """Waits until every step has ended."""
        for thread in self._threads:
            thread.join()

    def _guarded(self, step: Callable[[], None]) -> None:
        while not self.signals.stop.is_set():
            try:
                step()
            except SQLAlchemyError as trouble:
                reason = str(trouble.__cause__ or trouble)
                self.mailroom.vitals.failed(vitals.DATABASE, reason)
                log.warning("database failed", reason=reason, retry_s=DATABASE_PAUSE_S)
                self.signals.stop.wait(DATABASE_PAUSE_S)
            except BaseException as trouble:
                log.critical("step ended", exc_info=trouble)
                self.failures.append(trouble)
                self.signals.end()
