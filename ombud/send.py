"""Step 3: what is due in the outbox, over a kept SMTP connection.

A try is counted and its successor's time set before the server is asked, so a crash costs a delay and
never a mail. Between the server's 250 and the record lies the one window in which a crash sends a mail
twice; both copies have the same Message-ID.
"""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection

from classify import token
from classify.people import Role
from notify import retry
from ombud import crash, vitals
from ombud.office import Office
from ombud.owed import Tried
from ombud.post import Post
from process.outgoing import Deferred, Notice, Outcome, Outgoing, Refused, Sent
from store import budget, once, outbox
from store.database import Lock, hold, lightly

log = structlog.get_logger()

ALERT = "alert"
HOUR = timedelta(hours=1)
BATCH = 20
"""Mails claimed at once; all of them are tried again after a lease when the process dies."""
SILENT_MAX = 2
"""Tries in a row without a usable connection after which a batch is given up."""


class Carrier(Protocol):
    """Takes a mail away: a kept SMTP connection."""

    def send(self, outgoing: Outgoing) -> Outcome:
        """What became of the try."""


def due_mails(office: Office, smtp: Carrier, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Tries a batch of what is due, up to a stop; how many mails were claimed."""
    _settle(office)
    with office.engine.begin() as conn:
        share = _share(conn, office)
        items = outbox.claim_due(conn, office.clock(), office.claimant, share)
    if items:
        crash.point("sending")
    ours_until = office.clock() + office.limits.lease
    outcomes: list[Outcome] = []
    for item in items:
        # A slow server, or a process that was held up: what has gone back to all is tried by whoever claims it next.
        if is_stopped() or office.clock() >= ours_until:
            break
        outcomes.append(_tried(office, smtp, item, outcomes))
        _settle(office)
        crash.point("recorded")
    if is_stopped() and len(outcomes) < len(items):
        with office.engine.begin() as conn:
            left = [item.id for item in items[len(outcomes) :]]
            outbox.give_back(conn, left, office.claimant, office.clock())
    return len(items)


def _tried(office: Office, smtp: Carrier, item: outbox.OutboxItem, before: Sequence[Outcome]) -> Outcome:
    """What became of a try; it is owed to the database from now on.

    A server that was out of reach twice in a row is not asked again in this batch: each time may cost a time-out.
    """
    if len(before) >= SILENT_MAX and all(map(_is_unreachable, before[-SILENT_MAX:])):
        outcome = before[-1]
    else:
        with office.meters.stage("send"):
            outcome = smtp.send(item.outgoing)
        _note(office, outcome)
    if isinstance(outcome, Sent):
        crash.point("sent")
    now, next_try_at = office.clock(), None
    if isinstance(outcome, Deferred):
        next_try_at = retry.next_try(item.tries, now, random.uniform(-1, 1))  # noqa: S311 -- jitter
    office.owed.tried.append(Tried(item=item, outcome=outcome, at=now, next_try_at=next_try_at))
    return outcome


def _is_unreachable(outcome: Outcome) -> bool:
    return isinstance(outcome, Deferred) and outcome.is_unreachable


def _settle(office: Office) -> None:
    """Records what became of tries: those of before, too, when the database was out of reach then."""
    while office.owed.tried:
        _record(office, office.owed.tried[0])
        office.owed.tried.pop(0)


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
    # Other processes count what we are about to take only when we have.
    hold(conn, Lock.SENDING)
    room = office.limits.outgoing_per_hour - budget.gone_between(conn, now - HOUR, now)
    if room > 0:
        return outbox.Share(count=min(room, BATCH))
    if once.take(conn, "circuit", f"{now:%Y-%m-%dT%H}", now):
        log.error("outgoing budget of the hour used up", budget=office.limits.outgoing_per_hour)
        facts = {"what": "circuit_open", "detail": str(office.limits.outgoing_per_hour)}
        _alert(Post(conn=conn, office=office, now=now), "", facts)
    return outbox.Share(count=BATCH, template=ALERT)


def _record(office: Office, tried: Tried) -> None:
    item, outcome, next_try_at = tried.item, tried.outcome, tried.next_try_at
    # A power cut in the next moments costs a copy of what was sent in them, with the same Message-ID; a kill does not.
    with lightly(office.engine) as conn:
        outbox.record(conn, item, outcome, tried.at, next_try_at)
        if isinstance(outcome, Refused) or (isinstance(outcome, Deferred) and next_try_at is None):
            _tell_desk(conn, office, item, outcome.reason)
    log.info(
        "mail tried",
        outbox=item.id,
        matter=item.outgoing.matter,
        template=item.outgoing.template,
        outcome=type(outcome).__name__,
        next_try_at=next_try_at,
    )


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
