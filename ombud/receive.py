"""Step 1: from the mailbox into the table of mails; filed away on the server only after the commit.

IDLE wakes it, a sweep every `sweep_s` is the safety net; a dead connection is remade with back-off and
never ends the service.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic, sleep

import structlog

from ingest.filing import NotFiled
from ingest.imap import ImapAccount, MailboxUnreachable
from ingest.mail import RawMail
from ingest.mailbox import Mailbox
from ombud import crash, vitals
from ombud.holding import ALONE, Holding, Permit
from ombud.mailroom import Mailroom
from store import inbox
from store.database import reading
from store.leases import LeaseLost

log = structlog.get_logger()

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 300.0
STEADY_S = 30.0
STANDBY_S = 0.2
"""Between two looks whether the mailbox is ours to read."""

Stop = Callable[[], bool]


def take_in(
    room: Mailroom,
    box: Mailbox,
    permit: Permit = ALONE,
    *,
    wake: Callable[[], None] = lambda: None,
    since: date | None = None,
) -> int:
    """Everything in the mailbox (that came on or after a day) that is not stored yet, stored batch by batch; how many
    mails were new.

    Raises LeaseLost, MailboxUnreachable.
    """
    already: list[int] = []

    def known(uidvalidity: int, uids: Sequence[int]) -> set[int]:
        with reading(room.engine) as conn:
            lay = inbox.sighted(conn, box.account.name, uidvalidity, uids)
        same = box.still(lay)
        already.extend(sorted(same))
        return same

    new = 0
    is_filed = True
    for batch in box.unseen(known, since):
        crash.point("received")
        new += _store(room, batch, permit)
        crash.point("stored")
        wake()
        # A server that will not file is asked again in the next round only; mail is taken in all the same.
        is_filed = is_filed and _filed(room, box, [raw.uid for raw in batch])
        crash.point("filed")
    # Stored before, but not filed away then: a crash, or a server that would not.
    if is_filed:
        _filed(room, box, already)
    return new


def _filed(room: Mailroom, box: Mailbox, uids: Sequence[int]) -> bool:
    """Whether the mails could be filed away; a refusal is a fault of its own."""
    what = vitals.filing(box.account.name)
    try:
        box.file_away(uids)
    except NotFiled as refusal:
        room.vitals.failed(what, str(refusal))
        log.warning("mails not filed away", mailbox=box.account.name, reason=str(refusal), mails=len(uids))
        return False
    if uids:
        room.vitals.well(what)
    return True


def _store(room: Mailroom, batch: Sequence[RawMail], permit: Permit) -> int:
    with room.meters.stage("receive"), room.engine.begin() as conn:
        permit.confirm(conn)
        ids = [inbox.add(conn, raw, room.clock()) for raw in batch]
    new = sum(mail_id is not None for mail_id in ids)
    room.meters.received.labels(batch[0].mailbox).inc(new)
    log.info("mail received", mailbox=batch[0].mailbox, new=new, seen_before=len(batch) - new)
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A mailbox that is watched, and whom to ask for leave to read it."""

    account: ImapAccount
    holding: Holding = ALONE


def watch(room: Mailroom, watched: Watched, stop: Stop, wake: Callable[[], None]) -> None:
    """Reads a mailbox, while this process has leave to, until `stop`; returns only then."""
    account, backoff = watched.account, Backoff()
    while not stop():
        permit = watched.holding.permit(account.name)
        if permit is None:
            _stand_by(room, watched, stop)
            continue
        try:
            with Mailbox.open(account) as box:
                log.info("mailbox open", mailbox=account.name)
                _read_on(room, box, permit, Heard(stop=stop, wake=wake, steady=backoff.reset))
        except LeaseLost:
            log.warning("mailbox taken over, what was fetched is left to its reader", mailbox=account.name)
        except MailboxUnreachable as trouble:
            room.vitals.doing(account.name, "unreachable")
            room.vitals.failed(vitals.mailbox(account.name), str(trouble))
            pause_s = backoff.next_s()
            # One lost connection is no matter for a person; what stands is told by the fault watch.
            log.warning("mailbox unreachable", mailbox=account.name, reason=str(trouble), retry_s=pause_s)
            watched.holding.pass_on(account.name)
            pause(pause_s, stop)
            watched.holding.try_again(account.name)


def _stand_by(room: Mailroom, watched: Watched, stop: Stop) -> None:
    """Another process has the mailbox, or none yet. It reads it when it has had it for longer than a try takes to fail;
    until then nobody knows more than what was seen from here."""
    name, had_s = watched.account.name, watched.holding.elsewhere_s(watched.account.name)
    if had_s:
        room.vitals.doing(name, "standby")
    if had_s > watched.account.timeout_s + STEADY_S:
        room.vitals.well(vitals.mailbox(name))
    pause(STANDBY_S, stop)


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next try: twice as long after each failure, up to a bound."""

    _next_s: float = field(default_factory=lambda: BACKOFF_FIRST_S)

    def reset(self) -> None:
        """The connection was good: the next failure begins anew."""
        self._next_s = BACKOFF_FIRST_S

    def next_s(self) -> float:
        """Seconds, with jitter; counts a failure."""
        pause_s, self._next_s = self._next_s, min(self._next_s * 2, BACKOFF_MAX_S)
        return round(pause_s * random.uniform(0.8, 1.2), 1)  # noqa: S311 -- jitter, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who ends the reading of a mailbox, and whom it tells."""

    stop: Stop
    wake: Callable[[], None]
    """Mail was stored."""
    steady: Callable[[], None]
    """The connection holds."""


def _read_on(room: Mailroom, box: Mailbox, permit: Permit, heard: Heard) -> None:
    def ended() -> bool:
        return heard.stop() or not permit.stands()

    name = box.account.name
    while not ended():
        room.vitals.doing(name, "reading")
        take_in(room, box, permit, wake=heard.wake)
        # Only now: a mailbox that opens and cannot be read is not well.
        room.vitals.well(vitals.mailbox(name))
        room.vitals.doing(name, "idle" if box.has_idle else "polling")
        _wait(room, box, ended, heard.steady)


def _wait(room: Mailroom, box: Mailbox, stop: Stop, steady: Callable[[], None]) -> None:
    """Until there is something to read. Opening alone proves little: a connection holds once a wait went well, or
    lasted: some servers end each conversation after a while."""
    began = monotonic()
    try:
        box.wait(room.limits.sweep_s, stop)
    except MailboxUnreachable:
        if monotonic() - began >= STEADY_S:
            steady()
        raise
    steady()


def pause(seconds: float, stop: Stop) -> None:
    """Sleeps, but not past a stop."""
    until = monotonic() + seconds
    while not stop() and monotonic() < until:
        sleep(min(0.2, seconds))
