"""What is read when Prometheus asks: the tables' backlog, the standing faults, the mailboxes, the clock."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from ombud.office import Office
from ombud.schedule import TICK_S
from process.case import State
from store import backlog, leases
from store.backlog import Backlog
from store.database import reading
from store.leases import Shares

MAILBOX_STATES = ("reading", "idle", "polling", "standby", "unreachable")


class Gauges(Collector):
    """Asked at each scrape; a database that does not answer leaves its gauges out and is told of by one."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def collect(self) -> Iterator[Metric]:
        """All gauges of this moment."""
        yield from self._vitals()
        try:
            now = self._office.clock()
            with reading(self._office.engine) as conn:
                found, shares = backlog.read(conn, now), leases.shares(conn)
        except SQLAlchemyError:
            yield _gauge("ombud_database_up", "Whether the database answered this scrape.", 0)
            return
        yield _gauge("ombud_database_up", "Whether the database answered this scrape.", 1)
        yield from _stored(found, now)
        yield from _shared(shares)

    def _vitals(self) -> Iterator[Metric]:
        vitals = self._office.vitals
        mailboxes = _family("ombud_mailbox_state", "What a mailbox's connection does.", "mailbox", "state")
        for name, doing in vitals.mailboxes().items():
            for state in MAILBOX_STATES:
                mailboxes.add_metric((name, state), float(state == doing))
        late = _family("ombud_job_lateness_seconds", "By how much a job of the clock is late.", "job")
        for job, seconds in vitals.jobs_s().items():
            late.add_metric((job,), max(0.0, seconds - TICK_S))
        faults = _family("ombud_fault_seconds", "How long a standing fault has lasted.", "what")
        for fault in vitals.standing():
            faults.add_metric((fault.what,), vitals.now() - fault.since_s)
        yield from (mailboxes, late, faults)


def _stored(found: Backlog, now: datetime) -> Iterator[Metric]:
    def age_s(since: datetime | None) -> float:
        return max(0.0, (now - since).total_seconds()) if since else 0.0

    for name, text, value in (
        ("ombud_mails_waiting", "Mails stored and not handled.", found.mails_waiting),
        ("ombud_mails_waiting_age_seconds", "Age of the oldest.", age_s(found.mails_waiting_since)),
        ("ombud_mails_failing", "Waiting mails that failed before.", found.mails_failing),
        ("ombud_mails_set_aside", "Mails that wait for release or discard.", found.mails_set_aside),
        ("ombud_outbox_waiting", "Mails that are to go out.", found.outbox_waiting),
        ("ombud_outbox_waiting_age_seconds", "Age of the oldest.", age_s(found.outbox_waiting_since)),
        ("ombud_outbox_retried", "Waiting mails that were tried before.", found.outbox_retried),
        ("ombud_outbox_tries_max", "Tries of the one tried most often.", found.outbox_tries_max),
        ("ombud_complaints_overdue", "Open complaints behind their due date.", found.overdue),
        ("ombud_log_entries", "Entries of the hashed log.", found.log_entries),
    ):
        yield _gauge(name, text, value)
    if found.last_digest_at is not None:
        at = found.last_digest_at.timestamp()
        yield _gauge("ombud_last_digest_timestamp_seconds", "When the last digest was written.", at)
    states = _family("ombud_complaints_open", "Open complaints.", "state", "step")
    counts = dict(found.open_by_state)
    for state in State:
        if state is not State.CLOSED:
            states.add_metric((state.value, state.step_code), counts.get(state.value, 0))
    yield states


def _shared(shares: Shares) -> Iterator[Metric]:
    yield _gauge("ombud_services", "Processes that share the database.", len(shares.services))
    left = _family(
        "ombud_mailbox_lease_seconds", "Until the lease of a mailbox runs out.", "mailbox", "holder"
    )
    for lease in shares.leases:
        left.add_metric((lease.mailbox, lease.holder), lease.seconds)
    yield left


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _family(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)
