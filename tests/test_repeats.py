"""Escalations through the whole handle step: VIPs by every way in, repeats by every way, and nobody by mistake."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from classify.people import NamedVip, Person
from process.case import Case, State
from tests.company import DESK_A, DESK_B, GENERAL, ORGANISATION, SECRETARY, SERVICE_MANAGER, USER, VIP, person
from tests.desk import Desk
from tests.test_clock import COMPLAINT, confirming
from tests.test_ladder import at

SECOND = "jin.private@corp.example"
REPORT = "信贷部的月度报表要求5号前给，到今天还没有出来，我要投诉你们。"
REPORT_AGAIN = "信贷部的月度报表还是没有出来，要求5号前给的，我要投诉你们。"


def with_people(desk: Desk, *people: Person, **more: object) -> None:
    """The company with some people as they are here instead."""
    keys = {p.key for p in people}
    others = tuple(p for p in desk.organisation.people if p.key not in keys)
    desk.organisation = replace(desk.organisation, people=(*others, *people), **more)  # type: ignore[arg-type]


def last(desk: Desk) -> Case:
    return desk.cases()[-1]


def reasons(case: Case) -> list[str]:
    return [escalation.reason for escalation in case.escalations]


# VIPs


def test_an_engineer_forwards_a_vips_mail(desk: Desk) -> None:
    text = (
        "请登记投诉。\n\n-----原始邮件-----\n发件人: 孙总 <sun@corp.example>\n发送时间: 2026年11月23日 8:30\n"
        "收件人: 李台 <li@corp.example>\n主题: 报表\n\n报表到现在没有给我，你们怎么做事的？"
    )
    desk.write(DESK_A, "转发: 报表", text)
    case = last(desk)
    assert (case.complainant.key, case.recorder.key) == (VIP.key, DESK_A.key)
    assert reasons(case) == ["vip"]
    assert desk.got(VIP, "acknowledgement"), "the complainant is told, not only the recorder"


def test_an_engineer_records_a_vips_telephone_complaint(desk: Desk) -> None:
    desk.write(DESK_B, "电话投诉登记", "来源：电话\n投诉人：孙总\n投诉内容：报表迟迟不给，很不满意")
    assert (last(desk).complainant.key, reasons(last(desk))) == (VIP.key, ["vip"])


def test_an_engineer_records_what_a_secretary_says_for_a_vip(desk: Desk) -> None:
    form = "来源：电话\n投诉人：米粒\n代表：孙总\n投诉内容：报表迟迟不给，很不满意"
    desk.write(DESK_B, "电话投诉登记", form)
    case = last(desk)
    assert (case.complainant.key, case.on_behalf_of.key, reasons(case)) == (SECRETARY.key, VIP.key, ["vip"])


def test_a_secretary_forwards_the_vips_words(desk: Desk) -> None:
    text = (
        "请处理，谢谢。\n\n-----原始邮件-----\n发件人: 孙总 <sun@corp.example>\n发送时间: 2026年11月23日 8:30\n"
        "收件人: 米粒 <mi@corp.example>\n主题: 报表\n\n" + REPORT
    )
    desk.write(SECRETARY, "转发: 投诉报表", "我要投诉，报表一直没有人给。\n" + text)
    assert (last(desk).on_behalf_of.key, reasons(last(desk))) == (VIP.key, ["vip"])


def test_a_secretarys_own_complaint_is_no_vips(desk: Desk) -> None:
    desk.write(SECRETARY, "打印机", "打印机坏了一周没人修，服务太差，我要投诉！")
    assert (last(desk).on_behalf_of.is_known, reasons(last(desk))) == (False, [])


@pytest.mark.parametrize(("day", "is_vip"), [(24, False), (25, True), (26, True), (27, False)])
def test_a_dated_vip_counts_on_local_days(desk: Desk, day: int, is_vip: bool) -> None:
    """At 07:00 in Shanghai it is still the day before in UTC."""
    guest = NamedVip(address=USER.address, since=date(2026, 11, 25), until=date(2026, 11, 26))
    desk.organisation = replace(ORGANISATION, named_vips=(guest,))
    desk.move_to(at(f"2026-11-{day} 07:00"))
    desk.write(USER, "催收系统", COMPLAINT)
    assert last(desk).is_vip is is_vip


# Repeats


def test_not_solved_and_a_disputed_closure_are_one_escalation_each(desk: Desk) -> None:
    number = confirming(desk)
    desk.answer(USER, "feedback", "还是没有解决！")
    assert [e.once for e in desk.case(number).escalations] == ["repeat-1"]
    (mail,) = desk.got(GENERAL, "escalation")
    assert number in mail.text
    assert "还是没有解决" in mail.text
    assert SERVICE_MANAGER.address in {a.address for a in mail.cc}


def test_a_new_mail_on_the_matter_from_another_address(desk: Desk) -> None:
    with_people(desk, replace(USER, addresses=(USER.address, SECOND)))
    desk.write(USER, "报表", REPORT)
    first = last(desk).number
    desk.move(days=3)
    desk.write(SECOND, "报表又没有", REPORT_AGAIN)
    case = last(desk)
    assert (case.related, reasons(case)) == ((first,), ["repeat"])
    (mail,) = desk.got(GENERAL, "escalation")
    assert first in mail.text
    assert "文字相似度" in mail.text, "the evidence in words"


def test_a_mail_that_names_the_earlier_number_in_its_text(desk: Desk) -> None:
    desk.write(USER, "报表", REPORT)
    first = last(desk).number
    desk.write(USER, "没有下文", f"{first} 投诉以后没人联系我，服务太差，我再次投诉！")
    assert (last(desk).related, reasons(last(desk))) == ((first,), ["repeat"])
    assert "来信提到它的编号" in desk.got(GENERAL, "escalation")[0].text


def test_the_same_work_order_whatever_the_words(desk: Desk) -> None:
    desk.write(USER, "打印机", "工单 INC20261101 打印机坏了一周没人修，我要投诉！")
    first = last(desk).number
    desk.write(USER, "无语", "工单 INC20261101 你们到底管不管？太差劲了，我要投诉！")
    assert (last(desk).related, reasons(last(desk))) == ((first,), ["repeat"])


def test_after_the_window_it_is_a_new_matter(desk: Desk) -> None:
    desk.write(USER, "报表", REPORT)
    desk.move_to(desk.now + timedelta(days=91))
    desk.write(USER, "报表", REPORT_AGAIN)
    assert (last(desk).related, reasons(last(desk))) == ((), [])


def test_somebody_elses_complaint_on_the_same_trouble_is_no_repeat(desk: Desk) -> None:
    desk.write(USER, "报表", REPORT)
    desk.write("other@corp.example", "报表", REPORT_AGAIN)
    assert (last(desk).related, last(desk).doubtful, reasons(last(desk))) == ((), (), [])


def test_a_delegate_who_says_for_whom_repeats_the_vips_complaint(desk: Desk) -> None:
    desk.write(VIP, "报表", REPORT)
    first = last(desk).number
    desk.write(SECRETARY, "代孙总投诉", f"代孙总再次投诉：{REPORT_AGAIN}")
    assert (last(desk).related, sorted(reasons(last(desk)))) == ((first,), ["repeat", "vip"])


def test_a_delegate_who_does_not_say_for_whom_is_put_to_the_desk(desk: Desk) -> None:
    desk.write(VIP, "报表", REPORT)
    first = last(desk).number
    desk.write(SECRETARY, "报表又没有", REPORT_AGAIN)
    case = last(desk)
    assert (case.related, case.doubtful, reasons(case)) == ((), (first,), [])
    task = desk.got(DESK_A, "task_accept", case.number)[-1]
    assert "未说明代表谁" in task.text.replace("\n  | ", "")
    assert f"不同事项 {first}" in task.text
    desk.answer(DESK_A, "task_accept", f"不同事项 {first}", case.number)
    assert (last(desk).doubtful, reasons(last(desk))) == ((), [])


def test_several_earlier_complaints_are_one_escalation(desk: Desk) -> None:
    desk.write(USER, "报表", REPORT)
    desk.write(USER, "报表", REPORT_AGAIN)
    desk.write(USER, "报表", REPORT_AGAIN + "第三次了！")
    first, second, third = desk.cases()
    assert set(third.related) == {first.number, second.number}
    assert len(desk.got(GENERAL, "escalation", third.number)) == 1
    assert all(n in desk.got(GENERAL, "escalation", third.number)[0].text for n in third.related)


# Round whom it is about, and nobody else


def test_a_complaint_about_an_engineer_never_reaches_them(desk: Desk) -> None:
    words = "我要投诉周台，态度恶劣，电话里骂人。"
    desk.write(USER, "投诉周台", words)
    number = last(desk).number
    assert last(desk).about_keys == (DESK_B.key,)
    desk.move(days=7)
    assert desk.got(DESK_A, "digest")
    assert desk.got(DESK_B, "digest"), "their digest comes, without it"
    told = [
        mail for mail in desk.got(DESK_B) if number in mail.text + mail.subject or "投诉周台" in mail.text
    ]
    assert told == []
    desk.write(DESK_B, f"关于 {number}", "进度")
    assert "这不是您的投诉" in desk.got(DESK_B, "not_understood")[0].text
    assert f"[{number}" not in desk.got(DESK_B, "not_understood")[0].subject, "no token of it"


def test_a_doubtful_mail_about_an_engineer_is_put_to_the_others(desk: Desk) -> None:
    desk.write(USER, "周台", "对周台的态度有些意见，多次沟通都不太顺利。")
    if desk.mails()[-1].kind != "ask":
        pytest.skip("no longer doubtful: another text is needed")
    assert desk.got(DESK_A, "ask_complaint")
    assert not desk.got(DESK_B, "ask_complaint")


def test_a_vips_complaint_about_the_general_manager_goes_to_the_next(desk: Desk) -> None:
    desk.write(VIP, "投诉陈总", "我要投诉陈总，推诿敷衍，报表到现在没有给我。")
    case = last(desk)
    assert case.about_keys == (GENERAL.key,)
    assert [e.to.name for e in case.escalations] == ["褚代表"]
    assert desk.got(GENERAL) == []


def test_a_delegate_of_the_complainant_has_no_part_in_handling_it(desk: Desk) -> None:
    with_people(desk, replace(VIP, delegates=(DESK_B.address,)))
    desk.write(VIP, "报表", REPORT)
    number = last(desk).number
    assert not desk.got(DESK_B, "task_accept")
    desk.write(DESK_B, f"关于 {number}", "受理")
    assert desk.case(number).state is State.RECORDED


def test_a_stranger_gets_nothing_of_it(desk: Desk) -> None:
    desk.write(USER, "报表", REPORT)
    stranger = person("陌生人", "x@evil.example")
    desk.write(stranger, f"Re: 报表 [{last(desk).number} abc-AAAAAAAAAAAA]", "进度")
    assert all(REPORT[:10] not in mail.text for mail in desk.got(stranger))
