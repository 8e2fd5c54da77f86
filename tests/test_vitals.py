"""A fault is told once when it stands and once when it is over; one lost connection is no news."""

from dataclasses import dataclass

import pytest
import structlog
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from ombud import fault_watch, vitals
from ombud.vitals import Vitals
from tests.desk import Desk

MAILBOX = vitals.mailbox("desk")


@dataclass(slots=True)
class Watch:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def told(state: Vitals) -> list[tuple[str, bool, float]]:
    return [(news.fault.what, news.is_over, news.seconds) for news in state.news()]


def test_one_failure_is_no_news_however_long_ago() -> None:
    watch = Watch()
    state = Vitals(standing_s=60, now=watch)
    state.failed(MAILBOX, "refused")
    watch.seconds = 3600
    assert not told(state)
    state.well(MAILBOX)
    assert not told(state)


def test_a_standing_fault_is_told_once_and_its_end_once() -> None:
    watch = Watch()
    state = Vitals(standing_s=60, now=watch)
    heard = []
    for second in range(0, 200, 10):
        watch.seconds = second
        state.failed(MAILBOX, f"refused {second}")
        heard += told(state)
    assert heard == [(MAILBOX, False, 60)]
    watch.seconds = 500
    state.well(MAILBOX)
    state.well(MAILBOX)
    assert told(state) == [(MAILBOX, True, 500)]
    assert not told(state)


def test_a_success_between_begins_the_count_anew() -> None:
    watch = Watch()
    state = Vitals(standing_s=60, now=watch)
    for second in range(0, 600, 30):
        watch.seconds = second
        state.failed(vitals.SMTP, "421")
        if second % 60 == 30:
            state.well(vitals.SMTP)
    assert not told(state)
    assert not state.standing()


def test_reasons_are_bounded_and_on_one_line() -> None:
    state = Vitals(standing_s=0, now=Watch())
    state.failed(MAILBOX, "a\r\nINFO forged line\x1b[2J" + "x" * 10_000)
    (fault,) = state.standing()
    assert fault.reason.isprintable()
    assert len(fault.reason) == vitals.REASON_CHARS_MAX


def test_the_watch_logs_meters_and_tells_by_the_second_path(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A logger that no earlier test has bound to another configuration.
    monkeypatch.setattr(fault_watch, "log", structlog.get_logger())
    office, watch, heard = desk.office, Watch(), list[str]()
    office.vitals.now = watch
    for second in (0, 30, 60, 90):
        watch.seconds = second
        office.vitals.failed(MAILBOX, "connection refused")
        with capture_logs() as logs:
            fault_watch.look(office, heard.append)
        assert [line["log_level"] for line in logs] == (["error"] if second == 60 else [])
    assert office.meters.registry.get_sample_value("ombud_faults_total", {"what": MAILBOX}) == 1
    office.vitals.well(MAILBOX)
    with capture_logs() as logs:
        fault_watch.look(office, heard.append)
    assert [line["event"] for line in logs] == ["fault over"]
    assert heard == [
        "Ombud 故障 / fault: mailbox desk (60 s): connection refused",
        "Ombud 恢复 / recovered: mailbox desk (90 s)",
    ]


def test_a_database_that_reads_is_not_well_while_steps_fail_on_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, watch = desk.office, Watch()
    office.vitals.now = watch
    for second in range(0, 70, 5):
        watch.seconds = second
        office.vitals.failed(vitals.DATABASE, "database or disk is full")
        fault_watch.look(office)
    assert [fault.what for fault in office.vitals.standing()] == [vitals.DATABASE]
    watch.seconds += fault_watch.QUIET_S
    fault_watch.look(office)
    assert not office.vitals.standing()

    def gone(_conn: object) -> None:
        cause = OSError("server closed the connection")
        raise OperationalError("SELECT", {}, cause) from cause

    monkeypatch.setattr("ombud.fault_watch.inbox.next_waiting_at", gone)
    for _ in range(14):
        watch.seconds += 5
        fault_watch.look(office)
    (fault,) = office.vitals.standing()
    assert fault.reason == "server closed the connection"
