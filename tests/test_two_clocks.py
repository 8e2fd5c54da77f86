"""Every job of the clock under several schedulers at the same instant, each on a connection of its own: what is due happens
once, on SQLite and on PostgreSQL.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from ombud import (
    call_back,
    digest,
    remind,
    reporting,
    retention,
    reviewing,
    schedule,
    send,
    set_back,
    survey_job,
)
from ombud.office import Office
from ombud.owed import Owed
from process.outgoing import Outcome, Outgoing, Sent
from process.retention import RetentionRules
from store import database, events, outbox
from store.complaints import Stale
from store.tables import event
from tests import review_meeting, survey_company
from tests.callback_desk import ITSM, THREE, export, with_rules
from tests.company import SERVICE_MANAGER, USER
from tests.desk import Desk
from tests.report_month import closed, drafted, late_mail
from tests.test_clock import COMPLAINT, complain
from tests.test_ladder import at

CLOCKS = 3
SIZES = {"催收系统开发部": 4, "个贷系统开发部": 3}

Job = Callable[[Office], int]


def _several_ladders(desk: Desk) -> None:
    for what in ("打印机", "网络", "邮箱"):
        desk.write(USER, f"{what}又坏了", f"{what}又坏了，一周了没人处理，我要投诉你们！")
    desk.now += timedelta(days=3)


def _day(desk: Desk) -> None:
    complain(desk)
    desk.now = at("2026-11-24 08:30")


def _orders(desk: Desk) -> None:
    desk.office = replace(desk.office, work_order_senders=frozenset({ITSM}))
    export(desk, *THREE)
    desk.now = at("2026-11-23 09:01")


def _questions(desk: Desk) -> None:
    with_rules(desk, mode="user")
    _orders(desk)


def _month(desk: Desk) -> None:
    closed(desk)
    desk.now = at("2026-12-03 09:00")


def _late_mail(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    late_mail(desk)
    desk.now = at("2026-12-08 09:00")


def _survey_opens(desk: Desk) -> None:
    survey_company.approved(desk, SIZES)
    desk.now += timedelta(minutes=1)


def _survey_reminds(desk: Desk) -> None:
    survey = survey_company.running(desk, SIZES)
    desk.now = survey.remind_at[0] + timedelta(minutes=1)


def _survey_ends(desk: Desk) -> None:
    survey = survey_company.running(desk, SIZES)
    desk.now = survey.closes_at + timedelta(minutes=1)


def _review_is_over(desk: Desk) -> None:
    review_meeting.planned(review_meeting.prepared(desk))
    desk.now = at("2026-12-15 16:05")


def _actions_are_late(desk: Desk) -> None:
    review_meeting.minuted(review_meeting.prepared(desk))
    desk.now = at("2027-02-01 10:00")


def _old_mails(desk: Desk) -> None:
    for number in range(5):
        desk.write(USER, f"申请权限 {number}", "请帮忙开通权限，谢谢。")
    desk.now += timedelta(days=70)
    desk.office = replace(desk.office, retention=RetentionRules(months=2))


CASES: tuple[tuple[Job, Callable[[Desk], None], dict[str, int]], ...] = (
    (remind.due, _several_ladders, {"reminders": 3}),
    (digest.daily, _day, {"digest": 2}),
    (call_back.daily, _orders, {"callback_worklist": 2}),
    (call_back.daily, _questions, {"callback_question": 3}),
    (reporting.due, _month, {"report_draft": 1}),
    (reporting.corrections, _late_mail, {"report_correction_draft": 1}),
    (survey_job.due, _survey_opens, {"survey_form": 7}),
    (survey_job.due, _survey_reminds, {"survey_reminder": 7}),
    (survey_job.due, _survey_ends, {"survey_report": 1}),
    (reviewing.due, _review_is_over, {"review_minutes": 1}),
    (reviewing.due, _actions_are_late, {"action": 2, "review_news": 2}),
    (retention.daily, _old_mails, {}),
)


@pytest.mark.parametrize(("job", "prepare", "expected"), CASES)
def test_what_is_due_happens_once(
    desk: Desk, job: Job, prepare: Callable[[Desk], None], expected: dict[str, int]
) -> None:
    prepare(desk)
    before, written = _letters(desk), len(_entries(desk))
    _at_the_same_instant(desk, lambda office: _worked_off(job, office))
    new = _letters(desk) - before
    assert Counter(template for template, _, _ in new.elements()) == expected
    assert set(new.values()) <= {1}, "nobody hears the same of the same matter twice"
    said = Counter(_entries(desk)[written:])
    assert set(said.values()) <= {1}
    assert job(desk.office) == 0
    with database.reading(desk.office.engine) as conn:
        assert events.verify(conn) == ""


def test_every_job_is_looked_at_here() -> None:
    """A new job needs its line above; `set_back.healed` writes to nobody and changes when mails are due, no more."""
    assert set(schedule.JOBS) - {set_back.healed} == {job for job, _, _ in CASES}


class Server:
    """Takes every mail."""

    def send(self, outgoing: Outgoing) -> Outcome:
        return Sent(reply="250 fine")


def test_the_budget_of_the_hour_holds_for_all_senders_together(desk: Desk) -> None:
    for number in range(6):
        desk.write(f"user{number}@corp.example", f"第{number}次", COMPLAINT)
    desk.office = replace(desk.office, limits=replace(desk.office.limits, outgoing_per_hour=5))

    def sends(office: Office) -> None:
        while send.due_mails(office, Server()):
            pass

    _at_the_same_instant(desk, sends)
    with database.reading(desk.office.engine) as conn:
        rows = outbox.listed(conn)
    gone = [row for row in rows if row.state == "sent" and row.template != "alert"]
    assert len(gone) == 5
    assert len([row for row in rows if row.template == "alert"]) == 2, (
        "each engineer hears once that it is used up"
    )


def _at_the_same_instant(desk: Desk, work: Callable[[Office], None]) -> None:
    url, start = desk.office.engine.url.render_as_string(hide_password=False), Barrier(CLOCKS)

    def runs(number: int) -> None:
        office = replace(
            desk.office, engine=database.open_database(url), name=f"host{number}:1:ab", owed=Owed()
        )
        try:
            start.wait()
            work(office)
        finally:
            office.engine.dispose()

    with capture_logs(), ThreadPoolExecutor(CLOCKS) as pool:
        list(pool.map(runs, range(CLOCKS)))


def _worked_off(job: Job, office: Office) -> None:
    """As `schedule.tick` does it, until nothing is left."""
    while True:
        try:
            if not job(office):
                return
        except Stale:
            continue


def _letters(desk: Desk) -> Counter[tuple[str, str, str]]:
    with database.reading(desk.office.engine) as conn:
        return Counter((row.template, row.recipient_key, row.matter) for row in outbox.listed(conn))


def _entries(desk: Desk) -> list[tuple[str, str]]:
    """Matter and act of each entry of the log."""
    with database.reading(desk.office.engine) as conn:
        rows = conn.execute(select(event.c.number, event.c.what).order_by(event.c.seq))
        return [(row.number, row.what) for row in rows]
