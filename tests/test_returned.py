"""Our mail comes back: the desk is told to call instead, and nothing else happens."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from classify import token
from process.case import State
from tests.company import COLLECTION, DESK_A, DESK_B, ORGANISATION, USER
from tests.desk import Desk, desk
from tests.test_clock import complain, confirming

PHONE = "8812-3344"
FAILED, DELAYED = "failed\r\nStatus: 5.1.1", "delayed\r\nStatus: 4.4.1"


@pytest.fixture
def office(store_url: str) -> Iterator[Desk]:
    people = tuple(replace(p, phone=PHONE) if p.key == USER.key else p for p in ORGANISATION.people)
    with desk(store_url) as office:
        office.organisation = replace(ORGANISATION, people=people)
        yield office


def bounce(office: Desk, message_id: str, action: str = FAILED) -> None:
    """A report of RFC 3464 about one of our mails."""
    office.put(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: it-desk@corp.example\r\n"
        f"Message-ID: <{len(office.mails())}@mx.example.net>\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {USER.address}\r\nAction: {action}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n".encode()
    )


def test_an_acknowledgement_that_comes_back_is_told_to_each_engineer(office: Desk) -> None:
    number = complain(office)
    ours = office.got(USER, "acknowledgement")[-1]
    bounce(office, ours.message_id)
    for engineer in (DESK_A, DESK_B):
        (alert,) = office.got(engineer, "alert")
        assert "电话" in alert.text
        for fact in (number, "已收到您的投诉", USER.name, USER.address, PHONE, "5.1.1"):
            assert fact in alert.text, fact
        assert token.seals_in_subject(ours.subject)
        assert not token.seals_in_subject(alert.text), "the user's token is the user's own"
    assert office.mails()[-1].matter == number
    assert office.case(number).state is State.RECORDED


def test_a_question_of_closing_that_comes_back_closes_nothing(office: Desk) -> None:
    number = confirming(office)
    before = office.case(number)
    bounce(office, office.got(USER, "feedback")[-1].message_id)
    assert office.case(number) == before
    assert [alert.text for alert in office.got(DESK_A, "alert") if PHONE in alert.text]
    assert office.got(COLLECTION, "alert") == []


def test_a_delay_is_not_told(office: Desk) -> None:
    complain(office)
    bounce(office, office.got(USER, "acknowledgement")[-1].message_id, DELAYED)
    assert office.mails()[-1].kind == "bounce"
    assert office.got(DESK_A, "alert") == []


@pytest.mark.parametrize("message_id", ["x@mx.example.net", "20261123010000.1@corp.example"])
def test_a_forged_bounce_that_quotes_no_mail_of_ours_changes_nothing(office: Desk, message_id: str) -> None:
    number = complain(office)
    before, sent = office.trail(number), len(office.sent)
    bounce(office, message_id)
    assert (office.mails()[-1].kind, office.mails()[-1].matter) == ("bounce", "")
    assert (office.trail(number), len(office.sent)) == (before, sent)
