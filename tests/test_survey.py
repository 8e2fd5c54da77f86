"""The course of a satisfaction survey on the real store: plan, batches, reminders, approval, the clock."""

from dataclasses import replace

import pytest

from ombud import survey_job, survey_plan
from ombud.mailroom import Limits
from process.survey import State
from tests.company import COLLECTION as MANAGER
from tests.company import DESK_A, GENERAL, SERVICE_MANAGER, USER
from tests.desk import DESK, Desk
from tests.survey_company import (
    COLLECTION,
    FULL,
    LOANS,
    approved,
    asked,
    at,
    closed,
    company,
    first,
    forms,
    now,
    published,
    running,
)  # fmt: skip


def test_a_plan_waits_for_the_it_service_manager(desk: Desk) -> None:
    desk.organisation = company({LOANS: 4, COLLECTION: 3})
    survey = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    desk.collect()
    (mail,) = desk.got(SERVICE_MANAGER, "survey_plan")
    assert "催收系统开发部：总人数 3 · 应发 3" in mail.text
    assert "10. 意见建议" in mail.text
    desk.move(days=1)
    assert not desk.got(first(desk), "survey_form"), "nothing goes out before the go-ahead"
    desk.write(SERVICE_MANAGER, mail.subject, "批准")
    assert now(desk, survey).state is State.APPROVED


def test_a_plan_sent_back_is_planned_anew(desk: Desk) -> None:
    desk.organisation = company({LOANS: 4})
    survey = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    desk.collect()
    desk.answer(SERVICE_MANAGER, "survey_plan", "退回")
    assert now(desk, survey).state is State.PLANNED, "a reason is asked for"
    desk.answer(SERVICE_MANAGER, "survey_plan", "退回 时间太早")
    assert now(desk, survey).state is State.REJECTED
    assert now(desk, survey).reason == "时间太早"
    again = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=at("2026-12-01 09:00")))
    assert (again.number, now(desk, again).state) == (survey.number, State.PLANNED)
    assert len(forms(desk, again)) == 4


def test_only_the_it_service_manager_approves(desk: Desk) -> None:
    desk.organisation = company({LOANS: 4})
    survey = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    desk.collect()
    (mail,) = desk.got(SERVICE_MANAGER, "survey_plan")
    for person in (GENERAL, DESK_A, first(desk)):
        desk.write(person, f"Re: {mail.subject}", "批准")
    assert now(desk, survey).state is State.PLANNED


def test_one_survey_a_year_and_nobody_in_scope(desk: Desk) -> None:
    with pytest.raises(survey_plan.NotPlanned, match="nobody is in scope"):
        survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    running(desk, {LOANS: 4})
    with pytest.raises(survey_plan.NotPlanned, match="already"):
        survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))


def test_the_same_seed_draws_the_same_people(desk: Desk) -> None:
    desk.organisation = company({LOANS: 120, COLLECTION: 60})
    wish = survey_plan.Wish(opens_at=desk.now, is_sampled=True, seed="2026")
    survey = survey_plan.plan(desk.office, wish)
    drawn = [one.party.key for one in forms(desk, survey)]
    assert survey.invited == len(drawn) < 180
    again = survey_plan.plan(desk.office, wish)
    assert [one.party.key for one in forms(desk, again)] == drawn
    other = survey_plan.plan(desk.office, replace(wish, seed="2027"))
    assert [one.party.key for one in forms(desk, other)] != drawn


def test_forms_go_out_in_batches_within_half_of_the_outgoing_budget(desk: Desk) -> None:
    desk.office = replace(desk.office, limits=Limits(outgoing_per_hour=20))
    survey = approved(desk, {LOANS: 24})
    sent = []
    for _ in range(4):
        desk.move(minutes=20)
        sent.append(sum(form.sent_at is not None for form in forms(desk, survey)))
    assert sent == [10, 10, 10, 20], "ten an hour, whatever the clock ticks"
    desk.move(hours=1)
    assert len([mail for mail in desk.sent if mail.header("x-ombud-notice") == "survey_form"]) == 24


def test_a_form_is_no_answer_and_is_never_left_out_for_a_budget(desk: Desk) -> None:
    """What is noted as sent was sent, however many answers the person got that day."""
    desk.office = replace(desk.office, limits=Limits(replies_per_day=1))
    survey = approved(desk, {LOANS: 3})
    for what in ("打印机", "邮箱"):
        desk.write(first(desk), f"投诉{what}", f"{what}坏了三天没人管，你们的服务太差，我要投诉。")
    assert len(desk.got(first(desk))) == 1, "the second complaint is taken, but not answered"
    desk.move(minutes=1)
    assert forms(desk, survey)[0].sent_at is not None
    assert len(desk.got(first(desk), "survey_form")) == 1


def test_forms_wait_for_office_hours(desk: Desk) -> None:
    desk.now = at("2026-11-23 17:50")
    desk.organisation = company({LOANS: 3})
    survey_plan.plan(desk.office, survey_plan.Wish(opens_at=at("2026-11-23 20:00")))
    desk.collect()
    desk.answer(SERVICE_MANAGER, "survey_plan", "批准")
    desk.move_to(at("2026-11-23 21:00"))
    assert not desk.got(first(desk), "survey_form")
    desk.move_to(at("2026-11-24 09:01"))
    assert len(desk.got(first(desk), "survey_form")) == 1


def test_reminders_go_once_a_rung_to_those_without_an_answer(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", FULL)
    for when in (*survey.remind_at, *survey.remind_at):
        desk.move_to(max(when, desk.now))
        desk.move(minutes=5)
    counts = [len(desk.got(f"a0{n}@corp.example", "survey_reminder")) for n in (1, 2, 3)]
    assert counts == [0, 2, 2]


def test_who_was_not_reached_is_not_reminded(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    (form,) = desk.got(first(desk), "survey_form")
    desk.put(_bounce(form.message_id, first(desk).address))
    assert forms(desk, survey)[0].bounced_at is not None
    desk.move_to(survey.remind_at[0])
    desk.move(minutes=5)
    assert not desk.got(first(desk), "survey_reminder")
    assert len(desk.got("a02@corp.example", "survey_reminder")) == 1


def _bounce(message_id: str, address: str) -> bytes:
    """A delivery report as Postfix writes it (RFC 3464)."""
    return "\r\n".join((
        "Return-Path: <>", "From: MAILER-DAEMON@corp.example", f"To: {DESK}", "Subject: Undelivered Mail",
        "Message-ID: <b1@corp.example>", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "I'm sorry.", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; corp.example", "",
        f"Final-Recipient: rfc822; {address}", "Action: failed", "Status: 5.1.1", "",
        "--b", "Content-Type: text/rfc822-headers", "", f"Message-ID: <{message_id}>", "", "--b--", "",
    )).encode()  # fmt: skip


def test_the_report_goes_from_draft_over_approval_to_its_readers(desk: Desk) -> None:
    survey = running(desk, {LOANS: 6})
    for n in range(1, 7):
        desk.answer(asked(desk, f"a0{n}@corp.example"), "survey_form", FULL)
    closed(desk, survey)
    desk.answer(SERVICE_MANAGER, "survey_report", "备注 增加夜间值班")
    assert "增加夜间值班" in desk.got(SERVICE_MANAGER, "survey_report")[-1].text
    desk.answer(SERVICE_MANAGER, "survey_report", "批准")
    assert now(desk, survey).state is State.SUBMITTED
    assert not desk.got(MANAGER, "survey_report")
    desk.answer(GENERAL, "survey_report", "退回 请补充原因分析")
    assert now(desk, survey).state is State.DRAFTED
    assert "请补充原因分析" in desk.got(SERVICE_MANAGER, "survey_report")[-1].text
    published(desk, survey)
    (mail,) = desk.got(MANAGER, "survey_report")
    assert "增加夜间值班" in mail.text
    assert "a01" not in mail.text, "no names were promised"
    desk.answer(GENERAL, "survey_report", "退回 晚了")
    assert now(desk, survey).state is State.PUBLISHED
    assert [event.what for event in desk.trail(survey.number)] == [
        "survey_planned", "survey_approved", "survey_opened", "survey_closed", "survey_drafted",
        "survey_report_remarked", "survey_report_submitted", "survey_report_rejected",
        "survey_report_submitted", "survey_published",
    ]  # fmt: skip


def test_the_report_goes_to_the_configured_list(desk: Desk) -> None:
    desk.office = replace(desk.office, survey=replace(desk.office.survey, publish_to=(USER.address,)))
    survey = running(desk, {LOANS: 6})
    desk.answer(first(desk), "survey_form", FULL)
    closed(desk, survey)
    published(desk, survey)
    assert desk.got(USER, "survey_report")
    assert not desk.got(MANAGER, "survey_report")


def test_the_status_is_answered_and_the_manager_closes_by_reply(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", FULL)
    desk.answer(SERVICE_MANAGER, "survey_plan", "进度")
    assert "回收率：33.3%" in desk.got(SERVICE_MANAGER, "survey_status")[-1].text
    desk.answer(SERVICE_MANAGER, "survey_status", "关闭")
    assert now(desk, survey).state is State.CLOSED
    desk.move(minutes=1)
    assert now(desk, survey).state is State.DRAFTED


def test_the_clock_does_each_thing_once(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    for _ in range(3):
        assert survey_job.due(desk.office) == 0
    closed(desk, survey)
    assert survey_job.due(desk.office) == 0
    assert len(desk.got(SERVICE_MANAGER, "survey_report")) == 1
