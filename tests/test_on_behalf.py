"""Complaints that an engineer records: by form, spreadsheet or forward; the user is told, the engineer sees what was read."""

import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import MergedCell

from classify.form import field_of
from ingest.mail import Mail
from notify import form_sheet, record_sheet
from notify.form_sheet import Field, Form, Section
from notify.render import words
from ombud import config, form_out
from process.case import Case, Source, State
from tests.company import DESK_A, USER, VIP, person
from tests.desk import DESK, Desk, desk, mailto
from tests.workbooks import book

pytestmark = pytest.mark.mails

PHONE = "投诉人：{who}\n电话：010-5550-0001\n投诉内容：催收系统登录很慢，等了三天没有人管\n类别：响应时间\n严重程度：高\n诉求：今天修好"


@pytest.fixture(name="office")
def an_office(store_url: str) -> Iterator[Desk]:
    with desk(store_url) as made:
        yield made


def case(office: Desk) -> Case:
    (found,) = office.cases()
    return found


def echo(office: Desk) -> Mail:
    return office.got(DESK_A, "form_read")[-1]


@pytest.mark.parametrize(
    ("before", "mark"), [("", "："), ("> ", ":"), ("* ", "﹕"), ("1. ", " ： "), ("> ", "＝")]
)
def test_a_telephone_complaint_is_recorded_from_lines(office: Desk, mark: str, before: str) -> None:
    form = "\n".join(before + line for line in PHONE.format(who="钱进").replace("：", mark).split("\n"))
    office.write(DESK_A, "电话投诉", f"投诉登记\n{form}" if before == "> " else form)
    found = case(office)
    assert (found.complainant.name, found.complainant.address) == ("钱进", USER.address)
    assert (found.source, found.recorder.name, found.severity) == (Source.PHONE, "李台", "高")
    assert found.category == "response_time"
    assert found.text == "催收系统登录很慢，等了三天没有人管"
    assert office.got(USER, "acknowledgement")
    assert "催收系统登录很慢" in echo(office).text
    assert f"编号 {found.number}" in echo(office).text
    assert "已通知投诉人" in echo(office).text


def test_a_spreadsheet_records_a_complaint(office: Desk) -> None:
    rows = [
        ["编号", ""],
        ["投诉人", "钱进", "电话", 80212021],
        ["投诉内容", "=系统很慢".lstrip("=")],
        ["类别", "质量"],
    ]
    _attach(office, book(*rows, title="投诉记录单"), "电话投诉登记，见附件")
    assert (case(office).complainant.name, case(office).category) == ("钱进", "quality")
    assert "80212021" in echo(office).text


def test_a_spreadsheet_that_cannot_be_read_is_answered(office: Desk) -> None:
    _attach(office, bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100, "电话投诉，见附件")
    assert not office.cases()
    assert ".xls" in office.got(DESK_A, "not_understood")[-1].text


def test_a_users_spreadsheet_is_not_opened_as_a_form(office: Desk) -> None:
    message = _message(
        USER.address, book(["投诉人", "孙总"], ["投诉内容", "慢"]), "电话投诉：系统慢，我要投诉，没人处理"
    )
    office.put(message.as_bytes())
    assert case(office).complainant.name == "钱进"


def test_a_forwarded_mail_is_the_users_complaint(office: Desk) -> None:
    office.write(
        DESK_A,
        "转发: 系统太慢",
        "投诉登记\n\n---------- 转发邮件信息 ----------\n"
        f"发件人：钱进 <{USER.address}>\n发送日期：2026-11-20 10:00:00\n收件人：李台 <{DESK_A.address}>\n主题：系统太慢\n\n催收系统太慢了，等了三天。",
    )
    assert (case(office).complainant.address, case(office).source) == (USER.address, Source.MAIL)
    assert "等了三天" in case(office).text
    assert office.got(USER, "acknowledgement")
    assert office.got(DESK_A, "form_read")


def test_without_a_complainant_the_form_is_kept_and_only_that_is_asked_for(office: Desk) -> None:
    office.write(DESK_A, "电话投诉", "投诉内容：催收系统登录很慢\n严重程度：高")
    assert not office.cases()
    assert "还缺：投诉人、邮箱、电话" in echo(office).text
    (link,) = mailto(echo(office).html)
    assert link.body == "投诉人：\r\n邮箱：\r\n电话："
    office.answer(DESK_A, "form_read", "投诉人：钱进")
    assert (case(office).complainant.address, case(office).text, case(office).severity) == (
        USER.address,
        "催收系统登录很慢",
        "高",
    )
    assert "还缺" not in echo(office).text
    office.answer(DESK_A, "form_read", "投诉人：孙总")
    assert len(office.cases()) == 1


def test_somebody_unknown_without_a_contact_is_recorded_and_the_contact_asked_for(office: Desk) -> None:
    office.write(DESK_A, "电话投诉", "投诉人：王小明\n投诉内容：催收系统登录很慢")
    assert case(office).complainant.address == ""
    assert "还缺：邮箱、电话" in echo(office).text
    office.answer(DESK_A, "form_read", "电话：8021")
    assert case(office).complainant.phone == "8021"
    assert [e.what for e in office.trail(case(office).number)] == ["recorded", "informed"]


def test_a_vips_telephone_complaint_is_escalated(office: Desk) -> None:
    office.write(DESK_A, "电话投诉", PHONE.format(who=VIP.name))
    assert case(office).is_vip
    assert [one.reason for one in case(office).escalations] == ["vip"]


def test_particulars_of_the_complainant_are_read_and_echoed(office: Desk) -> None:
    office.write(USER, "投诉催收系统", "催收系统反复报错，没人处理，我要投诉！")
    office.answer(DESK_A, "task_accept", "补充 请提供工单号和电话")
    asked = office.got(USER, "request_particulars")[-1]
    (link,) = mailto(asked.html)
    assert link.body.startswith("电话：\r\n相关工单：")
    office.answer(
        USER, "request_particulars", "您好，\n电话：8021\n工单号:WO-2026-7\n工号：10086\n严重程度：高\n谢谢"
    )
    found = case(office)
    assert (found.complainant.phone, found.work_order, found.complainant.employee_number) == (
        "8021",
        "WO-2026-7",
        "10086",
    )
    assert found.severity == "", "how severe it is, the desk says"
    assert found.state is State.RECORDED
    told = office.got(USER, "form_read")[-1]
    assert "WO-2026-7" in told.text
    assert "已补充到您的投诉上" in told.text


def test_words_without_fields_are_information_and_not_echoed(office: Desk) -> None:
    office.write(USER, "投诉催收系统", "催收系统反复报错，没人处理，我要投诉！")
    office.answer(DESK_A, "task_accept", "补充 什么时候开始的")
    office.answer(USER, "request_particulars", "周一上午开始的，时间：九点")
    assert case(office).state is State.RECORDED
    assert not office.got(USER, "form_read")


def test_the_desk_adds_particulars_by_lines(office: Desk) -> None:
    office.write(USER, "投诉催收系统", "催收系统反复报错，没人处理，我要投诉！")
    office.answer(DESK_A, "task_accept", "类别：流程\n严重程度：中\n邮箱：other@corp.example")
    found = case(office)
    assert (found.category, found.severity) == ("process", "中")
    assert found.complainant.address == USER.address, "a known address is not changed by a mail"


def test_a_form_that_we_made_is_read_with_its_own_labels() -> None:
    fields = (Field(label="投诉人", value="钱进"), Field(label="投诉内容", value="很慢\n" * 60, is_wide=True))
    content = form_sheet.written(Form(title="投诉记录单", sections=(Section(title="投诉人", fields=fields),)))
    from classify import filled_form

    read = dict(filled_form.in_sheet(content).fields)
    assert read["complainant"] == "钱进"
    assert read["text"].count("很慢") == 60, "rows below belong to it"
    assert openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].max_row > 4


def _message(sender: str, content: bytes, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, DESK, "系统太慢"
    message["Message-ID"] = "<sheet@mail.corp.example>"
    message.set_content(text)
    message.add_attachment(
        content, maintype="application", subtype="octet-stream", filename="投诉记录单.xlsx"
    )
    return message


def _attach(office: Desk, content: bytes, text: str) -> None:
    office.put(_message(DESK_A.address, content, text).as_bytes())


def test_an_address_that_comes_later_is_acknowledged_and_is_the_complainants(office: Desk) -> None:
    office.write(DESK_A, "电话投诉", "投诉人：王小明\n投诉内容：催收系统登录很慢")
    office.answer(DESK_A, "form_read", "电话：8021\n邮箱：wang@corp.example")
    assert office.got("wang@corp.example", "acknowledgement")
    office.answer(DESK_A, "task_accept", "补充 请提供工单号")
    office.answer(person("王小明", "wang@corp.example"), "request_particulars", "工单号：WO-2026-9")
    assert case(office).work_order == "WO-2026-9"
    assert case(office).state is State.RECORDED


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_blank_form_filled_in_records_a_complaint(office: Desk, tmp_path: Path, language: str) -> None:
    target = tmp_path / "blank.xlsx"
    assert form_out.blank(target, language, config.sample().organisation) == 0
    opened = openpyxl.load_workbook(target)
    sheet, labels = opened.worksheets[0], words(language)["form"]
    filled = {
        "complainant": "王小明",
        "phone": 80215555,
        "text": "登录很慢",
        "category": "质量",
        "remedy": "修好",
        "source": "电话",
    }
    for row in sheet.iter_rows():
        for cell in row:
            name = next((name for name in filled if cell.value == labels[name]), "")
            behind = sheet.cell(cell.row, cell.column + 1)
            if name and not isinstance(behind, MergedCell):
                behind.value = filled[name]
    opened.save(target)
    _attach(office, target.read_bytes(), "请登记，谢谢")
    found = case(office)
    assert (found.complainant.name, found.complainant.phone) == ("王小明", "80215555")
    assert (found.text, found.category, found.remedy, found.source) == (
        "登录很慢",
        "quality",
        "修好",
        Source.PHONE,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_label_of_the_blank_form_is_read_as_its_field(language: str) -> None:
    labels = words(language)["form"]
    names = [name for section in record_sheet.BLANK.values() for name in section]
    assert [field_of(labels[name]) for name in names] == names
