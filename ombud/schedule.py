"""What the clock does at each tick, in this order: what a clock set back holds up, reminders, call-backs, the digest of the day, reports and their
corrections, surveys, reviews, raw mails that are old.

Each job looks at its tables and does what is due by `office.clock`; that it does a thing once is the
database's business (a version, a unique row), so any number of clocks may tick. A clock that was set
back does nothing again; one that was set forward, or a service that was down, catches up.
"""

from ombud import call_back, digest, remind, reporting, retention, reviewing, set_back, survey_job
from ombud.office import Office
from store.complaints import Stale

TICK_S = 5
"""How often the clock comes round, and wakes handling and sending (due retries)."""

JOBS = (
    set_back.healed,
    remind.due,
    call_back.daily,
    digest.daily,
    reporting.due,
    reporting.corrections,
    survey_job.due,
    reviewing.due,
    retention.daily,
)


def tick(office: Office) -> int:
    """Does what is due; how many things were done. A job that met another writer is left to the next tick."""
    done = 0
    for job in JOBS:
        try:
            done += job(office)
        except Stale:
            continue
        office.vitals.ran(f"{job.__module__.rpartition('.')[2]}.{job.__name__}")
    return done
