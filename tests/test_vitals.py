"""A fault is told once when it stands and once when it is over; one lost connection is no news."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import structlog
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from notify import webhook
from ombud import fault_watch, vitals
from ombud.fault_watch import FaultWatch
from ombud.second_path import PAUSE_S, SecondPath
from ombud.vitals import Vitals
from tests.desk import Desk
from tests.servers import free_port

MAILBOX = vitals.mailbox("desk")
LONG_S = 20.0


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
    path = SecondPath(post=lambda text: heard.append(text) or "")
    office.vitals.now = watch
    faults = FaultWatch(office, [path])
    for second in (0, 30, 60, 90):
        watch.seconds = second
        office.vitals.failed(MAILBOX, "connection refused")
        with capture_logs() as logs:
            faults.look()
        assert [line["log_level"] for line in logs] == (["error"] if second == 60 else [])
    assert office.meters.registry.get_sample_value("ombud_faults_total", {"what": MAILBOX}) == 1
    office.vitals.well(MAILBOX)
    with capture_logs() as logs:
        faults.look()
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
    faults = FaultWatch(office)
    for second in range(0, 70, 5):
        watch.seconds = second
        office.vitals.failed(vitals.DATABASE, "database or disk is full")
        faults.look()
    assert [fault.what for fault in office.vitals.standing()] == [vitals.DATABASE]
    watch.seconds += fault_watch.QUIET_S
    faults.look()
    assert not office.vitals.standing()

    def gone(_conn: object) -> None:
        cause = OSError("server closed the connection")
        raise OperationalError("SELECT", {}, cause) from cause

    monkeypatch.setattr("ombud.fault_watch.inbox.next_waiting_at", gone)
    for _ in range(14):
        watch.seconds += 5
        faults.look()
    (fault,) = office.vitals.standing()
    assert fault.reason == "server closed the connection"


def test_a_database_that_gives_no_answer_is_out_of_reach(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office, watch, thawed = desk.office, Watch(), threading.Event()
    office.vitals.now = watch
    monkeypatch.setattr("ombud.fault_watch.inbox.next_waiting_at", lambda _: thawed.wait(LONG_S))
    monkeypatch.setattr(fault_watch, "PROMPT_S", 0.01)
    faults = FaultWatch(office)
    for watch.seconds in range(0, 80, 5):
        faults.look()
    (fault,) = office.vitals.standing()
    assert (fault.what, fault.reason) == (vitals.DATABASE, "no answer for 75 s")
    thawed.set()
    monkeypatch.undo()
    assert _comes_true(lambda: faults.look() or not office.vitals.standing(), watch)


def _comes_true(seen: Callable[[], bool], watch: Watch) -> bool:
    """Whether it does in time, the watch going on."""
    until = time.monotonic() + LONG_S
    while not seen() and time.monotonic() < until:
        watch.seconds += fault_watch.QUIET_S
        time.sleep(0.01)
    return seen()


def test_texts_wait_for_a_robot_that_is_away_and_come_once_in_order() -> None:
    watch, heard, tried = Watch(), list[str](), list[str]()

    def post(text: str) -> str:
        tried.append(text)
        if watch.seconds < 100:
            return "TimeoutError"
        heard.append(text)
        return ""

    path = SecondPath(post=post, now=watch)
    path.tell("down")
    for watch.seconds in (0, 5, PAUSE_S, 65):
        path.flush()
    assert tried == ["down", "down"], "it is not asked at every look"
    path.tell("up")
    for watch.seconds in (PAUSE_S * 2, PAUSE_S * 2 + 5):
        path.flush()
    assert heard == ["down", "up"]


@pytest.mark.parametrize(
    ("form", "answer", "result"),
    [
        ("wecom", (200, b'{"errcode":0,"errmsg":"ok"}'), ""),
        ("wecom", (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), "errcode 93000"),
        ("slack", (200, b"ok"), ""),
        ("slack", (404, b"no_service"), "HTTP 404"),
        ("slack", (302, b""), "HTTP 302"),
    ],
)
def test_what_the_robot_says(form: str, answer: tuple[int, bytes], result: str) -> None:
    with robot(*answer) as (port, got):
        url = f"http://127.0.0.1:{port}/send?key=geheim"
        assert webhook.post(webhook.Webhook(url=url, form=form), "故障 fault") == result  # type: ignore[arg-type]
    said = (
        {"text": "故障 fault"} if form == "slack" else {"msgtype": "text", "text": {"content": "故障 fault"}}
    )
    assert got == [("/send?key=geheim", said)]


def test_a_robot_that_is_away_is_told_without_its_key() -> None:
    gone = webhook.Webhook(url=f"http://127.0.0.1:{free_port()}/send?key=geheim")
    assert webhook.post(gone, "fault") == "ConnectionRefusedError"
    assert "geheim" not in repr(gone)


@contextmanager
def robot(status: int, content: bytes) -> Iterator[tuple[int, list[tuple[str, object]]]]:
    """A group chat's robot on loopback, with one answer to everything."""
    got: list[tuple[str, object]] = []

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Robot) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port, got
        server.shutdown()
        thread.join()
