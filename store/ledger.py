"""The ledger: every mail of a period, counted by what became of it. Nothing is left out of the sum."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from store.tables import mail

CLASSES = {
    "complaint": "new",
    "recorded-form": "new",
    "answer": "follow_up",
    "command": "follow_up",
    "survey-answer": "follow_up",
    "callback-answer": "follow_up",
    "work-orders": "follow_up",
    "calendar-reply": "follow_up",
    "automatic-reply": "automatic",
    "loop": "automatic",
    "list-or-bulk": "automatic",
    "bounce": "bounce",
    "ask": "other",
    "other": "other",
}
NAMES = ("new", "follow_up", "automatic", "bounce", "other", "set_aside", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """received = the sum of `counts`."""

    received: int
    counts: tuple[tuple[str, int], ...]
    """(name of the class, how many), every class, also with none."""


def of_period(conn: Connection, since: datetime, until: datetime) -> Ledger:
    """Mails stored after `since`, up to and including `until`."""
    rows = conn.execute(
        select(mail.c.state, mail.c.kind, func.count())
        .where(mail.c.stored_at > since, mail.c.stored_at <= until)
        .group_by(mail.c.state, mail.c.kind)
    )
    counts = dict.fromkeys(NAMES, 0)
    received = 0
    for state, kind, count in rows:
        counts[_class(state, kind)] += count
        received += count
    return Ledger(received=received, counts=tuple(counts.items()))


def _class(state: str, kind: str) -> str:
    if state == "waiting":
        return "waiting"
    return "set_aside" if state in ("set_aside", "discarded") else CLASSES.get(kind, "other")
