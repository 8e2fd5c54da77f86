"""Which mailboxes this process may read: all of them where it is alone with its database, else those that it holds.

Several services on one database share the mailboxes out: each is read by the one process that holds its lease
(`store/leases.py`), the others stand by. One round every ROUND_S renews what is held and takes what is free; a free
mailbox goes to the living process with the fewest. A process believes in its leases only until shortly before they run
out for the others, by a clock of its own that also counts while it is stopped.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ombud.sharing import shared_out
from store import claims, leases
from store.database import is_sqlite
from store.leases import LEASE, Lease, Service

log = structlog.get_logger()

ROUND_S = 3.0
"""Between two rounds. After a holder's death its mailbox is read again within LEASE + ROUND_S, and the time to log in."""
STOP_CHECK_S = 0.2
MARGIN_S = 3.0
"""A lease counts here for so much less than for the others."""


def elapsed_s() -> float:
    """A clock that is never set, and goes on while the process is stopped or its machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def own_name() -> str:
    """The name of this process among all that share the database."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(2)}"


class Permit(Protocol):
    """Leave to read a mailbox."""

    def stands(self) -> bool:
        """Whether the mailbox may still be read."""

    def confirm(self, conn: Connection) -> None:
        """What this transaction puts down was read with leave. Raises LeaseLost."""


class Holding(Protocol):
    """Who asks for leave to read."""

    def lives(self) -> bool:
        """Whether the others, if there are any, hold this process for living: else they take over what it has in hand."""

    def permit(self, mailbox: str) -> Permit | None:
        """Leave to read a mailbox; None while another process reads it."""

    def pass_on(self, mailbox: str) -> None:
        """It cannot be read from here just now: another may try."""

    def try_again(self, mailbox: str) -> None:
        """It may be read from here again."""

    def elsewhere_s(self, mailbox: str) -> float:
        """For how many seconds the same other process has held it, as of the last round; 0 when none does."""

    def look(self) -> None:
        """One round: what is held is renewed, what is free is taken. Raises SQLAlchemyError."""

    def keep(self, stop: threading.Event) -> None:
        """Holds what is to be held until the stop. Raises SQLAlchemyError."""

    def leave(self) -> None:
        """The end: what is held is free at once."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A service that is alone with its database (`store/occupancy.py`): it reads every mailbox, always."""

    engine: Engine | None = None
    name: str = ""

    def lives(self) -> bool:
        return True

    def permit(self, mailbox: str) -> Permit:
        return self

    def stands(self) -> bool:
        return True

    def confirm(self, conn: Connection) -> None:
        return

    def pass_on(self, mailbox: str) -> None:
        return

    def try_again(self, mailbox: str) -> None:
        return

    def elsewhere_s(self, mailbox: str) -> float:
        return 0.0

    def look(self) -> None:
        if self.engine is not None:
            with self.engine.begin() as conn:
                back = claims.give_back(conn, (self.name,), datetime.now(UTC))
            _told(back)

    def keep(self, stop: threading.Event) -> None:
        self.look()
        stop.wait()

    def leave(self) -> None:
        return


ALONE = Alone()


@dataclass(slots=True)
class Shared:
    """A process among several on one database."""

    engine: Engine
    mailboxes: Collection[str]
    name: str = field(default_factory=own_name)
    clock_s: Callable[[], float] = elapsed_s
    _terms: dict[str, int] = field(default_factory=dict)
    _elsewhere_s: dict[str, float] = field(default_factory=dict)
    _until_s: float = 0.0
    _unable: set[str] = field(default_factory=set)
    _started_at: datetime | None = None
    _wanted: threading.Event = field(default_factory=threading.Event)

    def lives(self) -> bool:
        return self.clock_s() < self._until_s

    def permit(self, mailbox: str) -> Permit | None:
        term = self.term(mailbox)
        return None if term is None else Held(holding=self, mailbox=mailbox, term=term)

    def term(self, mailbox: str) -> int | None:
        """The term under which the mailbox is held; None when it is not, or perhaps not any more."""
        return self._terms.get(mailbox) if self.lives() else None

    def pass_on(self, mailbox: str) -> None:
        self._unable.add(mailbox)
        self._wanted.set()

    def try_again(self, mailbox: str) -> None:
        self._unable.discard(mailbox)
        self._wanted.set()

    def elsewhere_s(self, mailbox: str) -> float:
        return self._elsewhere_s.get(mailbox, 0.0)

    def keep(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._wanted.clear()
            self.look()
            until_s = self.clock_s() + ROUND_S
            while not self._wanted.is_set() and self.clock_s() < until_s and not stop.wait(STOP_CHECK_S):
                pass

    def look(self) -> None:
        asked_s, unable = self.clock_s(), self._unable.copy()
        with self.engine.begin() as conn:
            now = leases.server_now(conn)
            me = self._presence(now, unable)
            leases.present(conn, me)
            leases.renew(conn, self.name, now)
            leases.bury(conn, now)
            living = leases.alive(conn, now)
            back = claims.give_back(conn, _names(living), now)
            change = shared_out(_lasting(leases.listed(conn), now), living, me)
            leases.give_up(conn, {*change.give_up, *unable}, self.name, now)
            for mailbox in change.take:
                leases.take(conn, mailbox, self.name, now)
            held = _lasting(leases.listed(conn), now)
        terms = {lease.mailbox: lease.term for lease in held if lease.holder == self.name}
        _told(back)
        self._tell(terms)
        theirs = (lease for lease in held if lease.holder != self.name)
        self._elsewhere_s = {lease.mailbox: (now - lease.taken_at).total_seconds() for lease in theirs}
        self._terms, self._until_s = terms, asked_s + LEASE.total_seconds() - MARGIN_S

    def _presence(self, now: datetime, unable: set[str]) -> Service:
        self._started_at = self._started_at or now
        watches = tuple(sorted(set(self.mailboxes) - unable))
        return Service(holder=self.name, started_at=self._started_at, until=now + LEASE, watches=watches)

    def _tell(self, terms: dict[str, int]) -> None:
        for mailbox, term in terms.items():
            if self._terms.get(mailbox) != term:
                log.info("mailbox taken", mailbox=mailbox, term=term, holder=self.name)
        for mailbox in self._terms.keys() - terms.keys():
            log.warning("mailbox left to others", mailbox=mailbox, holder=self.name)

    def leave(self) -> None:
        self._until_s = 0.0
        try:
            with self.engine.begin() as conn:
                now = leases.server_now(conn)
                leases.leave(conn, self.name, now)
                claims.give_back(conn, _names(leases.alive(conn, now)), now)
        except SQLAlchemyError as trouble:
            log.warning("leases not given back, they run out", reason=str(trouble.__cause__ or trouble))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Leave under a term: another process's taking ends it."""

    holding: Shared
    mailbox: str
    term: int

    def stands(self) -> bool:
        return self.holding.term(self.mailbox) == self.term

    def confirm(self, conn: Connection) -> None:
        leases.confirm(conn, self.mailbox, self.term)


def _names(services: Sequence[Service]) -> tuple[str, ...]:
    return tuple(one.holder for one in services)


def _told(back: int) -> None:
    if back:
        log.warning("mails that a dead process had in hand are due", mails=back)


def _lasting(found: Sequence[Lease], now: datetime) -> tuple[Lease, ...]:
    return tuple(lease for lease in found if lease.until > now)


def of(engine: Engine, name: str, mailboxes: Collection[str]) -> Holding:
    """A SQLite file has one service, which is alone; on PostgreSQL there may be any number."""
    if is_sqlite(engine):
        return Alone(engine, name)
    return Shared(engine=engine, mailboxes=mailboxes, name=name)
