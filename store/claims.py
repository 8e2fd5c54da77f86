"""Who has mails in hand, of those that came and of those that go out; what a process that died had in hand is given back.

It is due at once, behind what waits: a mail that kills whoever takes it into its hand keeps nobody waiting but its lane.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, update

from store.tables import mail, outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A process, and for how long what it claims is left to it."""

    name: str
    lease: timedelta


def give_back(conn: Connection, holders: Collection[str], now: datetime) -> int:
    """What these processes had in hand is due, its tries counted; how many mails."""
    return sum(_freed(conn, table, table.c.claimed_by.in_(holders), now) for table in (mail, outbox))


def give_back_all_but(conn: Connection, holder: str, now: datetime) -> int:
    """The same of all processes but one, the only one that lives; how many mails."""
    theirs = ("", holder)
    return sum(_freed(conn, table, table.c.claimed_by.not_in(theirs), now) for table in (mail, outbox))


def _freed(conn: Connection, table: Table, of_whom: ColumnElement[bool], now: datetime) -> int:
    in_hand = (table.c.state == "waiting") & of_whom
    return conn.execute(update(table).where(in_hand).values(due_at=now, claimed_by="")).rowcount
