"""Which matter a mail belongs to: token, then reference, then the number for a party; strangers never."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from classify.people import Person
from ingest.mail import Mail
from process.case import State
from tests.company import DESK_A, DESK_B, ORGANISATION, SECRETARY, USER, VIP, person
from tests.desk import DESK, Desk, desk

pytestmark = pytest.mark.mails

COMPLAINT = "催收系统登录太慢，等了两天没人管，服务太差，我要投诉。"
MORE = "补充：今天上午又发生了一次，还是没有人联系我。"
STRANGER = "stranger@evil.example"
NEIGHBOUR = person("邻座", "neighbour@corp.example")
SECOND = "qian.private@mail.example"
COMPANY = replace(
    ORGANISATION,
    people=(
        *(p for p in ORGANISATION.people if p.key != USER.key),
        replace(USER, addresses=(USER.address, SECOND)),
        NEIGHBOUR,
    ),
)


@pytest.fixture
def office(store_url: str) -> Iterator[Desk]:
    with desk(store_url) as found:
        found.organisation = COMPANY
        yield found


@pytest.fixture
def tagged(store_url: str) -> Iterator[Desk]:
    """A desk whose mail server knows subaddresses."""
    with desk(store_url) as found:
        letterhead = replace(found.office.letterhead, has_subaddresses=True)
        found.office = replace(found.office, letterhead=letterhead)
        found.organisation = COMPANY
        yield found


def opened(office: Desk, by: Person = USER) -> tuple[str, Mail]:
    """A complaint's number, and its acknowledgement."""
    office.write(by, "催收系统登录太慢", COMPLAINT)
    (case,) = office.cases()
    return case.number, office.got(by, "acknowledgement")[-1]


def matters(office: Desk) -> list[str]:
    return [mail.matter for mail in office.mails()]


def tag_in(mail: Mail) -> str:
    found = re.search(r"\[[^\]]+\]", mail.subject)
    assert found
    return found[0]


WAYS = ("in-reply-to", "references", "subject-tag", "number", "lower-case-number")


def reply(office: Desk, sender: Person | str, way: str, number: str, ours: Mail) -> None:
    """A mail that says by one thing alone what it answers."""
    if way == "in-reply-to":
        office.write(sender, "回复", MORE, In_Reply_To=f"<{ours.message_id}>")
    elif way == "references":
        office.write(sender, "回复", MORE, References=f"<other@mail.example> <{ours.message_id}>")
    elif way == "subject-tag":
        office.write(sender, f"Re: {tag_in(ours)}", MORE)
    else:
        quoted = number if way == "number" else number.lower()
        office.write(sender, f"关于 {quoted}", MORE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", [USER.address, SECOND, USER.address.upper(), "qian+x@corp.example"])
def test_the_complainants_reply_finds_its_complaint(office: Desk, way: str, address: str) -> None:
    number, ours = opened(office)
    reply(office, address, way, number, ours)
    assert matters(office) == [number, number], f"{way} from {address}"
    assert len(office.cases()) == 1
    assert office.mails()[-1].kind == "answer"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "sender", [STRANGER, NEIGHBOUR.address, "qian@evil.example", "qian@corp.example.evil.example"]
)
def test_a_stranger_who_quotes_it_never_enters_somebody_elses_complaint(
    office: Desk, way: str, sender: str
) -> None:
    number, ours = opened(office)
    before = office.case(number)
    reply(office, sender, way, number, ours)
    assert office.mails()[-1].matter != number, f"{way} from {sender}"
    assert office.case(number) == before
    assert all(event.mail_id != office.mails()[-1].id for event in office.trail(number))
    for engineer in (DESK_A, DESK_B):
        (alert,) = office.got(engineer, "alert")
        assert number in alert.text, "the desk is told of the number"
        assert sender in alert.text
    assert [mail for mail in office.got(sender) if f"[{number}" in mail.subject] == [], "no token of it"


def test_a_strangers_complaint_that_quotes_a_number_is_a_new_one(office: Desk) -> None:
    number, _ = opened(office)
    office.write(STRANGER, f"投诉 {number}", "打印机坏了一周，没人修，服务太差，我要投诉！")
    old, new = office.cases()
    assert (old.number, new.complainant.address) == (number, STRANGER)
    assert new.related == ()
    assert number in office.got(DESK_A, "alert")[0].text


def test_the_token_of_one_complaint_wins_over_the_number_of_another(office: Desk) -> None:
    first, ours = opened(office)
    office.write(USER, "打印机", "打印机坏了一周，没人修，服务太差，我要投诉！")
    second = office.cases()[1].number
    office.write(USER, f"{second} {tag_in(ours)}", MORE)
    office.write(USER, f"关于 {second}", MORE, In_Reply_To=f"<{ours.message_id}>")
    assert matters(office)[-2:] == [first, first]


def test_a_reference_wins_over_the_number_when_the_token_is_too_old(office: Desk) -> None:
    number, ours = opened(office)
    sealer = replace(office.office.sealer, max_age_days=1)
    office.office = replace(office.office, sealer=sealer)
    office.move(days=3)
    office.write(USER, "回复", MORE, In_Reply_To=f"<{ours.message_id}>")
    mail = office.mails()[-1]
    assert (mail.matter, mail.trust) == (number, "known")
    assert "reference" in mail.evidence


def test_a_delegate_speaks_on_the_complaint_of_their_principal(office: Desk) -> None:
    number, _ = opened(office, VIP)
    office.write(SECRETARY, f"关于 {number}", MORE)
    assert office.mails()[-1].matter == number
    assert office.got(DESK_A, "alert") == []


def test_staff_may_quote_any_number(office: Desk) -> None:
    number, _ = opened(office)
    office.write(DESK_A, f"{number}", "进度")
    assert office.mails()[-1].matter == number
    assert office.got(DESK_A, "alert") == []


def test_no_reply_to_without_subaddresses(office: Desk) -> None:
    _, ours = opened(office)
    assert ours.reply_to == ()


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_reply_address_alone_finds_the_complaint_and_proves_the_sender(tagged: Desk, field: str) -> None:
    number, ours = opened(tagged)
    (reply_to,) = ours.reply_to
    assert reply_to.address.startswith("it-desk+c-2026-")
    head = f"From: {USER.address}\r\nMessage-ID: <r@x.example>\r\nSubject: AW\r\n"
    fields = f"{field}: {reply_to.address.upper()}\r\n" + ("" if field == "To" else f"To: {DESK}\r\n")
    tagged.put(f"{head}{fields}Content-Type: text/plain; charset=utf-8\r\n\r\n{MORE}".encode())
    mail = tagged.mails()[-1]
    assert (mail.matter, mail.trust) == (number, "proven"), field


def test_the_desk_answers_by_the_reply_address_alone(tagged: Desk) -> None:
    number, _ = opened(tagged)
    task = tagged.got(DESK_A, "task_accept")[-1]
    head = f"From: {DESK_A.address}\r\nTo: {task.reply_to[0].address}\r\nMessage-ID: <r@x.example>\r\nSubject: x\r\n"
    tagged.put(f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n受理".encode())
    assert tagged.case(number).state is State.ACCEPTED


@pytest.mark.parametrize("sender", [STRANGER, NEIGHBOUR.address, DESK_B.address])
def test_the_reply_address_of_another_person_proves_nothing(tagged: Desk, sender: str) -> None:
    number, ours = opened(tagged)
    before = tagged.case(number)
    head = f"From: {sender}\r\nTo: {ours.reply_to[0].address}\r\nMessage-ID: <r@x.example>\r\nSubject: x\r\n"
    tagged.put(f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n受理".encode())
    assert tagged.mails()[-1].trust != "proven"
    assert tagged.case(number) == before


def test_a_reply_address_counts_for_nothing_where_it_is_not_configured(tagged: Desk) -> None:
    _, ours = opened(tagged)
    letterhead = replace(tagged.office.letterhead, has_subaddresses=False)
    tagged.office = replace(tagged.office, letterhead=letterhead)
    tagged.put(
        f"From: {USER.address}\r\nTo: {ours.reply_to[0].address}\r\nMessage-ID: <r@x.example>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MORE}".encode()
    )
    assert tagged.mails()[-1].trust == "known"
