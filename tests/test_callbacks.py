"""Call-backs from the export to the complaint: on a real store, mail put in as bytes, on a moved clock."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime
from html import unescape
from pathlib import Path

import pytest

from classify.callback_answer import Result
from notify.links import LINK_CHARS_MAX
from ombud import show_callbacks
from ombud.pseudonym import Pseudonym
from process.callback import Callback, CallbackRules
from process.case import Source
from process.sampling import Reason, Tier
from store import callbacks, erasure, events, report_rows, workorders
from store.database import reading
from tests.company import DESK_A, DESK_B, SECRETARY, SERVICE_MANAGER, USER, VIP
from tests.desk import DESK, Desk, mailto
from tests.desk import desk as open_desk
from tests.test_ladder import at

ITSM = "itsm@corp.example"
HEADER = "工单号,标题,类别,部门,申请人,邮箱,电话,处理人,创建时间,关闭时间,是否投诉\n"
FRIDAY = "2026-11-20 15:00"
NAMES = {"qian@corp.example": "钱进", "sun@corp.example": "孙总", "mi@corp.example": "米粒", "": "路人甲"}


def row(number: str, address: str = "qian@corp.example", closed: str = FRIDAY, complaint: str = "") -> str:
    name = NAMES.get(address, f"来宾{number}")
    return f"{number},打印机卡纸,桌面,催收系统开发部,{name},{address},5550,石岩,2026-11-19 09:00,{closed},{complaint}\n"


def export(desk: Desk, *rows: str, sender: str = ITSM, **headers: str) -> int:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, DESK, "工单导出"
    message["Date"] = format_datetime(desk.now)
    message["Message-ID"] = f"<{len(desk.mails())}@itsm.corp.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("附件为昨日工单。")
    content = (HEADER + "".join(rows)).encode("gb18030")
    message.add_attachment(content, maintype="text", subtype="csv", filename="orders.csv")
    return desk.put(message.as_bytes())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, work_order_senders=frozenset({ITSM, DESK_A.address})) as opened:
        yield opened


def with_rules(desk: Desk, **changes: object) -> Desk:
    rules = replace(CallbackRules(), **changes)  # type: ignore[arg-type]
    desk.office = replace(desk.office, callbacks=rules)
    return desk


def drawn(desk: Desk) -> dict[str, Callback]:
    with reading(desk.office.engine) as conn:
        found = callbacks.considered(conn, date(2026, 1, 1), date(2027, 1, 1))
    return {one.number: one for one in found}


def results(desk: Desk) -> dict[str, str]:
    return {number: one.result.value if one.result else "" for number, one in drawn(desk).items()}


def morning(desk: Desk, day: str = "2026-11-23") -> None:
    desk.move_to(at(f"{day} 09:01"))


THREE = (row("WO-1"), row("WO-2", "sun@corp.example"), row("WO-3", "mi@corp.example"))


def test_the_day_from_export_to_complaint(office: Desk) -> None:
    export(office, *THREE, Auto_Submitted="auto-generated")
    morning(office)
    assert [len(office.got(person, "callback_worklist")) for person in (DESK_A, DESK_B, USER)] == [1, 1, 0]
    office.answer(DESK_A, "callback_worklist", "WO-1 非常不满意 等了三天没人管\nWO-2 满意，很快\nWO-9 满意")
    told = office.got(DESK_A, "callback_read")[-1]
    (case,) = office.cases()
    for words in (case.number, "WO-2", "WO-9 满意", "WO-3"):
        assert words in told.text, told.text
    assert (case.source, case.work_order, case.complainant.name) == (Source.CALLBACK, "WO-1", "钱进")
    assert case.recorder.name == DESK_A.name
    assert "等了三天" in case.text
    assert office.got(USER, "acknowledgement")
    office.answer(DESK_B, "callback_worklist", "WO-3 无人接听\nWO-1 满意")
    assert results(office) == {"WO-1": "satisfied", "WO-2": "satisfied", "WO-3": "no_answer"}
    assert "callbacks_reported" in [e.what for e in office.trail("W-20261123")]


def test_correction_is_kept_and_opens_no_second_complaint(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    for text in ("WO-1 非常不满意", "WO-1 满意", "WO-1 非常不满意"):
        office.answer(DESK_A, "callback_worklist", text)
    (case,) = office.cases()
    corrected = [e.text for e in office.trail(case.number) if e.what == "noted"]
    assert len(corrected) == 2
    with reading(office.office.engine) as conn:
        history = [answer.result for answer in callbacks.answers(conn, ["WO-1"])]
    assert history == [Result.VERY_DISSATISFIED, Result.SATISFIED, Result.VERY_DISSATISFIED]
    assert "原为 满意" in office.got(DESK_A, "callback_read")[-1].text


def test_form_of_the_list_filled_in_by_a_ready_made_link(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    form, first, *_ = mailto(office.got(DESK_A, "callback_worklist")[0].html)
    assert form.body.split("\r\n") == ["回访结果", "WO-1 结果：", "WO-2 结果：", "WO-3 结果："]
    assert first.body == "WO-1 非常满意"
    filled = form.body.replace("WO-1 结果：", "WO-1 结果：满意").replace(
        "WO-2 结果：", "WO-2 结果：5 备注：很快"
    )
    office.write(DESK_A, form.subject, filled)
    office.write(DESK_A, first.subject, "WO-3 一般")
    assert results(office) == {"WO-1": "satisfied", "WO-2": "very_satisfied", "WO-3": "neutral"}


def test_quoted_list_filled_in(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    quoted = "\n".join(f"> {line}" for line in office.got(DESK_A, "callback_worklist")[0].text.split("\n"))
    text = "已填，见下。\n\n在 2026年11月23日 9:01，IT服务台 <it-desk@corp.example> 写道：\n" + quoted
    office.answer(DESK_A, "callback_worklist", text.replace("WO-2 结果：", "WO-2 结果：不满意 备注：太慢"))
    assert results(office) == {"WO-1": "", "WO-2": "dissatisfied", "WO-3": ""}


OUTLOOK = (
    '<div class="WordSection1">{typed}</div><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
    "<p><b>发件人:</b> IT服务台 &lt;it-desk@corp.example&gt;<br><b>发送时间:</b> 2026年11月23日 9:01<br>"
    "<b>收件人:</b> 李台<br><b>主题:</b> 回访清单</p></div>{quoted}"
)
FOXMAIL = (
    "<div>{typed}</div><div>&nbsp;</div><hr><div>李台</div><div><b>发件人：</b>&nbsp;IT服务台</div>"
    "<div><b>发送时间：</b>&nbsp;2026-11-23 09:01</div><div><b>主题：</b>&nbsp;回访清单</div><div>{quoted}</div>"
)
QQ = (
    '<div>{typed}</div><div><br></div><div style="font-size:12px">------------------&nbsp;原始邮件&nbsp;------------------</div>'
    '<div style="font-size:12px;background:#efefef"><div><b>发件人:</b>&nbsp;"IT服务台"&lt;it-desk@corp.example&gt;;</div>'
    "<div><b>主题:</b>&nbsp;回访清单</div></div><div>{quoted}</div>"
)
TABLE = (
    "<table><tr><td>日期</td><td>工单号</td><td>用户</td><td>结果</td><td>备注</td></tr>"
    "<tr><td>2026-11-23</td><td>WO-1</td><td>钱进</td><td>满意</td><td>很快</td></tr>"
    "<tr><td>2026-11-23</td><td>WO-2</td><td>孙总</td><td>不满意</td><td></td></tr></table>"
)


@pytest.mark.parametrize("client", [OUTLOOK, FOXMAIL, QQ], ids=["outlook", "foxmail", "qq"])
@pytest.mark.parametrize(
    "typed",
    [TABLE, "<p>WO-1 满意 很快</p><p>WO-2 不满意</p>", "<p>见下</p>"],
    ids=["table", "lines", "inside"],
)
def test_list_answered_from_mail_programs_that_quote_it_whole(office: Desk, client: str, typed: str) -> None:
    export(office, *THREE)
    morning(office)
    mail = office.got(DESK_A, "callback_worklist")[0]
    quoted = mail.html
    if "见下" in typed:
        quoted = quoted.replace("WO-1 结果：", "WO-1 结果：满意 备注：很快").replace(
            "WO-2 结果：", "WO-2 结果：不满意"
        )
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = DESK_A.address, DESK, f"回复: {mail.subject}"
    message["Message-ID"], message["In-Reply-To"] = "<reply@mail.corp.example>", f"<{mail.message_id}>"
    message.set_content(client.format(typed=typed, quoted=quoted), subtype="html")
    office.put(message.as_bytes())
    assert results(office) == {"WO-1": "satisfied", "WO-2": "dissatisfied", "WO-3": ""}
    assert "很快" in drawn(office)["WO-1"].remarks


@pytest.mark.parametrize("name", ["INC-20261120-{:05}", "{}", "工单{}号"])
def test_long_list_has_forms_for_all_in_links_that_no_program_cuts(office: Desk, name: str) -> None:
    numbers = [name.format(n) for n in range(1, 71)]
    export(office, *(row(number, f"u{n}@corp.example") for n, number in enumerate(numbers)))
    morning(office)
    html = office.got(DESK_A, "callback_worklist")[0].html
    assert max(map(len, re.findall(r'href="(mailto:[^"]+)"', unescape(html)))) <= LINK_CHARS_MAX
    forms = [link for link in mailto(html) if link.body.startswith("回访结果")]
    rows = [line.removesuffix(" 结果：") for form in forms for line in form.body.split("\r\n")[1:]]
    assert rows == sorted(numbers)
    office.write(DESK_A, forms[-1].subject, forms[-1].body.replace("结果：", "结果：满意"))
    assert {number for number, result in results(office).items() if result} == set(
        rows[-len(forms[-1].body.split("\r\n")) + 1 :]
    )


def test_export_from_elsewhere_or_forged_changes_nothing(office: Desk) -> None:
    export(office, *THREE, sender="stranger@evil.example")
    export(office, *THREE, Authentication_Results="mx.corp.example; dmarc=fail header.from=corp.example")
    assert len(drawn(office)) == 0
    office.office = replace(office.office, authserv_id="mx.corp.example")
    export(office, *THREE)
    export(office, *THREE, Authentication_Results="mx.corp.example; dmarc=fail header.from=corp.example")
    with reading(office.office.engine) as conn:
        assert [done.counts.new for done in workorders.imports(conn)] == [3]
    assert len(office.got(DESK_A, "alert")) == 2
    export(office, row("WO-4"), Authentication_Results="mx.corp.example; dmarc=pass header.from=corp.example")
    with reading(office.office.engine) as conn:
        assert workorders.get(conn, "WO-4")


def test_same_export_twice_and_a_changed_one(office: Desk) -> None:
    for rows in (THREE, THREE, (row("WO-1", closed="2026-11-20 16:00"), *THREE[1:])):
        export(office, *rows)
    with reading(office.office.engine) as conn:
        counts = [(c.new, c.updated, c.unchanged) for c in (done.counts for done in workorders.imports(conn))]
    assert counts == [(3, 0, 0), (0, 0, 3), (0, 1, 2)]
    assert office.got(DESK_A, "import_report") == []


def test_bad_rows_are_told_to_the_desk_and_to_the_person_who_sent_them(office: Desk) -> None:
    export(office, row("WO-1"), row("", "x"), row("WO-3", closed="gestern"), sender=DESK_A.address)
    (told,) = office.got(DESK_A, "import_report")
    for words in ("orders.csv", "行 3  没有工单号", "行 4", "gestern"):
        assert words in told.text, told.text
    assert len(office.got(DESK_B, "import_report")) == 1
    export(office, row("WO-5"), sender=DESK_A.address)
    assert [len(office.got(person, "import_report")) for person in (DESK_A, DESK_B)] == [2, 1]


def test_monday_looks_back_to_friday_and_late_orders_come_along(office: Desk) -> None:
    days = (
        "2026-11-22 10:00",
        "2026-11-20 00:30",
        "2026-11-17 10:00",
        "2026-11-12 10:00",
        "2026-11-23 08:00",
    )
    export(office, *(row(f"WO-{n}", f"u{n}@corp.example", closed) for n, closed in enumerate(days)))
    morning(office)
    assert set(drawn(office)) == {"WO-0", "WO-1", "WO-2"}
    morning(office, "2026-11-24")
    assert set(drawn(office)) == {"WO-0", "WO-1", "WO-2", "WO-4"}


def test_nothing_on_a_day_off_and_once_a_day(office: Desk) -> None:
    export(office, *THREE)
    morning(office, "2026-11-21")
    assert drawn(office) == {}
    for _ in range(3):
        morning(office)
    export(office, row("WO-7", "u7@corp.example"))
    office.move_to(at("2026-11-23 17:00"))
    assert len(office.got(DESK_A, "callback_worklist")) == 1
    morning(office, "2026-11-24")
    assert "WO-7" in drawn(office)


def test_export_that_comes_late_in_the_day_is_drawn_at_once(office: Desk) -> None:
    morning(office)
    export(office, *THREE)
    office.move_to(at("2026-11-23 15:00"))
    assert len(office.got(DESK_A, "callback_worklist")) == 1


def test_cool_off_but_complaints_always(office: Desk) -> None:
    export(office, row("WO-1"))
    morning(office)
    export(
        office, row("WO-2", closed="2026-11-23 10:00"), row("WO-3", closed="2026-11-23 10:00", complaint="是")
    )
    morning(office, "2026-11-24")
    found = drawn(office)
    assert (found["WO-2"].reason, found["WO-3"].reason) == (Reason.COOL_OFF, Reason.COMPLAINT)
    office.move_to(at("2026-12-24 18:00"))
    export(office, row("WO-4", closed="2026-12-24 10:00"))
    morning(office, "2026-12-25")
    assert drawn(office)["WO-4"].reason is Reason.ALL


def test_redraw_gives_the_same_and_tells_why(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with_rules(office, tiers=(Tier(up_to=None, percent=30),))
    export(office, *(row(f"WO-{n:02}", f"u{n}@corp.example") for n in range(20)))
    morning(office)
    called = {number for number, one in drawn(office).items() if one.is_called}
    assert len(called) == 6
    capsys.readouterr()
    with reading(office.office.engine) as conn:
        assert show_callbacks.print_redraw(conn, date(2026, 11, 23), as_json=True)
        assert not show_callbacks.print_redraw(conn, date(2026, 11, 24), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {one["number"] for one in told["orders"] if one["is_called"]} == called
    assert {(one["reason"], one["seats"]) for one in told["orders"]} == {
        ("drawn", "6/20"),
        ("not_drawn", "6/20"),
    }
    assert (told["percent"], told["volume"], told["is_same"]) == (30, 20, True)


def test_lists_go_on_with_what_has_no_result(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    office.answer(DESK_A, "callback_worklist", "WO-1 满意\nWO-2 无人接听")
    export(office, row("WO-5", "u5@corp.example", "2026-11-23 10:00"))
    morning(office, "2026-11-24")
    text = office.got(DESK_A, "callback_worklist")[-1].text
    assert "WO-5" in text
    assert "WO-3" in text
    assert "WO-2" not in text
    office.answer(DESK_A, "callback_worklist", "WO-3 满意\nWO-5 一般")
    assert results(office)["WO-3"] == "satisfied"


def test_only_an_engineer_by_reply_to_their_own_list_reports(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    mail = office.got(DESK_A, "callback_worklist")[0]
    office.write("li@evil.example", f"Re: {mail.subject}", "WO-1 非常不满意")
    office.write(USER, f"Re: {mail.subject}", "WO-1 非常不满意", In_Reply_To=f"<{mail.message_id}>")
    office.write(
        SERVICE_MANAGER, f"Re: {mail.subject}", "WO-1 非常不满意", In_Reply_To=f"<{mail.message_id}>"
    )
    office.write(DESK_B, f"Re: {mail.subject}", "WO-1 非常不满意", In_Reply_To=f"<{mail.message_id}>")
    assert results(office) == {"WO-1": "", "WO-2": "", "WO-3": ""}
    assert [case.source for case in office.cases() if case.source is Source.CALLBACK] == []


def test_user_without_an_address_is_called_and_complains_without_one(office: Desk) -> None:
    export(office, row("WO-1", ""))
    morning(office)
    office.answer(DESK_A, "callback_worklist", "非常不满意，一直没修好")
    (case,) = office.cases()
    assert (case.complainant.name, case.complainant.phone, case.complainant.address) == ("路人甲", "5550", "")


@pytest.fixture
def asking(office: Desk) -> Desk:
    with_rules(office, mode="user")
    export(office, *THREE, row("WO-4", ""))
    morning(office)
    return office


def test_users_are_asked_and_answer(asking: Desk) -> None:
    assert "WO-4" in asking.got(DESK_A, "callback_worklist")[0].text
    assert "WO-1" not in asking.got(DESK_A, "callback_worklist")[0].text
    assert [link.body for link in mailto(asking.got(USER, "callback_question")[0].html)] == [
        "非常满意", "满意", "一般", "不满意", "非常不满意",
    ]  # fmt: skip
    asking.answer(USER, "callback_question", "4")
    asking.answer(SECRETARY, "callback_question", "非常满意，谢谢小李")
    assert results(asking) == {"WO-1": "satisfied", "WO-2": "", "WO-3": "very_satisfied", "WO-4": ""}
    assert "满意" in asking.got(USER, "callback_read")[0].text
    asking.answer(USER, "callback_read", "谢谢")
    assert len(asking.got(USER, "callback_read")) == 1
    asking.answer(USER, "callback_read", "说错了，是一般")
    assert results(asking)["WO-1"] == "neutral"


def test_very_dissatisfied_user_complains_as_themselves_and_vip_escalates(asking: Desk) -> None:
    asking.answer(VIP, "callback_question", "非常不满意\n等了三天没人管")
    (case,) = asking.cases()
    assert (case.source, case.work_order, case.recorder.name, case.is_vip) == (
        Source.CALLBACK,
        "WO-2",
        "",
        True,
    )
    assert [entry.reason for entry in case.escalations] == ["vip"]
    assert "等了三天" in case.text
    assert asking.got(VIP, "acknowledgement")
    assert not asking.got(VIP, "callback_read")


def test_unclear_answer_is_asked_back_once_then_the_desk_is_told(asking: Desk) -> None:
    asking.answer(USER, "callback_question", "收到")
    assert len(mailto(asking.got(USER, "callback_read")[0].html)) == 5
    asking.answer(USER, "callback_question", "什么工单？")
    assert len(asking.got(USER, "callback_read")) == 1
    assert "WO-1" in asking.got(DESK_A, "alert")[-1].text
    asking.answer(USER, "callback_read", "满意")
    assert results(asking)["WO-1"] == "satisfied"


def test_complaint_in_words_is_one_and_no_result_is_guessed(asking: Desk) -> None:
    asking.answer(USER, "callback_question", "报修三天了没人管，我要投诉你们！")
    (case,) = asking.cases()
    assert (case.source, case.work_order, drawn(asking)["WO-1"].complaint) == (
        Source.CALLBACK,
        "WO-1",
        case.number,
    )
    assert results(asking)["WO-1"] == ""
    asking.answer(USER, "callback_question", "非常不满意")
    assert results(asking)["WO-1"] == "very_dissatisfied"
    assert len(asking.cases()) == 1


def test_nobody_answers_for_another(asking: Desk) -> None:
    mail = asking.got(USER, "callback_question")[0]
    for person in (VIP, DESK_A):
        asking.write(person, f"Re: {mail.subject}", "非常满意", In_Reply_To=f"<{mail.message_id}>")
    asking.write(USER, f"Re: {mail.subject}", "自动回复：我在休假，非常满意", Auto_Submitted="auto-replied")
    assert results(asking)["WO-1"] == ""


def test_unanswered_question_comes_to_the_desk(asking: Desk) -> None:
    export(asking, row("WO-8", "u8@corp.example", "2026-11-23 10:00"))
    morning(asking, "2026-11-24")
    assert "WO-1" not in asking.got(DESK_A, "callback_worklist")[-1].text
    asking.move_to(at("2026-11-27 18:00"))
    export(asking, row("WO-9", "u9@corp.example", "2026-11-27 10:00"))
    morning(asking, "2026-11-30")
    assert "WO-1" in asking.got(DESK_A, "callback_worklist")[-1].text


def test_complaint_is_about_what_its_own_line_says(office: Desk) -> None:
    """Others are praised in the same mail: nobody is held to be complained about, no category is theirs."""
    export(office, *THREE)
    morning(office)
    office.answer(DESK_A, "callback_worklist", "WO-2 满意，李台态度很好\nWO-1 非常不满意 一直没修好")
    (case,) = office.cases()
    assert (case.about, case.about_keys, case.work_order) == ("", (), "WO-1")


def test_person_erased_is_gone_and_the_draw_stays(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    export(office, *THREE)
    morning(office)
    office.answer(DESK_A, "callback_worklist", "WO-1 满意 钱进说很快")
    with office.office.engine.begin() as conn:
        erasure.sweep(conn, Pseudonym(person=USER), office.now)
    one = drawn(office)["WO-1"]
    assert not [word for word in ("钱进", "qian@") if word in str(one)]
    assert one.result is Result.SATISFIED
    with reading(office.office.engine) as conn:
        assert show_callbacks.print_redraw(conn, date(2026, 11, 23), as_json=True)
        assert events.verify(conn) == ""


def test_off_draws_nothing(office: Desk) -> None:
    with_rules(office, mode="off")
    export(office, *THREE)
    morning(office)
    assert drawn(office) == {}


def test_records_go_into_the_report(asking: Desk) -> None:
    asking.answer(USER, "callback_question", "4")
    asking.answer(DESK_A, "callback_worklist", "WO-4 无人接听")
    with reading(asking.office.engine) as conn:
        rows = report_rows.since(conn, at("2026-11-01 00:00"))
    assert [one.number for one in rows.work_orders] == ["WO-1", "WO-2", "WO-3", "WO-4"]
    assert {one.work_order: one.result for one in rows.callbacks} == {
        "WO-1": 4,
        "WO-2": None,
        "WO-3": None,
        "WO-4": None,
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_words_of_an_export_stay_words(office: Desk, language: str) -> None:
    user = replace(USER, language=language)
    desk = replace(DESK_A, language=language)
    people = tuple({USER.key: user, DESK_A.key: desk}.get(p.key, p) for p in office.organisation.people)
    office.organisation = replace(office.organisation, people=people)
    with_rules(office, mode="user")
    hostile = '"<script>alert(1)</script>{{ 7*7 }}\r\nBcc: x@evil.example"'
    export(office, row("WO-1").replace("打印机卡纸", hostile), row("WO-2", "").replace("打印机卡纸", hostile))
    morning(office)
    for mail in (*office.got(USER, "callback_question"), *office.got(DESK_A, "callback_worklist")):
        assert "<script>" not in mail.html
        assert "49" not in mail.subject
        assert not mail.header("bcc")
