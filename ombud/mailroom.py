"""Where mails are taken in: what receiving needs, which is there before the rest of the office is.

Values only, but for the database and for what the steps count and say of themselves.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from ombud.holding import own_name
from ombud.meters import Meters
from ombud.settings import Settings
from ombud.vitals import Vitals
from store import database, schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the service's own behaviour."""

    tries: int = 3
    """A mail that fails this often is set aside."""
    retry_s: float = 2.0
    """Wait before a failed mail is tried again, times the number of tries."""
    lease: timedelta = timedelta(minutes=5)
    """How long a claimed mail or outbox entry is left to who claimed it."""
    replies_per_day: int = 20
    """Automatic mails to one address outside of the staff in 24 hours, beyond which its mail is not answered."""
    outgoing_per_hour: int = 1000
    """Mails that go out in an hour; beyond it they wait, and the desk is told once."""
    readers: int = 0
    """Processes that read mails beside the service while many wait."""
    sweep_s: float = 300.0
    """Longest wait for IDLE before the mailbox is searched anyway."""
    repeat_window: timedelta = timedelta(days=90)
    """How long an earlier complaint counts as the same person's earlier complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """All that taking in mails needs; passed along, never global."""

    engine: Engine
    limits: Limits = field(default_factory=Limits)
    meters: Meters = field(default_factory=Meters)
    vitals: Vitals = field(default_factory=Vitals)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = field(default_factory=own_name)
    """Of this process, among all that share the database."""


def opened(settings: Settings) -> Mailroom:
    """The mailroom of a configuration; the database is migrated. Raises DatabaseUnusable."""
    engine = database.open_database(settings.store.url)
    schema.migrate(engine)
    return of(settings, engine)


def of(settings: Settings, engine: Engine) -> Mailroom:
    """The mailroom of a configuration on a database that is there."""
    vitals = Vitals(standing_s=settings.observe.standing_s)
    return Mailroom(engine=engine, limits=limits(settings), vitals=vitals)


def limits(settings: Settings) -> Limits:
    """Bounds of the service's own behaviour, as configured."""
    found = settings.limits
    return Limits(
        tries=found.tries,
        retry_s=found.retry_s,
        lease=timedelta(seconds=found.lease_s),
        replies_per_day=found.replies_per_day,
        outgoing_per_hour=found.outgoing_per_hour,
        sweep_s=found.sweep_s,
        readers=(os.cpu_count() or 1) - 1 if found.readers is None else found.readers,
        repeat_window=timedelta(days=settings.process.repeat_window_days),
    )
