"""The desk's replies to a work list of call-backs: lines, forms, tables, of one engineer and of two."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest

from classify.callback_answer import Result
from notify.links import LINK_CHARS_MAX
from process.case import Source
from store import callbacks
from store.database import reading
from tests.callback_desk import THREE, drawn, export, morning, opened, results, row
from tests.company import DESK_A, DESK_B, SERVICE_MANAGER, USER
from tests.desk import DESK, Desk, mailto
from tests.test_ladder import at


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as desk:
        yield desk


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
    office.answer(DESK_B, "callback_worklist", "WO-3 无人接听")
    assert results(office) == {"WO-1": "very_dissatisfied", "WO-2": "satisfied", "WO-3": "no_answer"}
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


def test_complaint_is_about_what_its_own_line_says(office: Desk) -> None:
    """Others are praised in the same mail: nobody is held to be complained about, no category is theirs."""
    export(office, *THREE)
    morning(office)
    office.answer(DESK_A, "callback_worklist", "WO-2 满意，李台态度很好\nWO-1 非常不满意 一直没修好")
    (case,) = office.cases()
    assert (case.about, case.about_keys, case.work_order) == ("", (), "WO-1")


def reported_by_both(office: Desk, first: str, second: str) -> str:
    """What the second engineer is told, who answers the day's list half an hour later than the first."""
    export(office, *THREE)
    morning(office)
    office.move_to(at("2026-11-23 10:00"))
    office.answer(DESK_A, "callback_worklist", first)
    office.move_to(at("2026-11-23 10:30"))
    listed = office.got(DESK_B, "callback_worklist")[0]
    office.write(DESK_B, f"Re: {listed.subject}", second, In_Reply_To=f"<{listed.message_id}>")
    return office.got(DESK_B, "callback_read")[-1].text


def test_the_first_result_stands_and_the_second_engineer_is_told_whose_it_is(office: Desk) -> None:
    told = reported_by_both(office, "WO-1 满意 很快", "WO-1 不满意\nWO-2 一般")
    assert results(office) == {"WO-1": "satisfied", "WO-2": "neutral", "WO-3": ""}
    for words in (
        "已有结果，没有改动",
        f"WO-1  满意 · {DESK_A.name} · 2026-11-23（周一）10:00",
        "WO-2  一般",
    ):
        assert words in told, told
    with reading(office.office.engine) as conn:
        history = [(one.person_key, one.result) for one in callbacks.answers(conn, ["WO-1"])]
    assert history == [(DESK_A.key, Result.SATISFIED), (DESK_B.key, Result.DISSATISFIED)]


def test_who_was_told_may_correct_by_reply(office: Desk) -> None:
    reported_by_both(office, "WO-1 满意", "WO-1 不满意")
    office.move_to(at("2026-11-23 10:40"))
    office.answer(DESK_B, "callback_read", "WO-1 不满意 用户改口了")
    assert results(office)["WO-1"] == "dissatisfied"


def test_each_engineer_hears_what_the_other_has_done(office: Desk) -> None:
    reported_by_both(office, "WO-1 满意 很快", "WO-2 一般")
    assert results(office) == {"WO-1": "satisfied", "WO-2": "neutral", "WO-3": ""}
    (to_b, _), (_, to_a) = (office.got(person, "callback_read") for person in (DESK_B, DESK_A))
    assert f"{DESK_A.name}已登记" in to_b.text
    assert "WO-1  满意" in to_b.text
    assert "很快" not in to_b.text, "remarks may be about the one who reads this"
    assert f"{DESK_B.name}已登记" in to_a.text
    assert "WO-3" in to_a.text
    assert "WO-1 结果" not in to_a.text
    office.write(DESK_A, to_a.subject, "WO-3 满意", In_Reply_To=f"<{to_a.message_id}>")
    assert results(office)["WO-3"] == "satisfied"


@pytest.mark.parametrize(
    ("first", "second", "result", "complaints"),
    [
        ("WO-1 无人接听", "WO-1 满意", "satisfied", 0),
        ("WO-1 满意", "WO-1 无人接听", "satisfied", 0),
        ("WO-1 满意", "WO-1 非常不满意", "very_dissatisfied", 1),
        ("WO-1 非常不满意", "WO-1 满意", "very_dissatisfied", 1),
        ("WO-1 拒绝回访", "WO-1 满意", "declined", 0),
        ("WO-1 满意", "WO-1 满意 很快", "satisfied", 0),
    ],
)
def test_which_of_two_results_counts(
    office: Desk, first: str, second: str, result: str, complaints: int
) -> None:
    reported_by_both(office, first, second)
    assert (results(office)["WO-1"], len(office.cases())) == (result, complaints)


def test_own_results_are_corrected_at_any_time(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    for minute, words in (("10:00", "WO-1 满意"), ("10:30", "WO-1 不满意")):
        office.move_to(at(f"2026-11-23 {minute}"))
        listed = office.got(DESK_A, "callback_worklist")[0]
        office.write(DESK_A, f"Re: {listed.subject}", words, In_Reply_To=f"<{listed.message_id}>")
    assert results(office)["WO-1"] == "dissatisfied"
