"""The annual service review by mail: invited, answered by calendar and by word, minuted, followed until done."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from icalendar import Calendar

from classify import calendar_reply, minutes
from classify.people import Person
from ingest.mail import Mail
from ingest.parse import parse
from ombud import reviewing
from process.case import State
from process.outcome import Outcome, OutcomeState, climbed, on_ladder
from process.review import Attendance, Meeting, Review, ReviewRules
from store import reviews
from store.database import reading
from tests.company import (
    CALENDAR,
    COLLECTION,
    DESK_A,
    GENERAL,
    LOANS,
    ORGANISATION,
    REPRESENTATIVE,
    SERVICE_MANAGER,
    USER,
    person,
)
from tests.desk import DESK, Desk, mailto
from tests.test_clock import MEASURES, dispatched
from tests.test_ladder import at

CHANGES = person("蒋变更", "jiang@corp.example", title="变更经理")
MEETING = Meeting(starts_at=at("2026-12-15 14:00"), hours=2, place="三号会议室")
MINUTES = """各位好，纪要如下：
决议：服务范围扩大到分行
1. 决议（变更）：核心系统 SLO 由 99.5% 调整为 99.9%
行动：建立容量预警；吴经理；12月31日
行动: 补充值班手册; 郑经理; 2027-01-15
谢谢"""


@pytest.fixture
def office(desk: Desk) -> Desk:
    desk.organisation = replace(ORGANISATION, people=(*ORGANISATION.people, CHANGES))
    rules = ReviewRules(change_management=CHANGES.address, stakeholders=(USER.address,))
    desk.office = replace(desk.office, review_rules=rules)
    return desk


def planned(desk: Desk) -> Review:
    reviewing.plan(desk.office, 2026, MEETING)
    desk.collect()
    return stored(desk)


def minuted(desk: Desk, text: str = MINUTES) -> tuple[Outcome, ...]:
    planned(desk)
    desk.move_to(at("2026-12-15 16:05"))
    desk.answer(SERVICE_MANAGER, "review_minutes", text)
    return outcomes(desk)


def stored(desk: Desk) -> Review:
    with reading(desk.office.engine) as conn:
        review = reviews.get(conn, "A-2026")
    assert review is not None
    return review


def outcomes(desk: Desk) -> tuple[Outcome, ...]:
    with reading(desk.office.engine) as conn:
        return reviews.outcomes(conn)


def attendance(desk: Desk, who: Person) -> Attendance:
    found = stored(desk).participant(who.key)
    assert found is not None
    return found.attendance


def event(mail: Mail) -> tuple[str, object]:
    """Method and event of the calendar part of a mail."""
    content = next(a.content for a in mail.attachments if a.content_type == "text/calendar")
    calendar = Calendar.from_ical(content)
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def answered_by_calendar(
    desk: Desk, who: Person | str, partstat: str, *, sequence: int = 0, **more: str
) -> int:
    """An answer as Outlook writes one: text beside the calendar part, no In-Reply-To."""
    address = who if isinstance(who, str) else who.address
    attendee = more.pop("attendee", address)
    uid, method, extra = (
        more.pop("uid", "A-2026@corp.example"),
        more.pop("method", "REPLY"),
        more.pop("extra", ""),
    )
    text = (
        f"BEGIN:VCALENDAR\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nMETHOD:{method}\r\n"
        f"BEGIN:VEVENT\r\nATTENDEE;PARTSTAT={partstat};CN=somebody:MAILTO:{attendee}\r\n"
        f"UID:{uid}\r\nSEQUENCE:{sequence}\r\nDTSTAMP:20261201T010000Z\r\nDTSTART:20261216T060000Z\r\n"
        f"{extra}SUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = (
        address,
        DESK,
        more.pop("subject", "已接受: 2026 年度 IT 服务评审"),
    )
    message["Message-ID"] = f"<{desk._count}.cal@mail.corp.example>"
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content("")
    message.add_alternative("<html><body></body></html>", subtype="html")
    message.add_alternative(text, subtype="calendar", params={"method": method})
    return desk.put(message.as_bytes())


def kind(desk: Desk, mail_id: int) -> str:
    return next(row.kind for row in desk.mails() if row.id == mail_id)


def test_the_invitation_is_one_that_calendars_know(office: Desk) -> None:
    planned(office)
    invited = (GENERAL, SERVICE_MANAGER, REPRESENTATIVE, COLLECTION, LOANS, USER)
    for who in invited:
        (mail,) = office.got(who, "review_invitation")
        assert "三号会议室" in mail.text
        method, found = event(mail)
        assert (method, str(found["UID"]), int(found["SEQUENCE"])) == ("REQUEST", "A-2026@corp.example", 0)  # type: ignore[index]
        assert found["DTSTART"].dt == MEETING.starts_at  # type: ignore[index]
        assert found["DTEND"].dt == at("2026-12-15 16:00")  # type: ignore[index]
        assert str(found["ORGANIZER"]) == f"mailto:{DESK}"  # type: ignore[index]
        assert {str(a) for a in found["ATTENDEE"]} == {f"mailto:{p.address}" for p in invited}  # type: ignore[index]
        assert "R-2026.xlsx" in {a.filename for a in mail.attachments}


def test_the_calendar_part_stands_beside_the_text(office: Desk) -> None:
    """Outlook and Gmail show buttons for a text/calendar part with a method in multipart/alternative only."""
    planned(office)
    raw = office.got(USER, "review_invitation")[0].raw.decode()
    alternative = raw.partition("multipart/alternative")[2]
    assert "Content-Type: text/calendar; method=REQUEST; charset=utf-8" in alternative
    assert "Content-Type: application/ics" in raw


def test_a_moved_review_keeps_its_entry_and_asks_anew(office: Desk) -> None:
    planned(office)
    answered_by_calendar(office, COLLECTION, "ACCEPTED")
    assert attendance(office, COLLECTION) is Attendance.ACCEPTED
    reviewing.move(office.office, 2026, replace(MEETING, starts_at=at("2026-12-17 09:30"), place=""))
    office.collect()
    mail = office.got(COLLECTION, "review_invitation")[-1]
    method, found = event(mail)
    assert (method, str(found["UID"]), int(found["SEQUENCE"])) == ("REQUEST", "A-2026@corp.example", 1)  # type: ignore[index]
    assert str(found["LOCATION"]) == "三号会议室"  # type: ignore[index]
    assert attendance(office, COLLECTION) is Attendance.UNANSWERED
    answered_by_calendar(office, COLLECTION, "DECLINED", sequence=0)
    assert attendance(office, COLLECTION) is Attendance.UNANSWERED, "an answer to the earlier date"
    answered_by_calendar(office, COLLECTION, "ACCEPTED", sequence=1)
    assert attendance(office, COLLECTION) is Attendance.ACCEPTED


def test_a_cancelled_review_is_taken_out_of_calendars(office: Desk) -> None:
    planned(office)
    reviewing.cancel(office.office, 2026, "与管理评审合并")
    office.collect()
    mail = office.got(GENERAL, "review_invitation")[-1]
    method, found = event(mail)
    assert (method, str(found["STATUS"]), int(found["SEQUENCE"])) == ("CANCEL", "CANCELLED", 1)  # type: ignore[index]
    assert "与管理评审合并" in mail.text
    office.move_to(at("2026-12-16 10:00"))
    assert not office.got(SERVICE_MANAGER, "review_minutes")
    with pytest.raises(reviewing.NotPlanned):
        reviewing.move(office.office, 2026, MEETING)
    again = planned(office)
    assert (again.sequence, again.is_cancelled) == (2, False)


def test_a_review_is_planned_once(office: Desk) -> None:
    planned(office)
    with pytest.raises(reviewing.NotPlanned):
        reviewing.plan(office.office, 2026, MEETING)


@pytest.mark.parametrize(
    ("partstat", "expected"),
    [
        ("ACCEPTED", Attendance.ACCEPTED),
        ("DECLINED", Attendance.DECLINED),
        ("TENTATIVE", Attendance.TENTATIVE),
        ("accepted", Attendance.ACCEPTED),
        ("NEEDS-ACTION", Attendance.UNANSWERED),
    ],
)
def test_answers_of_calendars_are_read(office: Desk, partstat: str, expected: Attendance) -> None:
    planned(office)
    answered_by_calendar(office, COLLECTION, partstat)
    assert attendance(office, COLLECTION) is expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "auto-replied", "subject": "Accepted: IT service review"},
        {"X_Auto_Response_Suppress": "All"},
        {"Precedence": "bulk"},
    ],
    ids=["outlook", "gmail", "exchange", "qq"],
)
def test_an_answer_of_a_calendar_is_no_automatic_reply(office: Desk, headers: dict[str, str]) -> None:
    planned(office)
    mail_id = answered_by_calendar(office, COLLECTION, "DECLINED", **headers)
    assert kind(office, mail_id) == "calendar-reply"
    assert attendance(office, COLLECTION) is Attendance.DECLINED
    (told,) = office.got(SERVICE_MANAGER, "review_answer")
    assert COLLECTION.name in told.subject
    assert not office.cases()


def test_another_time_that_is_proposed_is_told(office: Desk) -> None:
    planned(office)
    answered_by_calendar(office, COLLECTION, "TENTATIVE", method="COUNTER", extra="COMMENT:当天出差\r\n")
    assert attendance(office, COLLECTION) is Attendance.TENTATIVE
    (told,) = office.got(SERVICE_MANAGER, "review_answer")
    assert "2026-12-16 06:00 当天出差" in told.text


def test_foreign_calendars_are_what_they_were(office: Desk) -> None:
    planned(office)
    mail_id = answered_by_calendar(office, COLLECTION, "ACCEPTED", uid="040000008200E00074C5B7101A82E008")
    assert kind(office, mail_id) == "automatic-reply"
    assert attendance(office, COLLECTION) is Attendance.UNANSWERED


def test_nobody_answers_for_somebody_else(office: Desk) -> None:
    planned(office)
    answered_by_calendar(office, "stranger@evil.example", "DECLINED", attendee=COLLECTION.address)
    answered_by_calendar(office, LOANS, "DECLINED", attendee=COLLECTION.address)
    answered_by_calendar(office, "stranger@evil.example", "DECLINED")
    assert {one.attendance for one in stored(office).participants} == {Attendance.UNANSWERED}
    assert len(office.got(DESK_A, "alert")) == 3


def test_answers_in_words_and_by_button(office: Desk) -> None:
    planned(office)
    office.answer(COLLECTION, "review_invitation", "参加")
    office.answer(LOANS, "review_invitation", "不参加，当天出差")
    links = mailto(office.got(USER, "review_invitation")[0].html)
    assert [link.body for link in links] == ["参加", "不参加", "待定"]
    office.write(USER, links[2].subject, links[2].body)
    assert [attendance(office, who) for who in (COLLECTION, LOANS, USER)] == [
        Attendance.ACCEPTED,
        Attendance.DECLINED,
        Attendance.TENTATIVE,
    ]
    assert "当天出差" in office.got(SERVICE_MANAGER, "review_answer")[0].text


def test_other_words_of_a_participant_go_to_the_secretary(office: Desk) -> None:
    planned(office)
    office.answer(USER, "review_invitation", "请问可以带一位同事吗？")
    (told,) = office.got(SERVICE_MANAGER, "review_remark")
    assert "带一位同事" in told.text


def test_minutes_are_asked_for_when_the_meeting_is_over_and_once(office: Desk) -> None:
    planned(office)
    office.move_to(at("2026-12-15 15:59"))
    assert not office.got(SERVICE_MANAGER, "review_minutes")
    for minute in ("16:00", "16:30", "17:00"):
        office.move_to(at(f"2026-12-15 {minute}"))
    assert len(office.got(SERVICE_MANAGER, "review_minutes")) == 1


def test_minutes_give_decisions_and_actions(office: Desk) -> None:
    found = minuted(office)
    assert [(one.number, one.state, one.owner.name) for one in found] == [
        ("A-2026-00001", OutcomeState.HANDED_OVER, CHANGES.name),
        ("A-2026-00002", OutcomeState.HANDED_OVER, CHANGES.name),
        ("A-2026-00003", OutcomeState.OPEN, COLLECTION.name),
        ("A-2026-00004", OutcomeState.OPEN, LOANS.name),
    ]
    assert [one.due_at for one in found[2:]] == [at("2026-12-31 18:00"), at("2027-01-15 18:00")]
    (echo,) = office.got(SERVICE_MANAGER, "review_minutes_read")
    assert "A-2026-00003" in echo.text
    assert "建立容量预警" in office.got(COLLECTION, "action")[0].text
    assert len(office.got(CHANGES, "change_handover")) == 2


def test_a_decision_that_changes_nothing_is_only_recorded(office: Desk) -> None:
    (kept,) = minuted(office, "决议：服务范围维持不变")
    assert (kept.state, kept.owner.name) == (OutcomeState.RECORDED, "")
    assert not office.got(CHANGES, "change_handover")


def test_what_could_not_be_taken_down_is_told_and_can_be_sent_again(office: Desk) -> None:
    minuted(
        office,
        "行动：写手册；吴经理；12月31日\n行动：写周报；王五；12月31日\n行动：写月报；郑经理；尽快\n行动：写年报",
    )
    assert [one.text for one in outcomes(office)] == ["写手册"]
    (echo,) = office.got(SERVICE_MANAGER, "review_minutes_read")
    for said in ("通讯录中没有这位负责人", "没有认出期限", "没有写明负责人"):
        assert said in echo.text, said
    office.answer(
        SERVICE_MANAGER,
        "review_minutes_read",
        "行动：写手册；吴经理；12月31日\n行动：写周报；郑经理；12月31日",
    )
    assert [one.text for one in outcomes(office)] == ["写手册", "写周报"]
    assert len(office.got(COLLECTION, "action")) == 1, "nobody is told twice"


def test_attached_minutes_are_kept(office: Desk) -> None:
    planned(office)
    office.move_to(at("2026-12-15 16:05"))
    asked = office.got(SERVICE_MANAGER, "review_minutes")[-1]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SERVICE_MANAGER.address, DESK, f"Re: {asked.subject}"
    message["Message-ID"], message["In-Reply-To"] = "<minutes@corp.example>", f"<{asked.message_id}>"
    message.set_content("纪要见附件。")
    message.add_attachment(b"PK docx", maintype="application", subtype="octet-stream", filename="纪要.docx")
    mail_id = office.put(message.as_bytes())
    (kept,) = stored(office).minutes
    assert [(file.filename, file.size_bytes) for file in kept.files] == [("纪要.docx", 7)]
    assert kept.mail_id == mail_id
    assert "纪要.docx" in office.got(SERVICE_MANAGER, "review_minutes_read")[0].text


def test_minutes_with_nothing_in_them_are_asked_back(office: Desk) -> None:
    minuted(office, "好的，稍后发。")
    assert "没有认出决议或行动" in office.got(SERVICE_MANAGER, "not_understood")[0].text
    assert stored(office).minutes == ()


def test_owners_are_reminded_in_working_time_and_once(office: Desk) -> None:
    minuted(office)
    sent = lambda who, what: sum(what in mail.text for mail in office.got(who, "action"))  # noqa: E731
    office.move_to(at("2026-12-27 12:00"))
    assert sent(COLLECTION, "即将到期") == 0, "a Sunday"
    for moment in ("2026-12-28 09:00", "2026-12-28 15:00", "2026-12-31 17:59", "2026-12-30 09:00"):
        office.move_to(at(moment))
    assert (sent(COLLECTION, "即将到期"), sent(COLLECTION, "今天到期")) == (1, 0)
    office.move_to(at("2027-01-01 09:00"))
    office.move_to(at("2027-01-04 09:01"))
    office.move_to(at("2027-01-05 09:01"))
    assert sent(COLLECTION, "已过期限") == 1
    assert any("已过期限" in mail.text for mail in office.got(SERVICE_MANAGER, "review_news"))


def test_done_by_reply(office: Desk) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", "完成\n已上线容量预警，见监控平台。")
    done = outcomes(office)[2]
    assert (done.state, done.remind_at) == (OutcomeState.DONE, None)
    assert "容量预警" in office.got(SERVICE_MANAGER, "review_news")[-1].text
    office.answer(COLLECTION, "action", "完成")
    assert "已经完成" in office.got(COLLECTION, "not_understood")[-1].text
    office.move_to(at("2027-01-08 10:00"))
    assert len(office.got(COLLECTION, "action")) == 1


def test_only_the_owner_says_done(office: Desk) -> None:
    minuted(office)
    mail = office.got(COLLECTION, "action")[0]
    office.write(LOANS, f"Re: {mail.subject}", "完成", In_Reply_To=f"<{mail.message_id}>")
    assert outcomes(office)[2].state is OutcomeState.OPEN


def test_a_remark_of_the_owner_is_passed_on(office: Desk) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", "备注 采购延期，预计一月底")
    assert "采购延期" in office.got(SERVICE_MANAGER, "review_news")[-1].text
    assert outcomes(office)[2].state is OutcomeState.OPEN


def test_change_management_confirms_or_returns(office: Desk) -> None:
    minuted(office)
    first, second = office.got(CHANGES, "change_handover")
    office.write(CHANGES, f"Re: {first.subject}", "退回", In_Reply_To=f"<{first.message_id}>")
    assert outcomes(office)[0].state is OutcomeState.HANDED_OVER
    assert office.got(DESK_A, "alert") or office.got(CHANGES, "not_understood")
    office.write(CHANGES, f"Re: {first.subject}", "退回 不属于变更", In_Reply_To=f"<{first.message_id}>")
    office.write(CHANGES, f"Re: {second.subject}", "受理 CHG-2027-0012", In_Reply_To=f"<{second.message_id}>")
    returned, confirmed = outcomes(office)[:2]
    assert (returned.state, returned.words) == (OutcomeState.RETURNED, "不属于变更")
    assert (confirmed.state, confirmed.words) == (OutcomeState.CONFIRMED, "CHG-2027-0012")
    assert "CHG-2027-0012" in office.got(SERVICE_MANAGER, "review_news")[-1].text


def test_open_actions_stand_in_the_monthly_report_until_done(office: Desk) -> None:
    minuted(office)
    office.answer(LOANS, "action", "完成 手册已补充")
    office.move_to(at("2027-01-06 09:00"))
    (mail,) = office.got(SERVICE_MANAGER, "report_draft", "R-202612")
    assert "A-2026-00003 · 进行中" in mail.text
    assert "A-2026-00004" not in mail.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("行动：写手册；张三；12月31日", ("写手册", "张三", "12月31日")),
        ("行动: 写手册; 张三; 12月31日", ("写手册", "张三", "12月31日")),
        ("2、行动项：写手册；负责人：张三；期限：12月31日。", ("写手册", "张三", "12月31日")),
        ("行动1：期限：12月31日；负责人：张三；写手册", ("写手册", "张三", "12月31日")),
        ("> - Action: write it; Zhang San; 31 December", ("write it", "Zhang San", "31 December")),
        ("ACTION ITEM: write it; owner: Zhang; due: 31 Dec", ("write it", "Zhang", "31 Dec")),
        ("行动：写手册", ("写手册", "", "")),
    ],
)
def test_actions_are_read(line: str, expected: tuple[str, str, str]) -> None:
    (entry,) = minutes.read(f"纪要\n{line}\n")
    assert (entry.text, entry.owner, entry.due) == expected, line


@pytest.mark.parametrize(
    ("line", "is_change"),
    [
        ("决议：核心系统 SLO 调整为 99.9%", True),
        ("决议（变更）：增加一个机房", True),
        ("决定：合同续签一年", True),
        ("Decision: the scope is extended to branch offices", True),
        ("Decision (no change): the SLA stays", False),
        ("决议（非变更）：服务范围不变", False),
        ("决议：下次评审在十二月", False),
        ("Decision: slope of the roof", False),
    ],
)
def test_decisions_for_change_management_are_known(line: str, is_change: bool) -> None:
    (entry,) = minutes.read(line)
    assert (entry.is_action, entry.is_change) == (False, is_change), line


@pytest.mark.parametrize(
    "text", ["", "行动", "行动：", "我们讨论了行动：没有结论", "决议如下", "reaction: x", "决议：\n"]
)
def test_other_lines_are_no_entries(text: str) -> None:
    assert minutes.read(text) == (), text


@pytest.mark.parametrize(
    "content",
    [
        b"", b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n", b"\xff\xfe\x00", b"BEGIN:A\r\n" * 20_000,
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:A-2026@corp.example\r\nSEQUENCE:x\r\n"
        b"ATTENDEE:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:A-2026@corp.example\r\nEND:VEVENT\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:A-2026@corp.example\r\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b\r\nEND:VEVENT\r\nEND:VCALENDAR",
    ],
)  # fmt: skip
def test_calendars_that_are_none_are_no_answers(content: bytes) -> None:
    message = EmailMessage()
    message["From"] = "a@corp.example"
    message.add_attachment(content, maintype="text", subtype="calendar", filename="x.ics")
    assert calendar_reply.read(parse(message.as_bytes()), "corp.example") is None


def test_the_ladder_gives_one_rung_however_long_one_was_away() -> None:
    action = Outcome(
        number="A-2026-00001", review="A-2026", state=OutcomeState.OPEN, is_action=True, text="x",
        due_at=at("2026-12-31 18:00"), decided_at=at("2026-12-15 16:00"),
    )  # fmt: skip
    action = on_ladder(action, 0, CALENDAR, 3)
    assert action.remind_at == at("2026-12-28 09:00")
    later, rung = climbed(action, at("2027-02-01 09:00"), CALENDAR, 3)
    assert (rung, later.remind_at, later.rung) == ("overdue", None, 3)
    assert climbed(action, at("2026-12-27 09:00"), CALENDAR, 3) == (action, "")


def test_a_review_early_in_the_year_looks_back_on_the_last() -> None:
    assert reviewing.year_of(datetime(2027, 1, 12, 14)) == 2026  # noqa: DTZ001 -- local, as typed
    assert reviewing.year_of(datetime(2026, 12, 15, 14)) == 2026  # noqa: DTZ001


def test_a_form_of_measures_below_done_is_measures(desk: Desk) -> None:
    """'完成' is a verb of the review's actions; on a complaint it is none."""
    number = dispatched(desk)
    desk.answer(COLLECTION, "dispatch", f"已完成\n{MEASURES.partition(chr(10))[2]}", number)
    assert desk.case(number).state is State.VERIFYING
