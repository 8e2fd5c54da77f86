"""What a running service says of itself: metrics, health, readiness; and `ombud status`."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from structlog.testing import capture_logs

from notify.smtp import Smtp, SmtpAccount
from ombud import config, intake, mailboxes, observe, observed, outlets, pipeline, send, vitals, wiring
from ombud.__main__ import main
from ombud.crew import Signals
from ombud.gauges import Gauges
from ombud.second_path import SecondPath
from ombud.sections import ObserveSection
from tests.company import USER
from tests.desk import Desk
from tests.servers import HOST, Sink, free_port
from tests.site import USER as LIN
from tests.site import Site
from tests.test_service import wait_for

COMPLAINT = "催收系统登录不上，报了两天一直没人管，我要投诉！"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(desk: Desk) -> Samples:
    content = observe.answer(desk.office, "/metrics").content.decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(content)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


def test_metrics_tell_what_was_done_and_what_waits(desk: Desk) -> None:
    desk.office.meters.registry.register(Gauges(desk.office))
    desk.write(USER, "催收系统登录不上", COMPLAINT)
    desk.move(days=5)
    found = scraped(desk)
    assert value(found, "ombud_mails_total", kind="complaint", state="handled") == 1
    assert value(found, "ombud_mails_waiting") == 0
    assert value(found, "ombud_complaints_open", state="recorded", step="02") == 1
    assert value(found, "ombud_complaints_open", state="verifying", step="06") == 0
    assert value(found, "ombud_complaints_overdue") == 1
    assert (value(found, "ombud_outbox_waiting") or 0) >= 3
    assert value(found, "ombud_outbox_waiting_age_seconds") == 5 * 86_400
    assert value(found, "ombud_stage_seconds_count", stage="decide") == 1
    assert value(found, "ombud_job_lateness_seconds", job="remind.due") == 0
    assert value(found, "ombud_database_up") == 1
    assert not [name for name, _ in found if "corp.example" in name or not name.startswith("ombud_")]


def test_deliveries_and_an_smtp_server_that_is_gone(desk: Desk, sink: Sink) -> None:
    desk.office.meters.registry.register(Gauges(desk.office))
    desk.office.vitals.standing_s = 0
    desk.write(USER, "催收系统登录不上", COMPLAINT)
    gone = SmtpAccount(host=HOST, port=free_port(), security="plain", timeout_s=2)
    with Smtp(gone) as smtp:
        tried = send.due_mails(desk.office, smtp)
    assert [fault.what for fault in desk.office.vitals.standing()] == [vitals.SMTP]
    assert observe.answer(desk.office, "/readyz").status is HTTPStatus.OK, "mail is taken in, and waits"
    found = scraped(desk)
    assert value(found, "ombud_deliveries_total", outcome="deferred") == send.SILENT_MAX < tried
    assert value(found, "ombud_outbox_retried") == tried
    assert value(found, "ombud_outbox_tries_max") == 1
    desk.move(days=2)
    with Smtp(SmtpAccount(host=HOST, port=sink.port, security="plain")) as smtp:
        assert send.due_mails(desk.office, smtp)
    assert not desk.office.vitals.standing()


def test_readiness_follows_mailbox_and_database(desk: Desk) -> None:
    state, moment = desk.office.vitals, [0.0]
    state.now = lambda: moment[0]
    for what in (vitals.mailbox("desk"), vitals.DATABASE):
        for moment[0] in (0.0, state.standing_s):
            assert observe.answer(desk.office, "/readyz").status is HTTPStatus.OK
            state.failed(what, "refused")
        found = observe.answer(desk.office, "/readyz")
        assert found.status is HTTPStatus.SERVICE_UNAVAILABLE
        assert json.loads(found.content)["faults"] == [{"what": what, "reason": "refused", "seconds": 60.0}]
        state.well(what)
    assert observe.answer(desk.office, "/readyz").status is HTTPStatus.OK


def test_health_is_the_clocks_beat(desk: Desk) -> None:
    state, moment = desk.office.vitals, [0.0]
    state.now = lambda: moment[0]
    state.beat()
    moment[0] = observe.BEAT_S_MAX
    assert observe.answer(desk.office, "/healthz").status is HTTPStatus.OK
    moment[0] += 1
    assert observe.answer(desk.office, "/healthz").status is HTTPStatus.SERVICE_UNAVAILABLE


def test_metrics_without_a_database_keep_what_the_process_knows(desk: Desk) -> None:
    desk.office.meters.registry.register(Gauges(desk.office))
    desk.write(USER, "催收系统登录不上", COMPLAINT)
    with desk.office.engine.begin() as conn:
        conn.execute(text("ALTER TABLE outbox RENAME TO away"))
    found = scraped(desk)
    assert value(found, "ombud_database_up") == 0
    assert value(found, "ombud_mails_total", kind="complaint", state="handled") == 1
    assert value(found, "ombud_outbox_waiting") is None


def test_a_port_that_is_taken_stops_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "log", structlog.get_logger())
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        where = ObserveSection(port=taken.getsockname()[1])
        with capture_logs() as logs, observe.serving(desk.office, where):
            pass
    assert [line["log_level"] for line in logs] == ["error"]


def test_only_reading_is_answered(desk: Desk) -> None:
    where = ObserveSection(port=free_port())
    with observe.serving(desk.office, where):
        for method, path, status in (
            ("GET", "/healthz", 200), ("HEAD", "/metrics", 200), ("GET", "/etc/passwd", 404),
            ("POST", "/readyz", 501), ("DELETE", "/metrics", 501),
        ):  # fmt: skip
            connection = HTTPConnection(HOST, where.port, timeout=5)
            connection.request(method, path)
            with closing(connection):
                assert connection.getresponse().status == status, (method, path)


@contextmanager
def running(site: Site, heard: list[str]) -> Iterator[None]:
    """The service within this process, its clock and retries quick."""
    settings = config.load(site.config)
    office, signals = wiring.office(settings), Signals()
    outside = pipeline.Outside(
        smtp=outlets.smtp(settings),
        second_paths=(SecondPath(post=lambda text: heard.append(text) or ""),),
    )

    def run() -> None:
        with intake.reading(office, mailboxes.accounts(settings), signals) as crew:
            pipeline.run(office, outside, crew)

    thread = threading.Thread(target=run)
    with observe.serving(office, settings.observe):
        thread.start()
        try:
            yield
        finally:
            signals.end()
            thread.join(60)
            office.engine.dispose()
    assert not thread.is_alive()


def test_status_and_readiness_while_the_mailbox_comes_and_goes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, quick in (
        ("pipeline.TICK_S", 0.2),
        ("receive.BACKOFF_FIRST_S", 0.1),
        ("receive.BACKOFF_MAX_S", 0.2),
    ):
        monkeypatch.setattr(f"ombud.{name}", quick)
    where, heard = ObserveSection(port=free_port()), list[str]()
    site.configure(observe={"port": where.port, "standing_s": 0.1})

    def mailbox() -> str:
        return str(observed.state(where.host, where.port)["mailboxes"].get("desk"))

    with running(site, heard):
        wait_for(lambda: mailbox() == "idle")
        site.write(LIN, "催收系统登录不上", COMPLAINT)
        wait_for(lambda: bool(site.got(LIN, "acknowledgement")))
        site.dovecot.stop()
        wait_for(lambda: len(heard) == 1)
        (record,) = site.json("status")
        assert (record["is_ready"], record["mailboxes"]) == (False, {"desk": "unreachable"})
        assert record["open_by_state"] == {"recorded": 1}
        assert len(record["log_head"]) == 64
        site.dovecot.start()
        wait_for(lambda: len(heard) == 2)
        wait_for(lambda: mailbox() == "idle")
    assert ["故障" in heard[0], "恢复" in heard[1]] == [True, True], heard
    (record,) = site.json("status")
    assert "not running" in record["unknown"]


def test_status_at_the_terminal(desk: Desk, tmp_path: Path) -> None:
    desk.write(USER, "催收系统登录不上", COMPLAINT)
    example = Path(__file__).parents[1] / "config.toml"
    url = desk.office.engine.url.render_as_string(hide_password=False)
    content = example.read_text("utf-8").replace("sqlite:///data/ombud.db", url)
    file = tmp_path / "config.toml"
    file.write_text(content.replace('"ombud/sample/', f'"{example.parent}/ombud/sample/'), "utf-8")
    done = CliRunner().invoke(main, ["--config", str(file), "status"])
    assert done.exit_code == 0, done.output
    for words in ("02 recorded", "outbox waiting", "log head", "[observe] has no port"):
        assert words in done.output, done.output
