"""The annual service review by mail: invited, moved, called off, answered by calendar and by word."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from icalendar import Calendar

from classify import calendar_reply
from classify.people import Person
from ingest.mail import Mail
from ingest.parse import parse
from ombud import reviewing
from process.review import Attendance
from tests import review_meeting
from tests.company import COLLECTION, DESK_A, GENERAL, LOANS, REPRESENTATIVE, SERVICE_MANAGER, USER
from tests.desk import DESK, Desk, mailto
from tests.review_meeting import MEETING, attendance, planned, stored
from tests.test_ladder import at


@pytest.fixture
def office(desk: Desk) -> Desk:
    return review_meeting.prepared(desk)


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


def test_a_review_early_in_the_year_looks_back_on_the_last() -> None:
    assert reviewing.year_of(datetime(2027, 1, 12, 14)) == 2026  # noqa: DTZ001 -- local, as typed
    assert reviewing.year_of(datetime(2026, 12, 15, 14)) == 2026  # noqa: DTZ001
