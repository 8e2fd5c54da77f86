"""Who has mails in hand, of those that came and of those that go out; what a process that died had in hand is given back.

It is due at once, behind what waits: a mail that kills whoever takes it into its hand keeps nobody waiting but its lane.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, select, update

from store.tables import mail, outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A process, and for how long what it claims is left to it."""

    name: str
    lease: timedelta


def give_back(conn: Connection, living: Collection[str], now: datetime) -> int:
    """What is in the hand of nobody who lives is due, its tries counted; how many mails."""
    living = ("", *living)
    return sum(_freed(conn, table, table.c.claimed_by.not_in(living), now) for table in (mail, outbox))


def _freed(conn: Connection, table: Table, of_whom: ColumnElement[bool], now: datetime) -> int:
    # What its process is about to finish, for it may be but held up, is left for the next look.
    in_hand = select(table.c.id).where(table.c.state == "waiting", of_whom).with_for_update(skip_locked=True)
    return conn.execute(
        update(table).where(table.c.id.in_(in_hand)).values(due_at=now, claimed_by="")
    ).rowcount
