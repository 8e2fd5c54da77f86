"""What the database still has to be told: it was out of reach when it was due.

Kept in memory by the process that knows it, and told before anything else is claimed. When the process ends first,
the lease takes its place: a mail is handled later, a mail that the server took is sent a second time.
"""

from dataclasses import dataclass, field
from datetime import datetime

from process.outgoing import Outcome
from store.outbox import OutboxItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A mail of the outbox and what became of the try."""

    item: OutboxItem
    outcome: Outcome
    at: datetime
    next_try_at: datetime | None


@dataclass(slots=True)
class Owed:
    """Oldest first; each list is used by one thread."""

    tried: list[Tried] = field(default_factory=list)
    """What became of mails that were sent; they are not sent again."""
    mails: list[int] = field(default_factory=list)
    """Mails that were claimed and could not be handled; they are given back."""
