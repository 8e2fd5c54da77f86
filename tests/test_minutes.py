"""Minutes of a service review: asked for, read, echoed, kept."""

from email.message import EmailMessage

import pytest

from classify import minutes
from process.outcome import OutcomeState
from tests import review_meeting
from tests.company import COLLECTION, LOANS, SERVICE_MANAGER
from tests.desk import DESK, Desk
from tests.review_meeting import CHANGES, minuted, outcomes, planned, stored
from tests.test_ladder import at


@pytest.fixture
def office(desk: Desk) -> Desk:
    return review_meeting.prepared(desk)


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
