"""What was awaited of a complainant when a mail came: read from the trail up to then.

The record holds the present only; the trail holds all that happened, in order.
"""

from collections.abc import Iterable
from datetime import datetime

from classify.facts import Awaiting
from process.case import Event

ASKS = {
    "asked": Awaiting.PARTICULARS,
    "judged_invalid": Awaiting.OBJECTION,
    "feedback_sent": Awaiting.CONFIRMATION,
    "closed": Awaiting.RATING,
}
"""Acts after which the complainant is asked something, and what."""
SETTLES = frozenset(
    {
        "recorded", "accepted", "judged_valid", "objected", "dispatched", "returned", "measures_reported",
        "verified", "failed", "not_solved", "reopened",
    }
)  # fmt: skip
"""Acts after which nothing is asked of the complainant; all others leave it as it was."""


def before(trail: Iterable[Event], at: datetime, mail_id: int) -> tuple[Event, ...]:
    """What had happened when this mail was handled."""
    return tuple(
        e for e in trail if e.at < at or (e.at == at and e.mail_id is not None and e.mail_id < mail_id)
    )


def awaiting(events: Iterable[Event]) -> Awaiting | None:
    """What the complainant was being asked after these."""
    asked = None
    for event in events:
        if event.what in ASKS:
            asked = ASKS[event.what]
        elif event.what in SETTLES or (event.what == "informed" and asked is Awaiting.PARTICULARS):
            asked = None
    return asked


def is_closed(events: Iterable[Event]) -> bool:
    """Whether the complaint was closed after these."""
    last = [event.what for event in events if event.what in ("closed", "reopened")]
    return bool(last) and last[-1] == "closed"
