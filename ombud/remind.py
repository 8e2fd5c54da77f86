"""What time brings about in complaints: the ladders climbed, in working time only.

What came due outside of office hours waits for the opening, and then comes as one mail for each person.
A rung is climbed with the case's version, so that it is sent once whatever restarts, clocks that are
set, or doubles of the service there are. Source: HANDBOOK 2 'Clocks'.
"""

import structlog

from ombud.office import Office
from ombud.post import Post
from process.reminding import bundle, climb
from store import complaints, events
from store.database import deciding

log = structlog.get_logger()

BATCH = 200
"""Complaints whose ladders are climbed in one transaction."""


def due(office: Office) -> int:
    """Climbs what is due; how many complaints were reminded of. Nothing outside of office hours."""
    now = office.clock()
    if not office.rules.calendar.is_open(now):
        return 0
    organisation = office.organisation
    with deciding(office.engine) as conn:
        cases = complaints.to_remind(conn, now, BATCH)
        steps = [climb(case, now, organisation, office.rules) for case in cases]
        for step in steps:
            complaints.save(conn, step.case)
            events.append(conn, step.case.number, step.events)
        post = Post(conn=conn, office=office, now=now)
        for notice in bundle(notice for step in steps for notice in step.notices):
            post.send(notice)
    if steps:
        log.info("reminders written", complaints=len(steps))
    return len(steps)
