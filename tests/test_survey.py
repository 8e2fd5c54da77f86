"""The course of a satisfaction survey on the real store: plan, batches, reminders, answers, complaint, report."""

from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from classify.people import Person
from classify.questionnaire import load
from ombud import survey_job, survey_plan
from ombud.office import Limits
from ombud.pseudonym import Pseudonym
from process.case import Source
from process.survey import State
from process.survey_answers import Standing
from process.survey_shown import fill_in
from store import database, erasure, survey_answers
from store.tables import survey_answer, survey_invitation
from tests import survey_letters
from tests.company import COLLECTION as MANAGER
from tests.company import DESK_A, GENERAL, SERVICE_MANAGER, USER
from tests.desk import DESK, Desk, mailto
from tests.survey_company import (
    COLLECTION,
    LOANS,
    approved,
    asked,
    at,
    closed,
    company,
    forms,
    marks,
    now,
    published,
    running,
)  # fmt: skip
from tests.survey_letters import Letter

FULL = "5 4 4 3 5 4 4 5 5"


def standings(desk: Desk, number: str) -> list[Standing]:
    with database.reading(desk.office.engine) as conn:
        return [one.standing for one in survey_answers.of_survey(conn, number)]


def first(desk: Desk) -> Person:
    return asked(desk, "a01@corp.example")


# Plan


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


# Batches and reminders


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


# Answers


def test_what_is_missing_is_asked_for_once(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", "1. 5\n2. 4")
    echo = desk.got(first(desk), "survey_read")[-1]
    assert "还差 7 题" in echo.subject
    desk.answer(first(desk), "survey_read", "3. 4\n4. 3")
    echo = desk.got(first(desk), "survey_read")[-1]
    assert "还差" not in echo.subject, "not asked again"
    assert "进度告知  4 满意" in echo.text
    desk.answer(first(desk), "survey_read", "其余都是 5")
    assert marks(desk, survey, first(desk).address) == {
        "channels": 5, "attitude": 4, "progress": 4, "competence": 3, "solution": 5, "time": 5, "process": 5,
        "complaints": 5, "overall": 5,
    }  # fmt: skip
    assert "已全部记录" in desk.got(first(desk), "survey_read")[-1].text


def test_the_last_answer_counts_and_doubled_ones_are_kept(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    for text in (FULL, "2 2 2 2 2 2 2 2 2", "2 2 2 2 2 2 2 2 2"):
        desk.answer(first(desk), "survey_form", text)
    assert set(marks(desk, survey, first(desk).address).values()) == {2}
    assert standings(desk, survey.number) == [Standing.COUNTED, Standing.COUNTED, Standing.DOUBLED]
    assert len(desk.got(first(desk), "survey_read")) == 2
    closed(desk, survey)
    report = desk.got(SERVICE_MANAGER, "survey_report")[-1].text
    assert "被本人后来的回答取代：1" in report
    assert "重复发送：1" in report


def test_late_forged_and_automatic_answers_are_kept_and_not_counted(desk: Desk) -> None:
    survey = running(desk, {LOANS: 4})
    (form,) = desk.got(first(desk), "survey_form")
    desk.write(asked(desk, "a02@corp.example"), f"Re: {form.subject}", FULL)
    desk.write("stranger@elsewhere.example", f"Re: {form.subject}", FULL, In_Reply_To=f"<{form.message_id}>")
    (mine,) = desk.got("a03@corp.example", "survey_form")
    desk.put(survey_letters.automatic("a03@corp.example", mine))
    assert standings(desk, survey.number) == [Standing.FORGED, Standing.FORGED, Standing.AUTOMATIC]
    assert marks(desk, survey, first(desk).address) == {}
    assert len(desk.got(DESK_A, "alert")) == 2
    assert not desk.cases()
    closed(desk, survey)
    desk.answer(asked(desk, "a04@corp.example"), "survey_form", FULL)
    assert standings(desk, survey.number)[-1] is Standing.LATE
    assert "不计入结果" in desk.got("a04@corp.example", "survey_read")[-1].text
    desk.answer(SERVICE_MANAGER, "survey_report", "备注 明年提前一周发出")
    report = desk.got(SERVICE_MANAGER, "survey_report")[-1].text
    assert "截止之后：1" in report
    assert "不是本人，或发件人无法确认：2" in report
    assert "自动回复：1" in report
    assert "回收率：0.0%（0 / 4）" in report


def test_a_failed_sender_is_not_believed(desk: Desk) -> None:
    desk.office = replace(desk.office, authserv_id="mx.corp.example")
    survey = running(desk, {LOANS: 3})
    (form,) = desk.got(first(desk), "survey_form")
    verdict = "mx.corp.example; dkim=fail header.d=corp.example; spf=fail smtp.mailfrom=corp.example; dmarc=fail header.from=corp.example"
    desk.write(
        first(desk), f"Re: {form.subject}", "1 1 1 1 1 1 1 1 1",
        In_Reply_To=f"<{form.message_id}>", Authentication_Results=verdict,
    )  # fmt: skip
    assert standings(desk, survey.number) == [Standing.FORGED]
    assert not desk.cases(), "nobody's complaint is opened by a forged mail"


def test_another_address_of_the_same_person_answers(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    (form,) = desk.got(first(desk), "survey_form")
    people = tuple(
        replace(one, addresses=(*one.addresses, "mobile01@corp.example"))
        if one.key == first(desk).key
        else one
        for one in desk.organisation.people
    )
    desk.organisation = replace(desk.organisation, people=people)
    desk.write("mobile01@corp.example", f"Re: {form.subject}", FULL)
    assert standings(desk, survey.number) == [Standing.COUNTED]


def test_words_without_answers_are_put_to_the_desk_when_they_may_be_a_complaint(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", "系统登录太慢，报修三天了没人管，我要投诉你们。")
    assert marks(desk, survey, first(desk).address) == {}
    assert "我要投诉" in desk.got(DESK_A, "ask_complaint")[-1].text


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        ("调查表.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "另存为 .xlsx"),
        ("调查表.xlsx", b"PK\x03\x04 torn", "不是 Excel 文件"),
        ("调查表.xlsx", bytes(2_100_000), "附件太大"),
    ],
)
def test_a_form_that_cannot_be_opened_is_told(desk: Desk, filename: str, content: bytes, said: str) -> None:
    running(desk, {LOANS: 3})
    (form,) = desk.got(first(desk), "survey_form")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = first(desk).address, DESK, f"Re: {form.subject}"
    mail["Message-ID"] = "<book@corp.example>"
    mail.set_content("见附件")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=filename)
    desk.put(mail.as_bytes())
    assert said in desk.got(first(desk), "survey_read")[-1].text


def test_the_ready_made_form_is_answered_in_a_new_mail(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    (form,) = desk.got(first(desk), "survey_form")
    (link,) = mailto(form.html)
    filled = "\r\n".join(
        f"{line}4" if "意见" not in line else f"{line}都好" for line in link.body.splitlines() if line
    )
    desk.write(first(desk), link.subject, filled)
    assert set(marks(desk, survey, first(desk).address).values()) == {4}
    assert "http" not in form.text, "there is nothing to click"
    assert 'href="http' not in form.html


# Complaint


def test_very_dissatisfied_opens_one_complaint_and_later_items_are_added(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", "5 4 1 3 5 4 4 5 5\n进度从来不说")
    (case,) = desk.cases()
    assert (case.source, case.complainant.key) == (Source.SURVEY, first(desk).key)
    assert "3. 进度告知" in case.text
    assert "进度从来不说" in case.text
    assert case.number in desk.got(first(desk), "survey_read")[-1].text
    assert desk.got(DESK_A, "task_accept", case.number)
    desk.answer(first(desk), "survey_form", "5 4 1 3 5 1 4 5 5")
    assert len(desk.cases()) == 1
    added = [event for event in desk.trail(case.number) if event.what == "informed"]
    assert "6. 处理时间" in added[-1].text
    assert "3. 进度告知" not in added[-1].text, "only what is new"
    closed(desk, survey)
    assert "由此登记的投诉：1" in desk.got(SERVICE_MANAGER, "survey_report")[-1].text


def test_very_dissatisfied_opens_a_complaint_even_when_it_comes_too_late(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    closed(desk, survey)
    desk.answer(first(desk), "survey_form", "1 1 1 1 1 1 1 1 1")
    assert [case.source for case in desk.cases()] == [Source.SURVEY]
    assert standings(desk, survey.number) == [Standing.LATE]


# Report


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


def test_raw_answers_show_nobody_and_small_departments_stand_together(desk: Desk) -> None:
    survey = running(desk, {LOANS: 8, COLLECTION: 2})
    for address in (*(f"a0{n}@corp.example" for n in range(1, 9)), "b01@corp.example"):
        desk.answer(asked(desk, address), "survey_form", FULL)
    closed(desk, survey)
    (book,) = desk.got(SERVICE_MANAGER, "survey_report")[-1].attachments
    sheets = openpyxl.load_workbook(BytesIO(book.content))
    cells = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert not any(cell.startswith(("a0", "b0")) for cell in cells)
    charts = {title: len(sheets[title]._charts) for title in ("各题结果", "各部门")}
    assert charts == {"各题结果": 2, "各部门": 1}, "native ones"
    departments = [row[0].value for row in sheets["各部门"].iter_rows(min_row=2) if row[0].value]
    assert departments == [f"{LOANS}、{COLLECTION}"], "one alone could be found by subtraction"
    assert {row[1].value for row in sheets["原始答案"].iter_rows(min_row=2)} == {f"{LOANS}、{COLLECTION}"}


def test_a_formula_in_an_answer_is_a_text_in_the_report(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    remark = '=HYPERLINK("http://evil.example","请点击")'
    desk.answer(first(desk), "survey_form", f"{FULL}\n10 {remark}")
    closed(desk, survey)
    (book,) = desk.got(SERVICE_MANAGER, "survey_report")[-1].attachments
    sheets = openpyxl.load_workbook(BytesIO(book.content))
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if "evil.example" in str(cell.value)], "the remark is shown"
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_names_are_shown_where_nothing_else_was_promised(desk: Desk) -> None:
    desk.office = replace(desk.office, survey=replace(desk.office.survey, is_pseudonymous=False))
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", FULL)
    assert "不显示姓名" not in desk.got(first(desk), "survey_form")[-1].text
    closed(desk, survey)
    (book,) = desk.got(SERVICE_MANAGER, "survey_report")[-1].attachments
    sheet = openpyxl.load_workbook(BytesIO(book.content))["原始答案"]
    assert sheet["A2"].value == "a01"


def english(desk: Desk) -> Person:
    """The first person of the survey, who is written to in English."""
    people = tuple(
        replace(one, language="en") if one.address == "a01@corp.example" else one
        for one in desk.organisation.people
    )
    desk.organisation = replace(desk.organisation, people=people)
    return first(desk)


@pytest.mark.parametrize(
    "letter",
    [
        Letter(client=survey_letters.gmail_en, inline=("5", "satisfied", "4", "3 neutral", "5", "4", "4", "n/a", "very satisfied")),
        Letter(client=survey_letters.outlook_en, inline=("5", "4", "4", "3", "5", "4", "4", "0", "5"), how="end"),
        Letter(top="See attached.", cells=("5 very satisfied", "4 satisfied", "4", "3 neutral", "5", "4", "4", "0 not applicable", "5")),
    ],
    ids=["behind", "end", "workbook"],
)  # fmt: skip
def test_the_english_form_is_answered(desk: Desk, letter: Letter) -> None:
    survey = approved(desk, {LOANS: 3})
    person = english(desk)
    desk.move(minutes=1)
    (form,) = desk.got(person, "survey_form")
    assert "please answer by 7 Dec 2026" in form.subject
    desk.put(survey_letters.message(letter, person.address, form, 1))
    assert "".join(str(value) for value in marks(desk, survey, person.address).values()) == "544354405"
    assert "recorded" in desk.got(person, "survey_read")[-1].subject


def test_next_year_is_compared_with_this_year(desk: Desk) -> None:
    survey = running(desk, {LOANS: 6})
    for n in range(1, 7):
        desk.answer(
            asked(desk, f"a0{n}@corp.example"),
            "survey_form",
            "3 3 3 3 3 3 3 3 3" if n > 1 else "4 4 4 4 4 4 4 4 4",
        )
    closed(desk, survey)
    published(desk, survey)
    desk.move_to(at("2027-11-22 09:00"))
    again = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    desk.collect()
    assert again.number == "Q-2027"
    desk.answer(SERVICE_MANAGER, "survey_plan", "批准", "Q-2027")
    desk.move(minutes=1)
    for n in range(1, 7):
        desk.answer(asked(desk, f"a0{n}@corp.example"), "survey_form", FULL, "Q-2027")
    closed(desk, again)
    report = desk.got(SERVICE_MANAGER, "survey_report", "Q-2027")[-1].text
    assert "比上年（2026）：▲ 上升（54.2 → +" in report
    assert "比上年：▲ 上升（3.17 → +1.83" in report


def test_a_person_erased_is_erased_from_the_survey(desk: Desk) -> None:
    survey = running(desk, {LOANS: 6})
    desk.answer(first(desk), "survey_form", f"{FULL}\n请联系 {first(desk).address}")
    wanted = Pseudonym(person=first(desk), pseudonym="erased-1")
    with desk.office.engine.begin() as conn:
        erasure.sweep(conn, wanted, desk.now)
    with database.reading(desk.office.engine) as conn:
        tables = (survey_invitation, survey_answer)
        rows = [str(row) for table in tables for row in conn.execute(select(table))]
        kept = [dict(one.reading.marks) for one in survey_answers.of_survey(conn, survey.number)]
    assert len(rows) == 7
    assert not [row for row in rows if first(desk).address in row]
    assert list(kept[0].values()) == [5, 4, 4, 3, 5, 4, 4, 5, 5], "what is counted stays"


def test_a_ready_made_form_too_long_for_a_link_is_left_out() -> None:
    form = load()
    assert len(fill_in(form, form.questions, "zh")) == len(fill_in(form, form.questions, "en")) == 1
    many = replace(form, questions=form.questions * 4)
    assert fill_in(many, many.questions, "zh") == ()
