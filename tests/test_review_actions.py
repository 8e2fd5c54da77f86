"""What a service review came to: actions followed until they are done, decisions taken over by change management."""

import pytest

from process.case import State
from process.outcome import Outcome, OutcomeState, climbed, on_ladder
from tests import review_meeting
from tests.company import CALENDAR, COLLECTION, DESK_A, LOANS, REPRESENTATIVE, SERVICE_MANAGER
from tests.desk import Desk, mailto
from tests.review_meeting import CHANGES, minuted, outcomes
from tests.test_clock import MEASURES, dispatched
from tests.test_ladder import at


@pytest.fixture
def office(desk: Desk) -> Desk:
    return review_meeting.prepared(desk)


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


def test_a_form_of_measures_below_done_is_measures(desk: Desk) -> None:
    """'完成' is a verb of the review's actions; on a complaint it is none."""
    number = dispatched(desk)
    desk.answer(COLLECTION, "dispatch", f"已完成\n{MEASURES.partition(chr(10))[2]}", number)
    assert desk.case(number).state is State.VERIFYING


def test_an_owner_moves_the_date_and_everybody_who_oversees_it_is_told(office: Desk) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", "改期 2027-02-26 等待设备到货")
    action = outcomes(office)[2]
    assert (action.due_at, action.remind_at) == (at("2027-02-26 18:00"), at("2027-02-23 09:00"))
    (move,) = action.moves
    assert (move.by.name, move.due_at, move.why) == (COLLECTION.name, at("2026-12-31 18:00"), "等待设备到货")
    assert "2027-02-26（周五）18:00" in office.got(COLLECTION, "action")[-1].text
    for who in (SERVICE_MANAGER, REPRESENTATIVE):
        (told,) = office.got(who, "review_news")
        assert "改期" in told.text, who.name
        assert "等待设备到货" in told.text, who.name
        assert "2026-12-31" in told.text, who.name
    office.move_to(at("2027-01-05 10:00"))
    assert not any("已过期限" in mail.text for mail in office.got(COLLECTION, "action"))
    office.move_to(at("2027-02-23 09:00"))
    assert "即将到期" in office.got(COLLECTION, "action")[-1].text
    (event,) = [event for event in office.trail("A-2026-00003") if event.what == "rescheduled"]
    assert event.actor.name == COLLECTION.name


def test_the_manager_moves_a_date_without_a_reason_and_the_owner_is_told(office: Desk) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", "备注 采购延期")
    office.answer(SERVICE_MANAGER, "review_news", "due 15 January 2027")
    assert outcomes(office)[2].due_at == at("2027-01-15 18:00")
    assert len(office.got(COLLECTION, "action")) == 2
    assert len(office.got(REPRESENTATIVE, "review_news")) == 1


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("改期 2027-02-26", "需要写明内容或理由"),
        ("改期 尽快", "没有认出时限"),
        ("改期 2025-02-26 等设备", "没有认出时限"),
        ("改期 2027-02-30 等设备", "没有认出时限"),
        ("改期", "没有认出时限"),
    ],
)
def test_a_date_that_cannot_be_moved_is_told(office: Desk, words: str, answer: str) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", words)
    assert answer in office.got(COLLECTION, "not_understood")[-1].text, words
    assert outcomes(office)[2].due_at == at("2026-12-31 18:00")
    assert not office.got(REPRESENTATIVE, "review_news")


@pytest.mark.parametrize(
    "words",
    [
        "改期至12月20日，等设备到货",
        "延期到下周五 等设备",
        "due 31 December 2026: waiting",
        "Due date: 2027-01-29\nparts are late",
    ],
)
def test_dates_are_moved_in_the_words_that_people_use(office: Desk, words: str) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", words)
    assert not office.got(COLLECTION, "not_understood"), words


def test_an_action_that_is_done_has_no_date_to_be_moved(office: Desk) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", "完成")
    office.answer(COLLECTION, "action", "改期 2027-02-26 等设备")
    assert "已经完成" in office.got(COLLECTION, "not_understood")[-1].text
    assert outcomes(office)[2].moves == ()


def test_the_same_date_again_tells_nobody(office: Desk) -> None:
    minuted(office)
    for _ in range(2):
        office.answer(COLLECTION, "action", "改期 2027-02-26 等设备")
    assert len(outcomes(office)[2].moves) == 1
    assert len(office.got(REPRESENTATIVE, "review_news")) == 1


def test_nobody_else_moves_a_date(office: Desk) -> None:
    minuted(office)
    mail = office.got(COLLECTION, "action")[0]
    office.write(LOANS, f"Re: {mail.subject}", "改期 2027-02-26 等设备", In_Reply_To=f"<{mail.message_id}>")
    assert outcomes(office)[2].moves == ()


def test_the_button_for_another_date_asks_for_it(office: Desk) -> None:
    minuted(office)
    link = mailto(office.got(COLLECTION, "action")[0].html)[1]
    assert link.body.startswith("改期")
    office.write(COLLECTION, link.subject, link.body.replace("<日期> <理由>", "2027-02-26 等设备"))
    assert outcomes(office)[2].due_at == at("2027-02-26 18:00")
