"""What time brings about: ladders climbed once, in working time, and the digest; on a moved clock."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from ombud import remind, schedule
from process.case import State
from store import database, events
from tests.company import COLLECTION, DESK_A, DESK_B, GENERAL, REPRESENTATIVE, SERVICE_MANAGER, USER
from tests.desk import Desk, mailto
from tests.test_ladder import at

COMPLAINT = "催收系统登录太慢，报修三天了没人管，我要投诉你们。"
MEASURES = "措施\n原因：连接池太小\n纠正措施：已扩大\n预防措施：加监控\n责任人：张三\n计划完成：下周三"


def complain(desk: Desk) -> str:
    desk.write(USER, "催收系统登录太慢", COMPLAINT)
    return desk.cases()[-1].number


def dispatched(desk: Desk) -> str:
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "有效 属实")
    desk.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    return number


def confirming(desk: Desk) -> str:
    number = dispatched(desk)
    desk.answer(COLLECTION, "dispatch", MEASURES)
    desk.answer(SERVICE_MANAGER, "task_verify", "通过")
    desk.answer(DESK_A, "task_feedback", "批准")
    assert desk.case(number).state is State.CONFIRMING
    return number


def reminders(desk: Desk, *people: object) -> list[int]:
    return [len(desk.got(person, "reminder")) for person in people]  # type: ignore[arg-type]


def test_nobody_accepts(desk: Desk) -> None:
    number = complain(desk)
    desk.move(hours=1)
    assert reminders(desk, DESK_A, DESK_B, SERVICE_MANAGER) == [0, 0, 0]
    desk.move_to(at("2026-11-23 11:05"))
    assert reminders(desk, DESK_A, DESK_B, SERVICE_MANAGER) == [1, 1, 0]
    desk.move_to(at("2026-11-23 14:31"))
    assert reminders(desk, DESK_A, DESK_B, SERVICE_MANAGER) == [2, 2, 0]
    desk.move_to(at("2026-11-24 15:01"))
    assert reminders(desk, DESK_A, DESK_B, SERVICE_MANAGER) == [2, 2, 1]
    told = desk.got(SERVICE_MANAGER, "reminder")[0]
    assert "逾期" in told.subject
    assert DESK_A.name in told.text
    assert DESK_B.name in told.text
    assert [e.what for e in desk.trail(number)] == ["recorded", "reminded", "warned", "overdue"]


def test_each_rung_once_whatever_the_clock_does(desk: Desk) -> None:
    dispatched(desk)
    due_at = at("2026-11-26 09:00")
    desk.move_to(due_at)
    for other in (due_at - timedelta(days=1), due_at, due_at + timedelta(days=1), due_at):
        desk.move_to(other)
    assert reminders(desk, COLLECTION, SERVICE_MANAGER) == [1, 1]


def test_who_was_away_gets_one_mail_not_three(desk: Desk) -> None:
    number = complain(desk)
    desk.move(days=14)
    assert reminders(desk, DESK_A, SERVICE_MANAGER) == [1, 1]
    assert [e.what for e in desk.trail(number)] == ["recorded", "warned", "overdue"]


def test_what_falls_due_at_night_waits_for_the_opening(desk: Desk) -> None:
    desk.move_to(at("2026-11-23 17:00"))
    complain(desk)
    desk.move_to(at("2026-11-23 23:30"))
    desk.move_to(at("2026-11-24 08:59"))
    assert reminders(desk, DESK_A) == [0]
    desk.move_to(at("2026-11-24 10:00"))
    assert reminders(desk, DESK_A) == [1]


def test_several_at_once_come_as_one_mail(desk: Desk) -> None:
    numbers = []
    for what in ("打印机", "网络", "邮箱"):
        desk.write(USER, f"{what}又坏了", f"{what}又坏了，一周了没人处理，我要投诉你们！")
        numbers.append(desk.cases()[-1].number)
    desk.move(hours=2, minutes=5)
    assert reminders(desk, DESK_A) == [0]
    (mail,) = desk.got(DESK_A, "reminders")
    assert all(number in mail.text for number in numbers)
    for number in numbers:
        assert number in mail.html


def test_a_button_of_the_bundle_works_on_its_own_complaint(desk: Desk) -> None:
    """The links of a bundle carry the token of each complaint."""
    for what in ("打印机", "网络"):
        desk.write(USER, f"{what}又坏了", f"{what}又坏了，一周了没人处理，我要投诉你们！")
    first, second = desk.cases()
    desk.move(hours=2, minutes=5)
    (mail,) = desk.got(DESK_A, "reminders")
    subject = next(link.subject for link in mailto(mail.html) if second.number in link.subject)
    desk.write(DESK_A, subject, "受理")
    assert desk.case(second.number).state is State.ACCEPTED
    assert desk.case(first.number).state is State.RECORDED


def test_the_ladder_ends_with_the_answer(desk: Desk) -> None:
    dispatched(desk)
    desk.answer(COLLECTION, "dispatch", MEASURES)
    desk.move(days=7)
    assert reminders(desk, COLLECTION) == [0]
    assert reminders(desk, SERVICE_MANAGER, GENERAL) == [1, 1], "the verifier is late now, and the next above"


def test_a_department_that_is_late_is_told_to_the_it_service_manager_at_once(desk: Desk) -> None:
    number = dispatched(desk)
    due_at = desk.case(number).due_at
    assert due_at is not None
    desk.move_to(due_at)
    assert reminders(desk, COLLECTION, SERVICE_MANAGER, REPRESENTATIVE) == [1, 1, 0]
    assert COLLECTION.name in desk.got(SERVICE_MANAGER, "reminder")[0].text


def test_a_user_who_does_not_answer_is_reminded_then_the_desk_may_close(desk: Desk) -> None:
    number = confirming(desk)
    desk.move(days=3)
    (reminder,) = desk.got(USER, "reminder_user")
    assert number in reminder.subject
    assert "已扩大" in reminder.text
    desk.move(days=4)
    assert len(desk.got(USER, "reminder_user")) == 1
    offer = desk.got(DESK_A, "reminder")[-1]
    assert "关闭" in offer.text
    desk.answer(DESK_A, "reminder", "关闭 用户多次未答复，问题已处理")
    assert desk.case(number).state is State.CLOSED


def test_the_reminder_of_a_user_can_be_answered(desk: Desk) -> None:
    number = confirming(desk)
    desk.move(days=3)
    desk.answer(USER, "reminder_user", "确认，已经好了。")
    assert desk.case(number).state is State.CLOSED


def test_a_question_to_the_complainant_pauses_the_clock(desk: Desk) -> None:
    number = complain(desk)
    desk.move(hours=1)
    desk.answer(DESK_A, "task_accept", "补充 是哪台电脑？")
    assert (desk.case(number).state, desk.case(number).due_at) == (State.ASKED, None)
    desk.move(days=3)
    assert "是哪台电脑" in desk.got(USER, "reminder_user")[0].text
    assert reminders(desk, DESK_A) == [0]
    desk.move_to(at("2026-11-27 09:00"))
    desk.answer(USER, "request_particulars", "是三楼的那台。")
    assert desk.case(number).due_at == at("2026-11-27 12:00"), "three of four hours were left"


def test_a_telephone_complaint_without_address_is_followed_up_by_a_call(desk: Desk) -> None:
    form = "投诉人：赵无邮\n电话：010-5555\n来源：电话\n投诉内容：打印机一周没人修，要投诉"
    desk.write(DESK_A, "电话投诉登记", form)
    number = desk.cases()[-1].number
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "有效")
    desk.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    desk.answer(COLLECTION, "dispatch", MEASURES)
    desk.answer(SERVICE_MANAGER, "task_verify", "通过")
    desk.answer(DESK_A, "task_feedback", "批准")
    assert desk.case(number).state is State.CONFIRMING
    desk.move(days=3)
    assert "电话" in desk.got(DESK_A, "reminder")[-1].subject


def test_two_services_tick_at_the_same_time(desk: Desk) -> None:
    """The second one finds nothing left to do."""
    number = complain(desk)
    desk.now += timedelta(hours=2, minutes=5)
    assert remind.due(desk.office) == 1
    assert remind.due(desk.office) == 0
    desk.collect()
    assert reminders(desk, DESK_A) == [1]
    with desk.office.engine.begin() as conn:
        assert events.verify(conn) == ""
    assert desk.case(number).rung == 1


def test_a_tick_that_meets_another_writer_leaves_it_to_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    complain(desk)
    desk.now += timedelta(hours=2, minutes=5)
    stale = desk.cases()[0]

    def cases_of_before(*_: object) -> tuple[object, ...]:
        return (replace(stale, version=stale.version - 1),)

    with monkeypatch.context() as patched:
        patched.setattr("store.complaints.to_remind", cases_of_before)
        assert schedule.tick(desk.office) == 1, "only the digest was written"
    desk.collect()
    assert reminders(desk, DESK_A) == [0]
    assert schedule.tick(desk.office) == 1
    desk.collect()
    assert reminders(desk, DESK_A) == [1]


def test_the_digest_comes_once_a_working_day(desk: Desk) -> None:
    number = complain(desk)
    other = desk.write(USER, "新同事入职", "新同事下周入职，请帮忙开通邮箱。谢谢！")
    desk.move_to(at("2026-11-24 08:29"))
    assert desk.got(DESK_A, "digest") == []
    for minute in (30, 31, 59):
        desk.move_to(at(f"2026-11-24 08:{minute}"))
    (digest,) = desk.got(DESK_A, "digest")
    assert len(desk.got(DESK_B, "digest")) == 1
    assert number in digest.text
    assert f"M-{other}" in digest.text
    ledger = " ".join(digest.text.split())
    assert "收到 2 = 新投诉 1 + 后续 0 + 自动回复等 0 + 退信 0 + 其他 1 + 搁置 0 + 待处理 0" in ledger
    desk.move_to(at("2026-11-28 10:00"))
    assert len(desk.got(DESK_A, "digest")) == 1, "a Saturday"
    desk.move_to(at("2026-11-30 12:00"))
    assert len(desk.got(DESK_A, "digest")) == 2, "late on Monday, once"


def test_a_mail_of_the_digest_is_made_a_complaint(desk: Desk) -> None:
    desk.write(USER, "新同事入职", "新同事下周入职，请帮忙开通邮箱。谢谢！")
    desk.move_to(at("2026-11-24 08:30"))
    (digest,) = desk.got(DESK_A, "digest")
    subject = next(link.subject for link in mailto(digest.html))
    desk.write(DESK_A, subject, "投诉")
    (case,) = desk.cases()
    assert case.complainant.key == USER.key


def test_a_set_aside_mail_is_released_and_discarded_by_reply(desk: Desk) -> None:
    mail_id = desk.put(b"From: qian@corp.example\r\nMessage-ID: <x@corp.example>\r\n\r\n")
    assert desk.mails()[-1].state == "set_aside"
    desk.move_to(at("2026-11-24 08:30"))
    (digest,) = desk.got(DESK_A, "digest")
    subject = next(link.subject for link in mailto(digest.html) if f"M-{mail_id}" in link.subject)
    desk.write(DESK_A, subject, "放行")
    assert desk.mails()[0].tries == 1, "handled again, and set aside again"
    desk.write(DESK_A, subject, "丢弃")
    assert desk.mails()[0].state == "discarded"
    desk.write(DESK_A, subject, "丢弃 再来")
    assert "没有被搁置" in desk.got(DESK_A, "not_understood")[-1].text


def test_a_doubtful_repeat_is_judged_by_the_desk(desk: Desk) -> None:
    first = complain(desk)
    desk.write(USER, "登录失败", "催收系统今天登录失败，没人处理，我要投诉。")
    second = desk.cases()[-1]
    if not second.doubtful:
        pytest.fail(f"not in doubt: related {second.related}")
    task = desk.got(DESK_A, "task_accept", second.number)[-1]
    assert f"同一事项 {first}" in task.text
    desk.answer(DESK_A, "task_accept", "受理", second.number)
    desk.answer(DESK_A, "task_judge", "有效 属实", second.number)
    for template in ("task_judge", "task_assign"):
        assert f"同一事项 {first}" in desk.got(DESK_A, template, second.number)[-1].text, template
    desk.answer(DESK_A, "task_assign", "同一", second.number)
    case = desk.case(second.number)
    assert (case.related, case.doubtful) == ((first,), ())
    (escalation,) = desk.got(GENERAL, "escalation", second.number)
    assert first in escalation.text
    desk.answer(DESK_B, "task_accept", "不同", second.number)
    assert desk.case(second.number).related == (first,)
    assert len(desk.got(GENERAL, "escalation")) == 1
    desk.answer(DESK_A, "task_assign", "分派 催收系统开发部", second.number)
    desk.answer(COLLECTION, "dispatch", "退回 不归我们", second.number)
    assert "同一事项" not in desk.got(DESK_A, "task_assign", second.number)[-1].text


def test_the_digest_tells_of_a_year_without_holidays(desk: Desk) -> None:
    calendar = replace(desk.office.rules.calendar, known_years=frozenset({2026}))
    desk.office = replace(desk.office, rules=replace(desk.office.rules, calendar=calendar))
    desk.move_to(at("2026-11-10 08:30"))
    assert "节假日" not in desk.got(DESK_A, "digest")[-1].text
    desk.move_to(at("2026-11-24 08:30"))
    assert "2027 年的节假日和调休安排尚无数据" in desk.got(DESK_A, "digest")[-1].text.replace("\n", "")


def test_doubles_of_the_service_tick_at_the_same_moment(desk: Desk) -> None:
    """Four clocks on connections of their own: every rung and the digest once."""
    numbers = []
    for what in ("打印机", "网络", "邮箱", "门禁"):
        desk.write(USER, f"{what}又坏了", f"{what}又坏了，一周了没人处理，我要投诉你们！")
        numbers.append(desk.cases()[-1].number)
    desk.now += timedelta(days=3)
    url, start = desk.office.engine.url.render_as_string(hide_password=False), Barrier(4)

    def ticks(_: int) -> int:
        office = replace(desk.office, engine=database.open_database(url))
        try:
            start.wait()
            return sum(schedule.tick(office) for _ in range(5))
        finally:
            office.engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ticks, range(4)))
    desk.collect()
    for number in numbers:
        said = [event.what for event in desk.trail(number) if event.what != "recorded"]
        assert said == ["warned", "overdue"], number
    assert [len(desk.got(person, "reminders")) for person in (DESK_A, DESK_B, SERVICE_MANAGER)] == [1, 1, 1]
    assert len(desk.got(DESK_A, "digest")) == 1
    with desk.office.engine.begin() as conn:
        assert events.verify(conn) == ""
