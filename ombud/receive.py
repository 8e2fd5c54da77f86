"""Step 1: from the mailbox into the table of mails; filed away on the server only after the commit.

IDLE wakes it, a sweep every `sweep_s` is the safety net; a dead connection is remade with back-off and
never ends the service.
"""

import random
from collections.abc import Callable, Sequence

import structlog

from ingest.mail import RawMail
from ingest.mailbox import ImapAccount, Mailbox, MailboxUnreachable
from ombud import crash, vitals
from ombud.office import Office
from store import inbox
from store.database import reading

log = structlog.get_logger()

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 300.0

Stop = Callable[[], bool]


def take_in(office: Office, box: Mailbox) -> int:
    """Everything in the mailbox that is not stored yet, stored; how many mails were new."""
    already: list[int] = []

    def known(uidvalidity: int, uids: Sequence[int]) -> set[int]:
        with reading(office.engine) as conn:
            found = inbox.sighted(conn, box.account.name, uidvalidity, uids)
        already.extend(found)
        return found

    new = 0
    for batch in box.unseen(known):
        crash.point("received")
        new += _store(office, batch)
        crash.point("stored")
        box.file_away([raw.uid for raw in batch])
        crash.point("filed")
    # Stored before a crash but not filed away then.
    box.file_away(already)
    return new


def _store(office: Office, batch: Sequence[RawMail]) -> int:
    with office.meters.stage("receive"), office.engine.begin() as conn:
        ids = [inbox.add(conn, raw, office.clock()) for raw in batch]
    new = sum(mail_id is not None for mail_id in ids)
    office.meters.received.labels(batch[0].mailbox).inc(new)
    log.info("mail received", mailbox=batch[0].mailbox, new=new, seen_before=len(batch) - new)
    return new


def watch(office: Office, account: ImapAccount, stop: Stop, wake: Callable[[], None]) -> None:
    """Reads a mailbox until `stop`; returns only then."""
    backoff_s = BACKOFF_FIRST_S
    while not stop():
        try:
            with Mailbox.open(account) as box:
                log.info("mailbox open", mailbox=account.name)
                backoff_s = BACKOFF_FIRST_S
                _read_on(office, box, stop, wake)
        except MailboxUnreachable as trouble:
            office.vitals.doing(account.name, "unreachable")
            office.vitals.failed(vitals.mailbox(account.name), str(trouble))
            # One lost connection is no matter for a person; what stands is told by the fault watch.
            log.warning("mailbox unreachable", mailbox=account.name, reason=str(trouble), retry_s=backoff_s)
            pause(backoff_s * random.uniform(0.8, 1.2), stop)  # noqa: S311 -- jitter, no secret
            backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)


def _read_on(office: Office, box: Mailbox, stop: Stop, wake: Callable[[], None]) -> None:
    name = box.account.name
    while not stop():
        office.vitals.doing(name, "reading")
        if take_in(office, box):
            wake()
        # Only now: a mailbox that opens and cannot be filed in is not well.
        office.vitals.well(vitals.mailbox(name))
        office.vitals.doing(name, "idle" if box.has_idle else "polling")
        box.wait(office.limits.sweep_s, stop)


def pause(seconds: float, stop: Stop) -> None:
    """Sleeps, but not past a stop."""
    from time import monotonic, sleep

    until = monotonic() + seconds
    while not stop() and monotonic() < until:
        sleep(min(0.2, seconds))
