"""After the clock was set back, mails would wait for a time that has been: what waits longer than anything waits is
made due."""

from datetime import timedelta

import structlog

from notify import retry
from ombud.office import Office
from store import inbox, outbox
from store.database import reading

log = structlog.get_logger()


def healed(office: Office) -> int:
    """Makes due what the clock, set back, would hold up; how many mails."""
    now, limits = office.clock(), office.limits
    wait_max = max(limits.lease, timedelta(seconds=limits.retry_s * limits.tries))
    with reading(office.engine) as conn:
        last = max(filter(None, (inbox.last_waiting_at(conn), outbox.last_due_at(conn))), default=now)
    if last <= now + limits.lease:
        return 0
    with office.engine.begin() as conn:
        stuck = inbox.make_due(conn, now, wait_max) + outbox.make_due(
            conn, now, limits.lease, retry.waits_max()
        )
    if stuck:
        log.warning("the clock was set back; what waited for times gone by is due", mails=stuck)
    return stuck
