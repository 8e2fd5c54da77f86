"""The steps wired together: one thread handles, one sends, one is the clock's, beside those of the mailboxes (`intake`).

    mailbox ──receive──▶ mail table ──handle──▶ complaint, trail, outbox ──send──▶ SMTP
                                      clock ──▶ complaint, trail, outbox

Each step wakes the next; APScheduler wakes all of them now and then, so that nothing waits for a
wake-up that was missed, and so that time is looked at. Before a stop, mails that are claimed are handled; what is claimed to be
sent and was not yet tried is given back.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from ingest.imap import ImapAccount, MailboxRefused, MailboxUnreachable
from ingest.mailbox import Mailbox
from notify.smtp import Smtp, SmtpAccount
from ombud import handle, holding, receive, schedule, send, vitals
from ombud.crew import Crew, Signals
from ombud.fault_watch import FaultWatch
from ombud.holding import Holding
from ombud.office import Office
from ombud.readers import Readers
from ombud.schedule import TICK_S
from ombud.second_path import SecondPath
from store import inbox
from store.database import reading
from store.leases import LeaseLost

log = structlog.get_logger()

STUCK_S = 15.0
"""A scheduler that did not tick for so long is made to."""
ONCE_TRIES = 3
ONCE_PAUSE_S = 1.0
"""Between the tries of `once` to read a mailbox."""
ONCE_LOOK_S = 0.5
"""How often `once` looks whether the mailboxes are read, if nothing came."""
ONCE_PATIENCE_S = 15.0
"""How long `once` waits for the second and third try of a mail that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a service talks to, beside its mailboxes."""

    smtp: SmtpAccount
    second_paths: tuple[SecondPath, ...] = ()
    """Told of standing faults, besides log and metrics."""


def run(office: Office, outside: Outside, crew: Crew) -> None:
    """All that a service does beside reading its mailboxes, until the stop."""
    signals, scheduler = crew.signals, BackgroundScheduler(timezone="UTC")
    watch = FaultWatch(office, outside.second_paths)
    for job in (signals.tick, watch.look):
        scheduler.add_job(job, "interval", seconds=TICK_S, max_instances=1, coalesce=True)
    scheduler.start()
    signals.tick()
    crew.begin("handle", partial(_handle, office, signals))
    crew.begin("send", partial(_send, office, outside.smtp, signals, crew.holding))
    crew.begin("clock", partial(_keep_time, office, signals, scheduler))
    crew.join()
    scheduler.shutdown()


def _handle(office: Office, signals: Signals) -> None:
    with Readers(office.words, office.limits.readers) as readers:
        while not signals.stop.is_set():
            signals.handle.wait()
            signals.handle.clear()
            for _ in handle.backlog(office, readers, signals.stop.is_set):
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


def _keep_time(office: Office, signals: Signals, scheduler: BackgroundScheduler) -> None:
    while not signals.stop.is_set():
        if not signals.clock.wait(STUCK_S):
            _rouse(scheduler)
            signals.tick()
        signals.clock.clear()
        office.vitals.beat()
        while not signals.stop.is_set() and schedule.tick(office):
            signals.send.set()


def _rouse(scheduler: BackgroundScheduler) -> None:
    """The scheduler goes by the machine's clock: when that was set back, it would sleep until the old time comes again."""
    log.warning("the scheduler did not come round; was the clock set back?")
    for job in scheduler.get_jobs():
        scheduler.reschedule_job(job.id, trigger="interval", seconds=TICK_S)


def once(office: Office, accounts: Sequence[ImapAccount], smtp_account: SmtpAccount) -> bool:
    """Works off all that is there, the steps side by side; False when a mailbox could not be read, or its mails not
    filed away."""
    signals = Signals()
    holds = holding.of(office.engine, office.name, [account.name for account in accounts])
    holds.look()
    watched = [receive.Watched(account=account, holding=holds) for account in accounts]
    with ThreadPoolExecutor(len(accounts) + 2, thread_name_prefix="once") as threads:
        keeping = threads.submit(holds.keep, signals.stop)
        taking_in = [threads.submit(_taken_in, office, one, signals) for one in watched]
        sending = threads.submit(_send_all, office, smtp_account, signals)
        try:
            _handle_all(office, signals, lambda: all(one.done() for one in taking_in))
            while schedule.tick(office):
                pass
        finally:
            signals.end()
        sending.result()
        keeping.result()
    holds.leave()
    return all(one.result() for one in taking_in)


def _taken_in(office: Office, watched: receive.Watched, signals: Signals) -> bool:
    """Whether a mailbox could be read, in a few tries, and its mails filed away; or another process reads it."""
    account = watched.account
    for left in reversed(range(ONCE_TRIES)):
        permit = watched.holding.permit(account.name)
        if permit is None:
            log.info("mailbox is read by another process", mailbox=account.name)
            return True
        try:
            with Mailbox.open(account) as box:
                receive.take_in(office, box, permit, wake=signals.handle.set)
        except LeaseLost:
            return True
        except MailboxUnreachable as trouble:
            log.error("mailbox unreachable", mailbox=account.name, reason=str(trouble), tries_left=left)
            if isinstance(trouble, MailboxRefused) or not left:
                return False
            sleep(ONCE_PAUSE_S)
        else:
            return office.vitals.is_well(vitals.filing(account.name))
    return False


def _handle_all(office: Office, signals: Signals, are_taken_in: Callable[[], bool]) -> None:
    """Handles what waits until nothing more can come, and gives what failed its further tries."""
    until = monotonic() + ONCE_PATIENCE_S
    with Readers(office.words, office.limits.readers) as readers:
        while True:
            signals.handle.clear()
            is_all_in = are_taken_in()
            for _ in handle.backlog(office, readers, lambda: False):
                signals.send.set()
            if not is_all_in:
                signals.handle.wait(ONCE_LOOK_S)
                until = monotonic() + ONCE_PATIENCE_S
                continue
            with reading(office.engine) as conn:
                next_at = inbox.next_waiting_at(conn)
            wait_s = (next_at - office.clock()).total_seconds() if next_at else ONCE_PATIENCE_S
            if monotonic() + wait_s >= until:
                return
            sleep(max(wait_s, 0.05))


def _send_all(office: Office, account: SmtpAccount, signals: Signals) -> None:
    """Sends what is due until the others have stopped and nothing more is."""
    with Smtp(account) as smtp:
        while True:
            signals.send.wait()
            signals.send.clear()
            is_last = signals.stop.is_set()
            while send.due_mails(office, smtp):
                pass
            if is_last:
                return
