"""The complaint record form: one list of fields in mail, spreadsheet, PDF, terminal and dossier; need-to-know."""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from rich.console import Console

from classify.facts import Grade, Trust
from ingest import workbook
from ingest.mail import Mail
from notify import form_pdf, form_sheet, record_sheet, render
from ombud import config, form_out
from process.case import Case, Closing, Escalation, Event, Judgement, Measures, Party, State
from process.record_form import MEASURES, Entry, Section
from store.database import reading
from tests.company import DESK_A, SERVICE_MANAGER, USER
from tests.desk import Desk, desk

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SECRET = "这句只给内部看"
ENGINEER = Party(key="li", name="李台", address="li@corp.example")
MANAGER = Party(key="wu", name="吴经理", address="wu@corp.example")
WHOLE = Case(
    number="C-2026-00017",
    state=State.CLOSED,
    language="zh",
    received_at=AT,
    recorded_at=AT,
    recorder=ENGINEER,
    complainant=Party(
        key="qian", name="钱进", address="qian@corp.example", employee_number="10086", department="催收系统开发部",
        title="催收专员", phone="010-5550-0001",
    ),
    on_behalf_of=Party(key="zong", name="宗总监", title="总监"),
    trust=Trust(grade=Grade.KNOWN, reasons=(SECRET,)),
    is_vip=True,
    subject="=1+1 系统",
    text="=HYPERLINK(\"http://evil.example\",\"看\")\n第二行",
    fingerprint="ab" * 32,
    work_order="WO-1",
    about="服务台",
    category="attitude",
    severity="高",
    remedy="尽快修复",
    related=("C-2026-00003",),
    accepted=Judgement(is_yes=True, by=ENGINEER, at=AT, reason="属于服务范围"),
    valid=Judgement(is_yes=True, by=ENGINEER, at=AT, reason="经核实"),
    department="催收系统开发部",
    department_manager=MANAGER,
    answer_due_at=AT,
    copied=(Party(key="chu", name="褚代表"),),
    measures=Measures(
        cause="端口故障", corrective="更换", preventive="巡检", responsible="张三", planned="11月25日", actual="11月26日",
        by=MANAGER, at=AT,
    ),
    verification=Judgement(is_yes=True, by=ENGINEER, at=AT, reason="已抽查"),
    feedback="已修复",
    feedback_at=AT,
    feedback_by=ENGINEER,
    user_answer="好了",
    closing=Closing(by=ENGINEER, at=AT, how="confirmed", reason="谢谢"),
    rating="5",
    escalations=(Escalation(once="vip", to=Party(name="总经理甲"), at=AT, reason="vip", evidence=SECRET),),
)  # fmt: skip
TRAIL = (
    Event(at=AT, actor=ENGINEER, role="service_desk", what="accepted", text=SECRET),
    Event(at=AT, actor=ENGINEER, role="service_desk", what="noted", text=SECRET),
)
HANDBOOK = (
    "C-2026-00017", "邮件", "2026-11-23（周一）09:00", "李台", "钱进", "10086", "催收系统开发部", "催收专员", "010-5550-0001",
    "qian@corp.example", "宗总监", "WO-1", "服务台", "态度", "高", "=1+1 系统", "第二行", "ab" * 32, "尽快修复",
    "C-2026-00003", "属于服务范围", "经核实", "吴经理", "褚代表", "端口故障", "更换", "巡检", "张三", "11月25日",
    "11月26日", "已抽查", "已修复", "好了", "用户已确认", "谢谢", "总经理甲", "VIP 用户投诉",
)  # fmt: skip
"""A value of each field that HANDBOOK 2 lists."""
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(name="office")
def an_office(store_url: str) -> Iterator[Desk]:
    with desk(store_url) as made:
        yield made


def record(language: str = "zh", *, is_for_staff: bool = True) -> tuple[Section, ...]:
    return render.record_of(WHOLE, TRAIL, language, SHANGHAI, is_for_staff=is_for_staff)


def values(found: tuple[Section, ...]) -> str:
    return "\n".join(entry.value for section in found for entry in section.entries)


def sheet_text(content: bytes) -> str:
    return "\n".join(cell for sheet in workbook.read(content) for row in sheet.rows for cell in row.cells)


def terminal() -> str:
    console = Console(file=io.StringIO(), width=120)
    form_out.show(record(), "zh", console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("value", HANDBOOK)
def test_every_field_of_the_handbook_is_on_the_form(value: str) -> None:
    assert value in values(record())
    assert value in sheet_text(form_sheet.written(record_sheet.form(record(), render.words("zh"), "甲")))
    assert value in terminal()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_field_has_a_name_of_its_own_in_each_language(language: str) -> None:
    keys = [(entry.key, entry.label) for section in record(language) for entry in section.entries]
    once = [(key, label) for key, label in keys if key not in ("escalation", "trail")]
    assert all(label for _, label in once)
    assert len({key for key, _ in once}) == len(once)
    assert [key for key, _ in once] == [
        k
        for k, _ in [(e.key, 0) for s in record("zh") for e in s.entries]
        if k not in ("escalation", "trail")
    ]


def test_a_party_sees_neither_trust_nor_what_the_staff_noted() -> None:
    assert SECRET in values(record())
    told = record(is_for_staff=False)
    assert SECRET not in values(told)
    assert "trust" not in {entry.key for section in told for entry in section.entries}
    assert [section.key for section in told] == [section.key for section in record()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_filled_in_on_the_sheet_is_named_as_the_reader_of_forms_knows_it(language: str) -> None:
    from classify.form import read

    labels = {e.key: e.label for s in record(language) for e in s.entries if e.key in MEASURES}
    text = "\n".join(f"{labels[key]}: {key}" for key in MEASURES)
    assert dict(read(text)) == {key: key for key in MEASURES}


def test_a_formula_of_a_mail_stays_text_in_the_sheet() -> None:
    content = form_sheet.written(record_sheet.form(record(), render.words("zh"), "甲", MEASURES))
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_a_pdf_has_all_pages_and_is_the_same_every_time() -> None:
    page = record_sheet.form(record(), render.words("zh"), "甲 <b>&乙")
    content = form_pdf.written(page)
    assert content.startswith(b"%PDF-")
    assert len(content) < 30_000
    assert content == form_pdf.written(page)
    assert b"STSong-Light" in content
    assert b"FontFile" not in content


def written(mail: Mail) -> bytes:
    (attached,) = mail.attachments
    return attached.content


def handled(office: Desk) -> tuple[Mail, Mail, Mail]:
    """A complaint carried to its closing: the mails of dispatch, closure, and to the desk."""
    office.write(USER, "投诉催收系统反复报错", "催收系统反复报错，报了三次都没人处理，我要投诉！")
    for notice, text in (
        ("task_accept", "受理"),
        ("task_judge", f"有效 {SECRET}"),
        ("task_accept", f"备注 {SECRET}"),
    ):
        office.answer(DESK_A, notice, text)
    office.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    dispatch = next(mail for mail in office.sent if mail.header("x-ombud-notice") == "dispatch")
    manager = next(p for p in office.organisation.people if p.has_address(dispatch.to[0].address))
    office.answer(manager, "dispatch", "措施 更换了交换机")
    office.answer(SERVICE_MANAGER, "task_verify", "通过")
    office.answer(DESK_A, "task_feedback", "批准")
    office.answer(USER, "feedback", "确认")
    return dispatch, office.got(USER, "closure")[-1], office.got(DESK_A, "news")[-1]


def test_a_copy_goes_out_with_dispatch_and_closing(office: Desk) -> None:
    dispatch, closure, news = handled(office)
    (case,) = office.cases()
    assert [mail.attachments[0].filename for mail in (dispatch, closure, news)] == [f"{case.number}.xlsx"] * 3
    assert SECRET in sheet_text(written(news))
    assert SECRET in news.text
    assert SECRET not in sheet_text(written(closure)) + closure.text + closure.html
    assert "发件人可信度" not in sheet_text(written(closure)) + closure.text
    assert "褚代表" in sheet_text(written(closure)), "who was copied"
    assert all(len(mail.raw) < 100_000 for mail in (dispatch, closure, news))


def test_the_dispatched_form_can_be_filled_in_where_the_department_answers(office: Desk) -> None:
    dispatch, closure, _ = handled(office)

    def yellow(content: bytes) -> int:
        page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        return sum(cell.fill.fgColor.rgb == "FFFFFBE6" for row in page.iter_rows() for cell in row)

    assert yellow(written(dispatch)) >= len(MEASURES)
    assert yellow(written(closure)) == 0


def test_the_command_shows_the_form_and_writes_it(
    office: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handled(office)
    (case,) = office.cases()
    house = config.sample().organisation
    with reading(office.office.engine) as conn:
        files = form_out.Wanted(language="en", as_form=True, xlsx=tmp_path / "a.xlsx", pdf=tmp_path / "a.pdf")
        assert form_out.run(conn, case, files, house) == 0
        nowhere = form_out.Wanted(language="zh", xlsx=tmp_path / "none" / "a.xlsx")
        assert form_out.run(conn, case, nowhere, house) == 1
    out, err = capsys.readouterr()
    assert "Complaint record form" in out
    assert "Corrective measures" in out
    assert "not written" in err
    assert case.number in sheet_text((tmp_path / "a.xlsx").read_bytes())
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_without_the_extra_the_command_says_what_to_install(
    office: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.pdfbase.cidfonts", None)
    handled(office)
    with reading(office.office.engine) as conn:
        wanted = form_out.Wanted(language="zh", pdf=tmp_path / "a.pdf")
        assert form_out.run(conn, office.cases()[0], wanted, config.sample().organisation) == 1
    assert "ombud[pdf]" in capsys.readouterr().err


def test_a_terminal_is_not_steered_by_a_mail() -> None:
    console = Console(file=io.StringIO(), width=100)
    form_out.show(
        (Section(key="a", title="甲", entries=(Entry(key="text", label="乙", value="\x1b[2J红\x07"),)),),
        "zh",
        console,
    )
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x07" not in shown
    assert "[2J红" in shown
    assert "\x1b[2J" not in shown
