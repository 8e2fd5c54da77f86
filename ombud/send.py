"""Step 3: what is due in the outbox, over a kept SMTP connection.

A try is counted and its successor's time set before the server is asked, so a crash costs a delay and
never a mail. Between the server's 250 and the record lies the one window in which a crash sends a mail
twice; both copies have the same Message-ID.
"""

import random

import structlog
from sqlalchemy import Connection

from classify.people import Role
from notify import retry
from notify.smtp import Smtp
from ombud import crash
from ombud.office import Office
from ombud.post import Post
from process.outgoing import Deferred, Notice, Outcome, Refused, Sent
from store import outbox

log = structlog.get_logger()

BATCH = 20
"""Mails claimed at once; all of them are tried again after a lease when the process dies."""


def due_mails(office: Office, smtp: Smtp) -> int:
    """Tries a batch of what is due; how many mails were tried."""
    with office.engine.begin() as conn:
        items = outbox.claim_due(conn, office.clock(), office.limits.lease, BATCH)
    crash.point("sending")
    for item in items:
        outcome = smtp.send(item.outgoing)
        if isinstance(outcome, Sent):
            crash.point("sent")
        _record(office, item, outcome)
        crash.point("recorded")
    return len(items)


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
    if item.outgoing.template == "alert":
        return
    post = Post(conn=conn, office=office, now=office.clock())
    recipients = ", ".join(item.outgoing.recipients)
    for engineer in office.organisation.holders(Role.SERVICE_DESK):
        post.send(
            Notice(
                template="alert",
                to=engineer,
                matter=item.outgoing.matter,
                facts={
                    "what": "delivery_failed",
                    "detail": f"{item.outgoing.subject}\n{reason}",
                    "recipient": recipients,
                },
            )
        )
