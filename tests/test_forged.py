"""Forged mail through the whole handle step: no power, no escalation, and the desk is told."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from classify import words
from classify.facts import Grade
from classify.learned import Model
from classify.people import Person
from ingest.dkim_check import LookupFailed
from ingest.mail import Mail, RawMail
from process.case import Case, State
from store import database, inbox, received
from tests.company import (
    COLLECTION,
    DESK_A,
    DESK_B,
    GENERAL,
    ORGANISATION,
    REPRESENTATIVE,
    SECRETARY,
    SERVICE_MANAGER,
    USER,
    VIP,
)  # fmt: skip
from tests.desk import DESK, Desk, desk

pytestmark = pytest.mark.mails

OURS = "mx.corp.example"
COMPLAINT = "个贷系统又宕机了，报修三天没人处理，服务太差，我要投诉。"
PASSED = f"{OURS}; dmarc=pass header.from=corp.example"
FAILED = f"{OURS}; dmarc=fail header.from=corp.example"
SILENT = f"{OURS}; spf=none; dkim=none"
FOREIGN = "mx.evil.example; dmarc=pass header.from=corp.example"


@pytest.fixture
def office(store_url: str) -> Iterator[Desk]:
    """A desk behind a mail server that looks at senders."""
    with desk(store_url, authserv_id=OURS) as found:
        yield found


def judged(office: Desk, sender: Person | str, text: str, *verdicts: str, subject: str = "个贷系统") -> int:
    """A mail as our server hands it over: its verdicts stand above everything else."""
    address = sender if isinstance(sender, str) else sender.address
    fields = "".join(f"Authentication-Results: {verdict}\r\n" for verdict in verdicts)
    count = len(office.mails()) + 1
    head = f"From: {address}\r\nTo: {DESK}\r\nMessage-ID: <f{count}@x.example>\r\nSubject: {subject}\r\n"
    kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    return office.put(f"{fields}{head}{kind}{text}\r\n".encode())


def only_case(office: Desk) -> Case:
    (case,) = office.cases()
    return case


def task(office: Desk, engineer: Person = DESK_A) -> Mail:
    return office.got(engineer, "task_accept")[-1]


# What our server and others say of a VIP's mail, the grade, and whether the general manager is moved.
VIP_MAILS = (
    ((PASSED,), Grade.AUTHENTICATED, True),
    ((SILENT,), Grade.KNOWN, False),
    ((), Grade.KNOWN, False),
    ((FAILED,), Grade.FAILED, False),
    ((FOREIGN,), Grade.KNOWN, False),
    ((FAILED, PASSED), Grade.FAILED, False),
    ((SILENT, PASSED), Grade.KNOWN, False),
    ((f"{OURS}; dmarc=pass header.from=evil.example",), Grade.KNOWN, False),
)


@pytest.mark.parametrize(("verdicts", "grade", "is_escalated"), VIP_MAILS)
def test_a_vip_s_name_moves_nobody_without_a_grade(
    office: Desk, verdicts: tuple[str, ...], grade: Grade, is_escalated: bool
) -> None:
    judged(office, VIP, COMPLAINT, *verdicts)
    case = only_case(office)
    assert case.trust is not None
    assert (case.trust.grade, bool(case.escalations)) == (grade, is_escalated), verdicts
    assert bool(office.got(GENERAL)) == is_escalated, verdicts
    warned = "未按 VIP 升级" in task(office).text
    assert warned != is_escalated, "the desk is told when it was not escalated"


def test_a_forged_complaint_is_taken_and_the_desk_is_told(office: Desk) -> None:
    judged(office, USER, COMPLAINT, FAILED)
    for engineer in (DESK_A, DESK_B):
        text = task(office, engineer).text
        assert "发件人认证失败" in text
        assert "perhaps forged" not in text, "that is the other language's half"
        assert "发件人可信度：认证失败，可能是伪造" in text
        assert "dmarc=fail (corp.example)" in text
    assert "dmarc=fail" in task(office).html


def test_the_english_task_names_the_grade_too(office: Desk) -> None:
    english = replace(DESK_A, language="en")
    office.organisation = replace(
        ORGANISATION,
        roles=tuple(
            (role, tuple(english if p is DESK_A else p for p in people))
            for role, people in ORGANISATION.roles
        ),
    )
    judged(office, USER, COMPLAINT, FAILED)
    text = task(office).text
    assert "Sender trusted: authentication failed, perhaps forged" in text
    assert "authentication failed, perhaps forged: verify first" in text
    assert "请先核实" not in text


def test_the_complainant_is_not_shown_how_far_they_are_believed(office: Desk) -> None:
    judged(office, USER, COMPLAINT, SILENT)
    assert "可信度" in task(office).text
    for mail in office.got(USER):
        assert "可信度" not in mail.text + mail.html


def test_a_forged_repeat_moves_nobody(office: Desk) -> None:
    judged(office, USER, COMPLAINT, PASSED)
    judged(office, USER, f"{COMPLAINT}还是没有解决。", FAILED)
    first, second = office.cases()
    assert second.related == (first.number,)
    assert second.escalations == ()
    assert office.got(GENERAL) == []
    assert "未按重复投诉升级" in task(office).text


def test_an_honest_repeat_does(office: Desk) -> None:
    judged(office, USER, COMPLAINT, PASSED)
    judged(office, USER, f"{COMPLAINT}还是没有解决。", SILENT)
    assert [e.reason for e in office.cases()[1].escalations] == ["repeat"]


COMMANDS = (
    (DESK_A, "受理"),
    (DESK_A, "无效 不属实"),
    (DESK_A, "关闭 已解决"),
    (SERVICE_MANAGER, "通过"),
    (GENERAL, "关闭 我说了算"),
    (REPRESENTATIVE, "无效"),
    (COLLECTION, "措施 已重启"),
    (USER, "确认，已解决"),
    (USER, "未解决"),
)


@pytest.mark.parametrize(("pretended", "text"), COMMANDS, ids=lambda value: getattr(value, "name", value))
@pytest.mark.parametrize("verdict", [FAILED, SILENT, FOREIGN])
def test_a_forged_sender_moves_no_complaint(office: Desk, pretended: Person, text: str, verdict: str) -> None:
    """By the number in the subject, or by the Message-ID of a mail that the forger was copied on."""
    judged(office, USER, COMPLAINT, PASSED)
    before = only_case(office)
    judged(office, pretended, text, verdict, subject=f"Re: {before.number}")
    after = office.case(before.number)
    # An unproved complainant may still add words; nothing else moves.
    assert replace(after, user_answer="", version=0) == replace(before, user_answer="", version=0)
    assert after.state is before.state
    assert office.got(GENERAL, "escalation") == []


@pytest.mark.parametrize("pretended", [DESK_A, SERVICE_MANAGER, GENERAL, USER], ids=lambda p: p.name)
def test_the_desk_is_told_of_every_forged_command(office: Desk, pretended: Person) -> None:
    judged(office, USER, COMPLAINT, PASSED)
    number = only_case(office).number
    judged(office, pretended, "关闭 已解决", FAILED, subject=f"Re: {number}")
    for engineer in (DESK_A, DESK_B):
        (alert,) = office.got(engineer, "alert")
        assert "发件人身份无法确认" in alert.text
        assert "dmarc=fail" in alert.text


def test_a_stolen_token_is_worth_nothing_with_another_name_or_a_failed_check(office: Desk) -> None:
    judged(office, USER, COMPLAINT, PASSED)
    subject, before = task(office).subject, only_case(office)
    judged(office, DESK_B, "关闭 已解决", SILENT, subject=subject)  # the token is that of the other engineer
    judged(office, DESK_A, "关闭 已解决", FAILED, subject=subject)
    judged(office, "li@evil.example", "关闭 已解决", SILENT, subject=subject)
    assert office.case(before.number) == before
    assert {mail.trust for mail in office.mails()[1:]} == {"known", "failed", "unknown"}


def test_a_record_for_somebody_else_takes_an_engineer_who_is_believed(office: Desk) -> None:
    form = "投诉人：孙总\n邮箱：sun@corp.example\n投诉内容：系统宕机三天没人管"
    judged(office, DESK_A, form, SILENT, subject="投诉登记")
    assert office.cases() == ()
    assert "发件人身份无法确认" in office.got(DESK_A, "alert")[0].text
    judged(office, DESK_A, form, PASSED, subject="投诉登记")
    assert [e.reason for e in only_case(office).escalations] == ["vip"]


# From header, and words of the note that the desk gets.
DISGUISES = (
    ('"sun@corp.example" <x@evil.example>', "sun@corp.example"),
    ("=?utf-8?q?sun=40corp=2Eexample_=3Csun=40corp=2Eexample=3E?= <x@evil.example>", "sun@corp.example"),
    ('"孙总" <x@evil.example>', "显示名与通讯录中的人相同"),
)


@pytest.mark.parametrize(("value", "note"), DISGUISES)
@pytest.mark.parametrize("has_authserv", [True, False])
def test_a_display_name_is_not_a_vip_and_the_desk_is_told(
    store_url: str, value: str, note: str, has_authserv: bool
) -> None:
    with desk(store_url, authserv_id=OURS if has_authserv else "") as office:
        judged(office, value, COMPLAINT, f"{OURS}; dmarc=pass header.from=evil.example")
        case = only_case(office)
        assert (case.complainant.key, case.is_vip, case.escalations) == ("x@evil.example", False, ())
        assert case.trust is not None
        assert case.trust.disguise
        text = task(office).text
        assert note in text, text
        assert office.got(GENERAL) == []
        assert office.got(VIP) == [], "nothing is sent to whom it pretends to be"


@pytest.mark.parametrize("verdict", [PASSED, SILENT, FAILED])
def test_a_delegate_moves_the_general_manager_only_when_believed(office: Desk, verdict: str) -> None:
    judged(office, SECRETARY, f"代孙总投诉：{COMPLAINT}", verdict)
    case = only_case(office)
    assert case.on_behalf_of.key == VIP.key
    assert bool(case.escalations) == (verdict == PASSED)


@pytest.mark.parametrize(("verdict", "is_escalated"), [(PASSED, True), (SILENT, False), (FAILED, False)])
def test_what_the_desk_calls_a_complaint_becomes_no_more_authentic_by_that(
    store_url: str, verdict: str, is_escalated: bool
) -> None:
    doubtful = Model(weights={}, intercept=9.0, raise_at=0.9, lower_at=0.0)
    with desk(store_url, authserv_id=OURS, words=replace(words.load(), learned=doubtful)) as office:
        judged(office, VIP, "请看一下个贷系统的报表。", verdict, subject="报表")
        asked = office.got(DESK_A, "ask_complaint")[0]
        assert "发件人可信度" in asked.text
        assert ("认证失败" in asked.text) == (verdict == FAILED)
        judged(office, DESK_A, "是投诉", PASSED, subject=f"Re: {asked.subject}")
        case = only_case(office)
        assert case.trust is not None
        assert case.trust.grade.value == office.mails()[0].trust
        assert bool(case.escalations) == is_escalated


@pytest.mark.parametrize(("signed_ok", "grade"), [(True, "authenticated"), (False, "known")])
def test_signatures_are_looked_at_where_our_server_wrote_nothing(
    store_url: str, monkeypatch: pytest.MonkeyPatch, signed_ok: bool, grade: str
) -> None:
    monkeypatch.setattr("ingest.dkim_check._is_valid", lambda raw, number, lookup: signed_ok)
    with desk(store_url, txt_records=lambda name: ()) as office:
        head = (
            f"DKIM-Signature: v=1; a=rsa-sha256; d=corp.example; s=s\r\nFrom: {VIP.address}\r\nTo: {DESK}\r\n"
        )
        kind = "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        office.put(f"{head}{kind}{COMPLAINT}".encode())
        assert office.mails()[0].trust == grade
        assert bool(only_case(office).escalations) == signed_ok


def test_signatures_are_not_looked_at_where_our_server_wrote_something(store_url: str) -> None:
    def never(name: str) -> tuple[str, ...]:
        raise AssertionError(f"asked for {name}")

    with desk(store_url, authserv_id=OURS, txt_records=never) as office:
        judged(office, USER, COMPLAINT, SILENT)
        assert office.mails()[0].trust == "known"


def test_dns_that_is_down_holds_no_mail_up(store_url: str) -> None:
    def down(name: str) -> tuple[str, ...]:
        raise LookupFailed(name)

    with desk(store_url, txt_records=down) as office:
        head = f"DKIM-Signature: v=1; a=rsa-sha256; d=corp.example; s=s; h=from; bh=AAAA; b=AAAA\r\nFrom: {USER.address}\r\n"
        office.put(f"{head}Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{COMPLAINT}".encode())
        assert (office.mails()[0].state, office.mails()[0].trust) == ("handled", "known")


def test_an_engineers_mail_replayed_orders_nothing_twice(office: Desk) -> None:
    """Caught on its way and sent again: as it was, it is the same mail; under another Message-ID it is too late."""
    judged(office, USER, COMPLAINT, PASSED)
    number, subject = only_case(office).number, task(office).subject
    caught = judged(office, DESK_A, "受理", PASSED, subject=subject)
    accepted = office.case(number)
    assert accepted.state is State.ACCEPTED
    with database.reading(office.office.engine) as conn:
        stored = received.get(conn, caught)
    assert stored is not None
    raw = RawMail(mailbox="desk", uidvalidity=1, uid=99, received_at=office.now, content=stored.content)
    with office.office.engine.begin() as conn:
        assert inbox.add(conn, raw, office.now) is None
    again = stored.content.replace(b"<f2@", b"<other@")
    assert again != stored.content
    office.put(again)
    assert office.case(number) == accepted


def test_the_desk_is_not_shown_a_users_token(office: Desk) -> None:
    """With it, and the user's name as the sender, an engineer could confirm their own work."""
    judged(office, USER, COMPLAINT, PASSED)
    tag = office.got(USER, "acknowledgement")[0].subject.rpartition("[")[2].rstrip("]")
    judged(office, USER, "打印机也坏了", FAILED, subject=f"Re: 个贷系统 [{tag}]")
    alerts = office.got(DESK_A, "alert")
    assert alerts
    code = tag.split()[1]
    for mail in (*office.got(DESK_A), *office.got(DESK_B)):
        assert code not in mail.subject + mail.text + mail.html
