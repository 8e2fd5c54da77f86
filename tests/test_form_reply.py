"""Forms that come back: measures bit by bit, by lines and by spreadsheet, each field echoed, only what is missing asked for."""

import io
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import openpyxl
import pytest

from ingest.mail import Mail
from process.case import Case, State
from process.record_form import MEASURES
from tests.company import DESK_A, SERVICE_MANAGER, USER
from tests.desk import DESK, Desk, desk, mailto
from tests.workbooks import SHEET, book, patched

pytestmark = pytest.mark.mails

FULL = {
    "cause": "连接池太小",
    "corrective": "扩容",
    "preventive": "加监控",
    "responsible": "张三",
    "planned": "下周三（2026-12-02）",
    "actual": "",
}


@pytest.fixture(name="office")
def an_office(store_url: str) -> Iterator[Desk]:
    with desk(store_url) as made:
        made.write(USER, "投诉催收系统反复报错", "催收系统反复报错，报了三次都没人处理，我要投诉！")
        for notice, text in (
            ("task_accept", "受理"),
            ("task_judge", "有效"),
            ("task_assign", "分派 催收系统开发部"),
        ):
            made.answer(DESK_A, notice, text)
        yield made


def manager(office: Desk) -> Any:
    mail = next(mail for mail in office.sent if mail.header("x-ombud-notice") == "dispatch")
    return next(p for p in office.organisation.people if p.has_address(mail.to[0].address))


def case(office: Desk) -> Case:
    (found,) = office.cases()
    return found


def answer(office: Desk, text: str, notice: str = "dispatch") -> Mail:
    """The mail that the manager gets back."""
    office.answer(manager(office), notice, text)
    return office.sent[-1]


def taken(of: Case) -> dict[str, str]:
    known = of.measures or of.draft
    assert known is not None
    return {name: getattr(known, name) for name in MEASURES}


def form_of(office: Desk, fill: Callable[[Any], None]) -> bytes:
    """The enclosed form with cells changed by hand."""
    (enclosed,) = office.got(manager(office), "dispatch")[-1].attachments
    opened = openpyxl.load_workbook(io.BytesIO(enclosed.content))
    fill(opened.worksheets[0])
    target = io.BytesIO()
    opened.save(target)
    return target.getvalue()


def fill_in(sheet: Any, values: dict[str, str]) -> None:
    """Writes behind labels, where a person would."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value in values:
                sheet.cell(cell.row, cell.column + 1).value = values[cell.value]


def send(office: Desk, content: bytes, text: str = "见附件", filename: str = "表.xlsx") -> Mail:
    """A reply with a file; what comes back."""
    original = office.got(manager(office), "dispatch")[-1]
    message = EmailMessage()
    message["From"], message["To"] = manager(office).address, DESK
    message["Subject"] = f"Re: {original.subject}"
    message["In-Reply-To"], message["Message-ID"] = (
        f"<{original.message_id}>",
        f"<{len(office.sent)}@xlsx.example>",
    )
    message.set_content(text)
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=filename)
    office.put(message.as_bytes())
    return office.sent[-1]


def test_a_part_is_kept_and_only_the_rest_is_asked_for(office: Desk) -> None:
    echo = answer(office, "措施\n原因：连接池太小\n计划完成：下周三")
    assert echo.header("x-ombud-notice") == "form_read"
    assert case(office).state is State.HANDLING
    assert "连接池太小" in echo.text
    assert "下周三（2026-12-02）" in echo.text
    assert "还缺：纠正措施、责任人" in echo.text
    assert not office.got(SERVICE_MANAGER, "task_verify")
    (link,) = mailto(echo.html)
    assert link.body == "措施\r\n纠正措施：\r\n责任人："
    echo = answer(
        office, link.body.replace("纠正措施：", "纠正措施：扩容\n预防措施：加监控") + "张三", "form_read"
    )
    assert "还缺" not in echo.text
    assert case(office).state is State.VERIFYING
    assert taken(case(office)) == FULL
    assert case(office).draft is None
    assert office.got(SERVICE_MANAGER, "task_verify")
    assert [e.what for e in office.trail(case(office).number)][-2:] == ["measures_begun", "measures_reported"]


def test_what_was_misread_is_written_again(office: Desk) -> None:
    answer(office, "原因：连接池太小\n责任人：张三")
    answer(office, "责任人：李四", "form_read")
    assert taken(case(office))["responsible"] == "李四"
    assert taken(case(office))["cause"] == "连接池太小"


def test_after_a_failed_verification_only_what_changed_is_filled_in(office: Desk) -> None:
    answer(office, "原因：甲\n纠正措施：乙\n责任人：丙\n计划完成：2026-12-01")
    office.answer(SERVICE_MANAGER, "task_verify", "不通过 没有根本原因")
    answer(office, "原因：连接池配置错误")
    assert case(office).state is State.VERIFYING
    assert taken(case(office))["cause"] == "连接池配置错误"
    assert taken(case(office))["corrective"] == "乙"


def test_another_department_starts_with_an_empty_form(office: Desk) -> None:
    answer(office, "原因：甲")
    office.answer(manager(office), "dispatch", "退回 不属于本部门")
    office.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    assert case(office).draft is None


def test_free_words_are_an_answer_and_are_echoed(office: Desk) -> None:
    echo = answer(office, "措施 已更换交换机并升级固件")
    assert case(office).state is State.VERIFYING
    assert "已更换交换机并升级固件" in echo.text


@pytest.mark.parametrize("text", ["措施", "措施\n无", "措施\n—"])
def test_nothing_filled_in_is_answered(office: Desk, text: str) -> None:
    echo = answer(office, text)
    assert echo.header("x-ombud-notice") == "not_understood"
    assert case(office).state is State.HANDLING


def test_a_date_that_is_none_is_kept_and_said(office: Desk) -> None:
    echo = answer(office, "原因：甲\n纠正措施：乙\n责任人：丙\n计划完成：尽快")
    assert "没有认出日期，按原文记录：计划完成" in echo.text
    assert taken(case(office))["planned"] == "尽快"


@pytest.mark.parametrize(
    "text",
    [
        "措施\n原因：连接池太小\n纠正措施：扩容\n预防措施：加监控\n责任人：张三\n计划完成：下周三",
        "原因:连接池太小\n纠正措施:扩容\n预防措施:加监控\n责任人:张三\n计划完成:下周三\n\n发自我的iPhone",
        "好的，填好了：\n> 原因：连接池太小\n> 纠正措施：扩容\n> 预防措施：加监控\n> 责任人：张三\n> 计划完成：下周三\n> 实际完成：",
        "【原因】连接池太小\n".replace("】", "】：")
        + "1. 纠正措施：扩容\n2. 预防措施：加监控\n* 责任人：张三\n· 计划完成时间 ： 下周三",
        "Cause: 连接池太小\nCorrective measures: 扩容\nPreventive measures: 加监控\nResponsible: 张三\nPlanned date: 下周三",
        "原因\t连接池太小\n纠正措施\t扩容\n预防措施\t加监控\n责任人\t张三\n计划完成\t下周三",
        "原因＝连接池太小\n糾正措施：扩容\n預防措施：加监控\n責任人：张三\n計劃完成：下周三",
    ],
)
def test_whatever_the_client_made_of_it_the_fields_are_read(office: Desk, text: str) -> None:
    answer(office, text)
    assert taken(case(office)) == FULL, text


def test_a_form_filled_in_inside_of_the_quotation_is_read_and_our_own_words_are_not(office: Desk) -> None:
    quoted = "\n".join(f"> {line}" for line in office.got(manager(office), "dispatch")[-1].text.split("\n"))
    filled = quoted.replace("> 原因：—", "> 原因：连接池太小").replace("> 责任人：—", "> 责任人：吴经理")
    assert filled.count("—") == quoted.count("—") - 2
    echo = answer(office, f"填好了，见下。\n\n在 2026-11-23 写道:\n{filled}")
    assert taken(case(office)) == {
        **dict.fromkeys(MEASURES, ""),
        "cause": "连接池太小",
        "responsible": "吴经理",
    }
    assert "还缺：纠正措施、计划完成" in echo.text


def test_a_quotation_without_anything_filled_in_is_no_form(office: Desk) -> None:
    quoted = "\n".join(f"> {line}" for line in office.got(manager(office), "dispatch")[-1].text.split("\n"))
    back = answer(office, f"收到\n\n在 2026-11-23 写道:\n{quoted}")
    assert back.header("x-ombud-notice") == "not_understood"
    assert case(office).draft is None


def test_the_enclosed_spreadsheet_comes_back_and_is_read(office: Desk) -> None:
    values = {
        "原因": "连接池太小",
        "纠正措施": "扩容",
        "预防措施": "加监控",
        "责任人": "张三",
        "计划完成": "下周三",
    }
    echo = send(office, form_of(office, lambda sheet: fill_in(sheet, values)))
    assert case(office).state is State.VERIFYING
    assert taken(case(office)) == FULL
    assert all(value in echo.text for value in FULL.values())


def test_a_spreadsheet_filled_in_by_half_is_kept_and_the_mail_adds_the_rest(office: Desk) -> None:
    half = form_of(office, lambda sheet: fill_in(sheet, {"原因": "连接池太小", "纠正措施": "旧"}))
    echo = send(office, half, "纠正措施：扩容\n原因：见附件")
    assert "还缺：责任人、计划完成" in echo.text
    assert taken(case(office)) == {**dict.fromkeys(MEASURES, ""), "cause": "连接池太小", "corrective": "扩容"}


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BROUGHT = book(["原因", "甲"])
NOT_TAKEN = (
    (b"x" * 2_100_000, "大.xlsx", "太大"),
    (b"a,b", "表.xlsx", "不是 .xlsx"),
    (OLE + b"\0" * 512, "旧.xls", "旧的 .xls"),
    (OLE + "EncryptedPackage".encode("utf-16-le"), "密.xlsx", "密码"),
    (patched(BROUGHT, SHEET, lambda _: b" " * 4_000_000), "弹.xlsx", "展开后过大"),
    (patched(BROUGHT, SHEET, lambda _: b"<worksheet"), "坏.xlsx", "损坏"),
    (book(["原因", '=cmd|" /C calc"!A0']), "公式.xlsx", "公式"),
    (book(["编号", "C-2026-99999"], ["原因", "甲"]), "别的.xlsx", "另一件投诉"),
    (book(["原因", ""], ["责任人", "无"]), "空.xlsx", "没有填写"),
    (book(range(61)), "宽.xlsx", "列数过多"),
    (book(*([["x"]] * 2_001)), "长.xlsx", "行数过多"),
)


def test_a_file_that_is_not_taken_is_answered_with_what_to_do(office: Desk) -> None:
    for content, filename, said in NOT_TAKEN:
        back = send(office, content, "措施", filename)
        assert back.header("x-ombud-notice") == "not_understood", filename
        assert said in back.text, f"{filename}: {back.text}"
    assert case(office).state is State.HANDLING
    assert (case(office).draft, case(office).measures) == (None, None)


def test_words_of_the_mail_count_though_the_file_cannot_be_read(office: Desk) -> None:
    back = send(office, b"a,b", "原因：甲\n纠正措施：乙\n责任人：丙\n实际完成：昨天")
    assert case(office).state is State.VERIFYING
    assert "不是 .xlsx" in back.text
    assert taken(case(office))["actual"] == "昨天（2026-11-22）"


def test_a_file_that_is_no_form_is_evidence_only(office: Desk) -> None:
    back = send(office, book(["time", "event"], ["09:00", "restart"]), "措施 已重启，日志见附件")
    assert back.header("x-ombud-notice") == "form_read"
    assert case(office).measures is not None
    assert case(office).measures.text == "已重启，日志见附件"  # type: ignore[union-attr]
