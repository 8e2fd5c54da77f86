"""Tells a standing fault by a second path, once, and tells when it is over.

Mail is the first path, and it may be the very thing that is broken: so a log line at ERROR, a metric, and the robot
or the second SMTP server where one is configured.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ombud import vitals
from ombud.office import Office
from ombud.schedule import TICK_S
from ombud.second_path import SecondPath
from ombud.vitals import News
from store import inbox
from store.database import BUSY_TIMEOUT_S, reading

log = structlog.get_logger()

QUIET_S = BUSY_TIMEOUT_S + 3 * TICK_S
"""A database that answers the probe is well only when no step failed on it for so long: a full disk reads, and on a
locked one a step waits before it fails."""

ANSWER_S = 15.0
"""A database that leaves a question for so long unanswered is out of reach; it may still hold its connections."""
PROMPT_S = 1.0
"""How long a look waits for the answer; a later one sees what came of it."""


@dataclass(slots=True)
class FaultWatch:
    """Looks every few seconds."""

    office: Office
    second_paths: Sequence[SecondPath] = ()
    _asking: threading.Thread | None = None
    """Waits for the database's answer: one that is frozen gives none, and no error either."""
    _asked_s: float = 0.0

    def look(self) -> None:
        """Probes the database and tells what is new."""
        self._ask()
        for news in self.office.vitals.news():
            _told(self.office, news)
            for path in self.second_paths:
                path.tell(words(news))
        for path in self.second_paths:
            path.flush()

    def _ask(self) -> None:
        now = self.office.vitals.now
        if self._asking is not None and self._asking.is_alive():
            waited_s = now() - self._asked_s
            if waited_s >= ANSWER_S:
                self.office.vitals.failed(vitals.DATABASE, f"no answer for {waited_s:.0f} s")
            return
        self._asked_s = now()
        self._asking = threading.Thread(
            target=_probe, args=(self.office,), name="database probe", daemon=True
        )
        self._asking.start()
        self._asking.join(PROMPT_S)


def _probe(office: Office) -> None:
    try:
        with reading(office.engine) as conn:
            inbox.next_waiting_at(conn)
    except SQLAlchemyError as trouble:
        office.vitals.failed(vitals.DATABASE, str(trouble.__cause__ or trouble))
    else:
        if office.vitals.calm_s(vitals.DATABASE) >= QUIET_S:
            office.vitals.well(vitals.DATABASE)


def _told(office: Office, news: News) -> None:
    fault, seconds = news.fault, round(news.seconds)
    if news.is_over:
        log.warning("fault over", what=fault.what, seconds=seconds)
    else:
        office.meters.faults.labels(fault.what).inc()
        log.error("fault stands", what=fault.what, reason=fault.reason, seconds=seconds)


def words(news: News) -> str:
    """What people read."""
    fault, seconds = news.fault, round(news.seconds)
    if news.is_over:
        return f"Ombud 恢复 / recovered: {fault.what} ({seconds} s)"
    return f"Ombud 故障 / fault: {fault.what} ({seconds} s): {fault.reason}"
