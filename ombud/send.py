"""Step 3: what is due in the outbox, over a kept SMTP connection.

A try is counted and its successor's time set before the server is asked, so a crash costs a delay and
never a mail. Between the server's 250 and the record lies the one window in which a crash sends a mail
twice; both copies have the same Message-ID.
"""

import random
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection

from classify import token
from classify.people import Role
from notify import retry
from ombud import crash, vitals
from ombud.office import Office
from ombud.post import Post
from process.outgoing import Deferred, Notice, Outcome, Outgoing, Refused, Sent
from store import budget, once, outbox

log = structlog.get_logger()

ALERT = "alert"
HOUR = timedelta(hours=1)
BATCH = 20
"""Mails claimed at once; all of them are tried again after a lease when the process dies."""


class Carrier(Protocol):
    """Takes a mail away: a kept SMTP connection."""

    def send(self, outgoing: Outgoing) -> Outcome:
        """What became of the try."""


def due_mails(office: Office, smtp: Carrier) -> int:
    """Tries a batch of what is due; how many mails were tried."""
    with office.engine.begin() as conn:
        share = _share(conn, office)
        items = outbox.claim_due(conn, office.clock(), office.limits.lease, share)
    crash.point("sending")
    for item in items:
        with office.meters.stage("send"):
            outcome = smtp.send(item.outgoing)
        _note(office, outcome)
        if isinstance(outcome, Sent):
            crash.point("sent")
        _record(office, item, outcome)
        crash.point("recorded")
    return len(items)


def _note(office: Office, outcome: Outcome) -> None:
    office.meters.deliveries.labels(type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Deferred) and outcome.is_unreachable:
        office.vitals.failed(vitals.SMTP, outcome.reason)
    else:
        office.vitals.well(vitals.SMTP)


def _share(conn: Connection, office: Office) -> outbox.Share:
    """What may go out now: the circuit breaker. Beyond the hour's budget only alerts about the service
    itself go; those about a mail would be a storm of their own."""
    now = office.clock()
    room = office.limits.outgoing_per_hour - budget.gone_since(conn, now - HOUR)
    if room > 0:
        return outbox.Share(count=min(room, BATCH))
    if once.take(conn, "circuit", f"{now:%Y-%m-%dT%H}", now):
        log.error("outgoing budget of the hour used up", budget=office.limits.outgoing_per_hour)
        facts = {"what": "circuit_open", "detail": str(office.limits.outgoing_per_hour)}
        _alert(Post(conn=conn, office=office, now=now), "", facts)
    return outbox.Share(count=BATCH, template=ALERT)


def _record(office: Office, item: outbox.OutboxItem, outcome: Outcome) -> None:
    now = office.clock()
    next_try_at = None
    if isinstance(outcome, Deferred):
        next_try_at = retry.next_try(item.tries, now, random.uniform(-1, 1))  # noqa: S311 -- jitter
    log.info(
        "mail tried",
        outbox=item.id,
        matter=item.outgoing.matter,
        template=item.outgoing.template,
        outcome=type(outcome).__name__,
        next_try_at=next_try_at,
    )
    with office.engine.begin() as conn:
        outbox.record(conn, item, outcome, now, next_try_at)
        if isinstance(outcome, Refused) or (isinstance(outcome, Deferred) and next_try_at is None):
            _tell_desk(conn, office, item, outcome.reason)


def _tell_desk(conn: Connection, office: Office, item: outbox.OutboxItem, reason: str) -> None:
    """A mail that will not arrive is told to the desk, but for the mails that tell this."""
    log.error("mail undeliverable", outbox=item.id, matter=item.outgoing.matter, reason=reason)
    if item.outgoing.template == ALERT:
        return
    facts = {
        "what": "delivery_failed",
        "detail": f"{token.without_tags(item.outgoing.subject)}\n{reason}",
        "recipient": ", ".join(item.outgoing.recipients),
    }
    _alert(Post(conn=conn, office=office, now=office.clock()), item.outgoing.matter, facts)


def _alert(post: Post, matter: str, facts: dict[str, str]) -> None:
    """An alert to every engineer of the desk."""
    for engineer in post.office.organisation.acting(Role.SERVICE_DESK):
        post.send(Notice(template=ALERT, to=engineer, matter=matter, facts=facts))
