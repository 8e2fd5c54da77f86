"""Replies to a survey's form on the real store: echoed, asked back, not counted, a complaint."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from classify.people import Person
from classify.questionnaire import load
from process.case import Source
from process.survey_answers import Standing
from process.survey_shown import fill_in
from tests import survey_letters
from tests.company import DESK_A, SERVICE_MANAGER
from tests.desk import DESK, Desk, mailto
from tests.survey_company import (
    FULL,
    LOANS,
    approved,
    asked,
    closed,
    first,
    marks,
    running,
    standings,
)  # fmt: skip
from tests.survey_letters import Letter


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


def test_a_ready_made_form_too_long_for_a_link_is_left_out() -> None:
    form = load()
    assert len(fill_in(form, form.questions, "zh")) == len(fill_in(form, form.questions, "en")) == 1
    many = replace(form, questions=form.questions * 4)
    assert fill_in(many, many.questions, "zh") == ()
