"""How people really answer: at the same time, crossing, from the wrong address, with a question below, with files."""

from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from classify.people import Absence
from classify.token import Sealer
from ombud.mailroom import Limits
from process.case import State
from tests.company import (
    COLLECTION,
    DESK_A,
    DESK_B,
    GENERAL,
    LOANS,
    REPRESENTATIVE,
    SERVICE_MANAGER,
    USER,
    person,
)
from tests.desk import DESK, Desk
from tests.test_clock import MEASURES, complain, confirming, dispatched
from tests.test_repeats import with_people


def test_two_engineers_answer_the_same_task(desk: Desk) -> None:
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", "受理")
    desk.now += timedelta(minutes=3)
    desk.answer(DESK_B, "task_accept", "受理")
    (told,) = desk.got(DESK_B, "not_understood")
    assert "李台 · 受理 · 2026-11-23（周一）09:00" in told.text, "who, what and when"
    case = desk.case(number)
    assert case.accepted is not None
    assert case.accepted.by.key == DESK_A.key


def test_the_second_verdict_does_not_overrule_the_first(desk: Desk) -> None:
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "有效 属实")
    desk.answer(DESK_B, "task_accept", "无效 我看不属实")
    assert "李台 · 判为有效" in desk.got(DESK_B, "not_understood")[0].text
    assert desk.case(number).state is State.VALID


def test_two_dispatches_cross(desk: Desk) -> None:
    """The other engineer answers a mail from before the dispatch: nobody is dispatched anew by accident."""
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "有效 属实")
    desk.now += timedelta(minutes=1)
    desk.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    desk.now += timedelta(minutes=1)
    desk.answer(DESK_B, "task_accept", "分派 个贷系统开发部")
    assert desk.case(number).department == "催收系统开发部"
    assert "催收系统开发部 · 分派" in desk.got(DESK_B, "not_understood")[0].text
    assert desk.got(LOANS) == []


def test_the_owner_dispatches_anew_and_the_first_manager_is_told(desk: Desk) -> None:
    number = dispatched(desk)
    desk.now += timedelta(hours=1)
    desk.answer(DESK_A, "task_assign", "分派 个贷系统开发部")
    assert desk.case(number).department_manager.key == LOANS.key
    (told,) = desk.got(COLLECTION, "withdrawn")
    assert number in told.text
    assert "报修三天" not in told.text, "it does not concern them any more"
    desk.answer(COLLECTION, "dispatch", MEASURES)
    assert "这一步不由您来做" in desk.got(COLLECTION, "not_understood")[0].text
    assert desk.case(number).state is State.HANDLING


def test_measures_cross_with_the_complainants_news(desk: Desk) -> None:
    number = dispatched(desk)
    desk.answer(USER, "acknowledgement", "补充：四号机也是这样。")
    desk.answer(COLLECTION, "dispatch", MEASURES)
    assert desk.case(number).state is State.VERIFYING
    assert "四号机" in desk.got(DESK_A, "news")[-1].text


def test_a_closure_crosses_with_not_solved(desk: Desk) -> None:
    number = confirming(desk)
    desk.now += timedelta(days=7)
    desk.move(minutes=1)
    desk.answer(USER, "feedback", "没有解决，还是慢。")
    desk.answer(DESK_A, "reminder", "关闭 用户一直没有答复")
    assert desk.case(number).state is State.HANDLING
    assert "部门处理" in desk.got(DESK_A, "not_understood")[0].text, "where it stands instead"


def test_a_question_below_a_command_is_passed_on(desk: Desk) -> None:
    number = dispatched(desk)
    desk.answer(COLLECTION, "dispatch", f"{MEASURES}\n\n另外，用户用的是哪个版本？")
    assert desk.case(number).state is State.VERIFYING, "the command counts"
    question = desk.got(DESK_A, "news")[-1]
    assert "有人在答复中提出问题" in question.subject
    assert "哪个版本" in question.text


@pytest.mark.parametrize("text", ["可以关闭了吗？", "受理？", "有效期是多久？"])
def test_a_question_orders_nothing(desk: Desk, text: str) -> None:
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", text)
    assert desk.case(number).state is State.RECORDED
    assert "没有认出" in desk.got(DESK_A, "not_understood")[0].text


def test_a_managers_remark_reaches_whose_turn_it_is_and_not_the_complainant(desk: Desk) -> None:
    number = dispatched(desk)
    desk.write(USER, f"关于 {number}", "进度")
    before = len(desk.got(USER))
    status_of(desk, GENERAL, number)
    desk.answer(GENERAL, "status", "备注 请本周内完成", number)
    for to in (DESK_A, COLLECTION):
        assert "请本周内完成" in desk.got(to, "news")[-1].text
    assert len(desk.got(USER)) == before
    assert desk.trail(number)[-1].what == "noted"


def status_of(desk: Desk, who: object, number: str) -> None:
    desk.write(who, f"关于 {number}", "进度")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "who", [DESK_B, SERVICE_MANAGER, GENERAL, REPRESENTATIVE, USER], ids=lambda p: p.name
)
@pytest.mark.parametrize("text", ["进度", "进度？", "status", "您好，\n进度如何"])
def test_status_at_any_time_from_anybody_concerned(desk: Desk, who: object, text: str) -> None:
    number = dispatched(desk)
    desk.write(who, f"关于 {number}", text)  # type: ignore[arg-type]
    told = desk.got(who, "status", number)[-1]  # type: ignore[arg-type]
    assert ("环节：05 正在处理" if who is USER else "环节：05 部门处理") in told.text
    assert desk.case(number).state is State.HANDLING


def test_status_of_a_complaint_that_does_not_concern_them(desk: Desk) -> None:
    number = dispatched(desk)
    status_of(desk, LOANS, number)
    (told,) = desk.got(LOANS)
    assert "这不是您的投诉" in told.text
    assert "登录太慢" not in told.text + told.subject


def test_status_after_the_end(desk: Desk) -> None:
    number = confirming(desk)
    desk.answer(USER, "feedback", "确认，好了。")
    status_of(desk, USER, number)
    assert "已关闭" in desk.got(USER, "status", number)[-1].text


def test_a_note_with_files_is_kept_on_the_record(desk: Desk) -> None:
    number = dispatched(desk)
    task = desk.got(COLLECTION, "dispatch")[0]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = COLLECTION.address, DESK, f"Re: {task.subject}"
    message["In-Reply-To"], message["Message-ID"] = f"<{task.message_id}>", "<note@mail.corp.example>"
    message.set_content("备注 日志见附件")
    message.add_attachment(b"%PDF-1.4 log", maintype="application", subtype="pdf", filename="日志.pdf")
    desk.put(message.as_bytes())
    (note,) = desk.case(number).attachments
    assert (note.filename, note.size_bytes) == ("日志.pdf", 12)
    event = desk.trail(number)[-1]
    assert event.what == "noted"
    assert "日志.pdf" in event.text
    assert event.mail_id == desk.mails()[-1].id, "the mail with the file is found from the trail"


def test_the_right_person_from_an_address_nobody_registered(desk: Desk) -> None:
    number = dispatched(desk)
    task = desk.got(COLLECTION, "dispatch")[0]
    desk.write("wu@private.example", f"Re: {task.subject}", MEASURES, In_Reply_To=f"<{task.message_id}>")
    assert desk.case(number).state is State.HANDLING
    (told,) = desk.got("wu@private.example")
    assert "请用登记的邮箱重新回复" in told.text
    assert "报修三天" not in told.text
    assert "[" + number not in told.subject
    assert desk.got(DESK_A, "alert"), "and the desk is told"


def test_the_right_person_from_their_other_address(desk: Desk) -> None:
    with_people(desk, replace(COLLECTION, addresses=(COLLECTION.address, "wu.second@corp.example")))
    number = dispatched(desk)
    task = desk.got(COLLECTION, "dispatch")[0]
    desk.write("wu.second@corp.example", f"Re: {task.subject}", MEASURES, In_Reply_To=f"<{task.message_id}>")
    assert desk.case(number).state is State.VERIFYING


def test_a_task_that_is_too_old_is_said_to_be_so(desk: Desk) -> None:
    number = complain(desk)
    desk.now += timedelta(days=401)
    desk.answer(DESK_A, "task_accept", "受理", number)
    assert "已经过期" in desk.got(DESK_A, "not_understood")[0].text
    assert desk.case(number).state is State.RECORDED
    desk.answer(DESK_A, "not_understood", "受理", number)
    assert desk.case(number).state is State.ACCEPTED, "the answer carries a fresh token"


def test_a_new_key_leaves_the_mails_on_their_way_good(desk: Desk) -> None:
    number = complain(desk)
    sealer = Sealer(keys=("n" * 32, *desk.office.sealer.keys), max_age_days=400)
    letterhead = replace(desk.office.letterhead, sealer=sealer)
    desk.office = replace(desk.office, sealer=sealer, letterhead=letterhead)
    desk.answer(DESK_A, "task_accept", "受理")
    assert desk.case(number).state is State.ACCEPTED
    only_new = replace(sealer, keys=sealer.keys[:1])
    desk.office = replace(desk.office, sealer=only_new, letterhead=replace(letterhead, sealer=only_new))
    desk.answer(DESK_A, "task_judge", "有效 属实")
    assert desk.case(number).state is State.VALID, "signed with the new key already"


AWAY = Absence(since=date(2026, 11, 23), until=date(2026, 11, 27), substitute=LOANS.address)


def test_a_substitute_acts_with_a_token_of_their_own(desk: Desk) -> None:
    with_people(desk, replace(COLLECTION, absence=AWAY))
    number = dispatched(desk)
    (task,) = desk.got(LOANS, "dispatch")
    assert "代班" in task.text
    assert not desk.got(COLLECTION, "dispatch")
    desk.answer(LOANS, "dispatch", MEASURES)
    case = desk.case(number)
    assert case.measures is not None
    assert (case.state, case.measures.by.key) == (State.VERIFYING, LOANS.key)


def test_who_is_back_takes_over_and_the_substitutes_token_is_worth_nothing_more(desk: Desk) -> None:
    with_people(desk, replace(COLLECTION, absence=AWAY))
    number = dispatched(desk)
    desk.now += timedelta(days=7)
    desk.answer(LOANS, "dispatch", MEASURES)
    assert desk.case(number).state is State.HANDLING
    assert "这一步不由您来做" in desk.got(LOANS, "not_understood")[0].text


def test_nobody_verifies_the_measures_for_which_they_stood_in(desk: Desk) -> None:
    """The verifier stands in for the department's manager: the general manager verifies."""
    absence = replace(AWAY, substitute=SERVICE_MANAGER.address)
    with_people(desk, replace(COLLECTION, absence=absence))
    number = dispatched(desk)
    desk.answer(SERVICE_MANAGER, "dispatch", MEASURES)
    assert not desk.got(SERVICE_MANAGER, "task_verify")
    desk.answer(SERVICE_MANAGER, "dispatch", "通过")
    assert "不能验证自己采取的措施" in desk.got(SERVICE_MANAGER, "not_understood")[0].text
    desk.answer(GENERAL, "task_verify", "通过")
    assert desk.case(number).state is State.FEEDING_BACK


def test_a_stranger_in_copy_has_no_power(desk: Desk) -> None:
    number = complain(desk)
    task = desk.got(DESK_A, "task_accept")[0]
    desk.write(
        person("路人", "passer@corp.example"),
        f"Re: {task.subject}",
        "受理",
        In_Reply_To=f"<{task.message_id}>",
    )
    assert desk.case(number).state is State.RECORDED


def test_an_order_of_the_staff_reaches_the_complainant_whatever_their_budget(desk: Desk) -> None:
    desk.office = replace(desk.office, limits=Limits(replies_per_day=1))
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", "补充 是哪一台打印机？")
    assert desk.case(number).state is State.ASKED
    assert len(desk.got(USER, "request_particulars")) == 1, "who is waited for was asked"


def test_a_forged_order_of_the_staff_uses_up_the_budget_as_any_mail(desk: Desk) -> None:
    """Or a sender anybody can write would let us write to anybody as often as they like."""
    desk.office = replace(desk.office, limits=Limits(replies_per_day=1))
    for name in ("打印机", "邮箱", "网络"):
        form = f"投诉人：王芳\n邮箱：{USER.address}\n投诉内容：{name}坏了三天没人管"
        desk.write(DESK_A, "投诉登记", form)
    assert len(desk.cases()) == 3
    assert len(desk.got(USER)) == 1
