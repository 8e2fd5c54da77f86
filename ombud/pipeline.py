"""The steps wired together: a thread for each mailbox, one that handles, one that sends, one for the clock.

    mailbox ──receive──▶ mail table ──handle──▶ complaint, trail, outbox ──send──▶ SMTP
                                      clock ──▶ complaint, trail, outbox

Each step wakes the next; APScheduler wakes all of them now and then, so that nothing waits for a
wake-up that was missed, and so that time is looked at. Work that is claimed is finished before a stop.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, sleep

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from ingest.imap import ImapAccount, MailboxRefused, MailboxUnreachable
from ingest.mailbox import Mailbox
from notify.smtp import Smtp, SmtpAccount
from ombud import fault_watch, handle, holding, receive, schedule, send, vitals
from ombud.holding import Holding
from ombud.office import Office
from ombud.schedule import TICK_S
from ombud.second_path import SecondPath
from store import inbox
from store.database import reading

log = structlog.get_logger()

DATABASE_PAUSE_S = 2.0
"""Wait after the database failed, before the step goes on."""
ONCE_TRIES = 3
ONCE_PAUSE_S = 1.0
"""Between the tries of `once` to read a mailbox."""
ONCE_PATIENCE_S = 15.0
"""How long `once` waits for the second and third try of a mail that failed."""


@dataclass(slots=True)
class Signals:
    """How the threads tell each other: wake up, and stop."""

    stop: threading.Event = field(default_factory=threading.Event)
    handle: threading.Event = field(default_factory=threading.Event)
    send: threading.Event = field(default_factory=threading.Event)
    clock: threading.Event = field(default_factory=threading.Event)

    def end(self) -> None:
        """Everybody stops after the mail in hand."""
        self.stop.set()
        self.tick()

    def tick(self) -> None:
        """Handling, sending and the clock look at their tables."""
        self.handle.set()
        self.send.set()
        self.clock.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the service talks to."""

    mailboxes: Sequence[ImapAccount]
    smtp: SmtpAccount
    second_paths: tuple[SecondPath, ...] = ()
    """Told of standing faults, besides log and metrics."""


def run(office: Office, outside: Outside, signals: Signals) -> None:
    """The service, until `signals.end`. Raises what ended a step that ought not to have ended."""
    failures: list[BaseException] = []
    holds = holding.of(office.engine, office.name, [account.name for account in outside.mailboxes])
    watched = [receive.Watched(account=account, holding=holds) for account in outside.mailboxes]
    steps: list[tuple[str, Callable[[], None]]] = [
        (f"receive {one.account.name}", _receiver(office, one, signals)) for one in watched
    ]
    steps += [
        ("handle", lambda: _handle(office, signals)),
        ("send", lambda: _send(office, outside.smtp, signals, holds)),
        ("clock", lambda: _keep_time(office, signals)),
        ("leases", lambda: holds.keep(signals.stop)),
    ]
    threads = [
        threading.Thread(target=_guarded, args=(office, step, signals, failures), name=name)
        for name, step in steps
    ]
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(signals.tick, "interval", seconds=TICK_S, max_instances=1, coalesce=True)
    look = partial(fault_watch.look, office, outside.second_paths)
    scheduler.add_job(look, "interval", seconds=TICK_S, max_instances=1, coalesce=True)
    scheduler.start()
    signals.tick()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scheduler.shutdown()
    holds.leave()
    if failures:
        raise failures[0]


def _guarded(
    office: Office, step: Callable[[], None], signals: Signals, failures: list[BaseException]
) -> None:
    """A step that ends by an error ends the service, so that whoever supervises it starts it anew."""
    while not signals.stop.is_set():
        try:
            step()
        except SQLAlchemyError as trouble:
            reason = str(trouble.__cause__ or trouble)
            office.vitals.failed(vitals.DATABASE, reason)
            log.warning("database failed", reason=reason, retry_s=DATABASE_PAUSE_S)
            signals.stop.wait(DATABASE_PAUSE_S)
        except BaseException as trouble:
            log.critical("step ended", exc_info=trouble)
            failures.append(trouble)
            signals.end()


def _receiver(office: Office, watched: receive.Watched, signals: Signals) -> Callable[[], None]:
    return lambda: receive.watch(office, watched, signals.stop.is_set, signals.handle.set)


def _handle(office: Office, signals: Signals) -> None:
    while not signals.stop.is_set():
        signals.handle.wait()
        signals.handle.clear()
        while not signals.stop.is_set() and handle.next_mails(office):
            signals.send.set()


def _send(office: Office, account: SmtpAccount, signals: Signals, holds: Holding) -> None:
    def must_end() -> bool:
        """Also when others may send by now what this process has in hand."""
        return signals.stop.is_set() or not holds.lives()

    with Smtp(account) as smtp:
        while not signals.stop.is_set():
            signals.send.wait()
            signals.send.clear()
            while not must_end() and send.due_mails(office, smtp, must_end):
                pass


def _keep_time(office: Office, signals: Signals) -> None:
    while not signals.stop.is_set():
        signals.clock.wait()
        signals.clock.clear()
        office.vitals.beat()
        while not signals.stop.is_set() and schedule.tick(office):
            signals.send.set()


def once(office: Office, accounts: Sequence[ImapAccount], smtp_account: SmtpAccount) -> bool:
    """Works off all that is there; False when a mailbox could not be read, or its mails not filed away."""
    holds = holding.of(office.engine, office.name, [account.name for account in accounts])
    holds.look()
    were_read = [_taken_in(office, account, holds) for account in accounts]
    holds.leave()
    _handle_all(office)
    while schedule.tick(office):
        pass
    with Smtp(smtp_account) as smtp:
        while send.due_mails(office, smtp):
            pass
    return all(were_read)


def _taken_in(office: Office, account: ImapAccount, holds: Holding) -> bool:
    """Whether a mailbox could be read, in a few tries, and its mails filed away; or another process reads it."""
    for left in reversed(range(ONCE_TRIES)):
        permit = holds.permit(account.name)
        if permit is None:
            log.info("mailbox is read by another process", mailbox=account.name)
            return True
        try:
            with Mailbox.open(account) as box:
                receive.take_in(office, box, permit)
        except MailboxUnreachable as trouble:
            log.error("mailbox unreachable", mailbox=account.name, reason=str(trouble), tries_left=left)
            if isinstance(trouble, MailboxRefused) or not left:
                return False
            sleep(ONCE_PAUSE_S)
        else:
            return office.vitals.is_well(vitals.filing(account.name))
    return False


def _handle_all(office: Office) -> None:
    until = monotonic() + ONCE_PATIENCE_S
    while True:
        while handle.next_mails(office):
            pass
        with reading(office.engine) as conn:
            next_at = inbox.next_waiting_at(conn)
        wait_s = (next_at - office.clock()).total_seconds() if next_at else ONCE_PATIENCE_S
        if monotonic() + wait_s >= until:
            return
        sleep(max(wait_s, 0.05))
