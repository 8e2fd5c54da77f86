"""Service reports from the first draft to a correction: by the clock, by reply, on a moved clock."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from classify import report_comments
from ingest.mail import Mail
from notify.render import words
from ombud import reporting
from process.figures import NAMES
from process.period import Period
from process.report import Report
from process.report_rules import ReportRules
from process.report_view import view
from store import complaints, events, reports
from store.database import reading
from tests.callback_desk import ITSM, export, row
from tests.company import (
    COLLECTION,
    DESK_A,
    GENERAL,
    LOANS,
    ORGANISATION,
    SERVICE_MANAGER,
    SHANGHAI,
    USER,
    person,
)
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.site import SERVICE_MANAGER as SERVICE_MANAGER_ADDRESS
from tests.site import USER as USER_ADDRESS
from tests.site import Site
from tests.test_clock import COMPLAINT, MEASURES
from tests.test_ladder import at

NOVEMBER = Period(year=2026, month=11)


def closed(desk: Desk, subject: str = "催收系统登录太慢", text: str = COMPLAINT) -> str:
    """A complaint led through all its steps within a day."""
    desk.write(USER, subject, text)
    number = desk.cases()[-1].number
    for who, notice, said in (
        (DESK_A, "task_accept", "受理"),
        (DESK_A, "task_judge", "有效 属实"),
        (DESK_A, "task_assign", "分派 催收系统开发部"),
        (COLLECTION, "dispatch", MEASURES),
        (SERVICE_MANAGER, "task_verify", "通过"),
        (DESK_A, "task_feedback", "批准"),
        (USER, "feedback", "确认，已经解决了，谢谢。"),
    ):
        desk.move(minutes=30)
        desk.answer(who, notice, said, number)
    assert desk.case(number).is_closed
    return number


def drafted(desk: Desk) -> Report:
    """November's draft, made by the clock on the third working day of December."""
    closed(desk)
    desk.write(USER, "打印机坏了", "三楼的打印机坏了一个星期都没有人修，太过分了，我要投诉！")
    desk.move_to(at("2026-12-03 09:00"))
    return stored(desk)


def stored(desk: Desk, number: str = "R-202611") -> Report:
    with reading(desk.office.engine) as conn:
        report = reports.get(conn, number)
    assert report is not None
    return report


def value(report: Report, name: str) -> object:
    return next(figure.value for figure in report.contents.figures if figure.name == name)


def sheet(mail: Mail) -> dict[str, list[tuple[object, ...]]]:
    (found,) = (a for a in mail.attachments if a.filename.endswith(".xlsx"))
    book = load_workbook(BytesIO(found.content))
    return {page.title: [tuple(row) for row in page.iter_rows(values_only=True)] for page in book}


def test_the_draft_comes_on_the_working_day_and_once(desk: Desk) -> None:
    closed(desk)
    desk.move_to(at("2026-12-03 08:59"))
    assert desk.got(SERVICE_MANAGER, "report_draft") == []
    for hour in (9, 10, 11):
        desk.move_to(at(f"2026-12-03 {hour:02}:00"))
    desk.move_to(at("2026-12-04 09:30"))
    (mail,) = desk.got(SERVICE_MANAGER, "report_draft")
    assert "服务月报 2026 年 11 月" in mail.subject
    assert "[1] 收到投诉：1 件" in mail.text
    assert desk.got(COLLECTION, "report") == []


def test_nothing_is_drafted_of_the_time_before_the_service(desk: Desk) -> None:
    desk.move_to(at("2026-11-24 09:30"))
    closed(desk)
    desk.move_to(at("2026-11-25 09:30"))
    with reading(desk.office.engine) as conn:
        assert reports.listed(conn) == ()


def test_a_service_that_was_down_catches_up(desk: Desk) -> None:
    closed(desk)
    desk.move_to(at("2026-12-19 22:00"))
    assert len(desk.got(SERVICE_MANAGER, "report_draft")) == 1


def test_figures_are_those_of_the_month(desk: Desk) -> None:
    report = drafted(desk)
    assert {
        name: value(report, name) for name in ("received", "valid", "accepted_on_time", "open_at_end")
    } == {
        "received": 2,
        "valid": 1.0,
        "accepted_on_time": 0.5,
        "open_at_end": 1,
    }
    assert value(report, "hours_to_close") == pytest.approx(3.0)
    (improvement,) = report.contents.improvements
    assert (improvement.text, improvement.is_open) == ("加监控", False)


def test_comments_by_reply_come_back_in_a_new_draft(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "[3] 原因：周末无人值班\n改进：增加值班\n［0］总体平稳")
    (_, second) = desk.got(SERVICE_MANAGER, "report_draft")
    assert "原因：周末无人值班" in second.text
    assert "改进：增加值班" in second.text
    desk.answer(SERVICE_MANAGER, "report_draft", "[3] 改进：增加两人值班")
    comment = stored(desk).comment("accepted_on_time")
    assert comment is not None
    assert (comment.cause, comment.improvement) == ("周末无人值班", "增加两人值班")
    overall = stored(desk).comment("")
    assert overall is not None
    assert overall.cause == "总体平稳"


def test_the_ready_made_reply_of_a_missed_target_is_understood(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "填报 [3]\n原因：系统故障\n改进：")
    comment = stored(desk).comment("accepted_on_time")
    assert comment is not None
    assert (comment.cause, comment.improvement) == ("系统故障", "")


def test_approval_publishes_to_the_departments(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准\n\n[3] 原因：周末无人值班")
    for reader in (COLLECTION, LOANS, SERVICE_MANAGER):
        (mail,) = desk.got(reader, "report")
        assert "服务月报 2026 年 11 月" in mail.subject
        assert "周末无人值班" in mail.text
    report = stored(desk)
    assert (report.is_published, report.published_by.name) == (True, SERVICE_MANAGER.name)
    assert not desk.got(DESK_A, "report")
    with reading(desk.office.engine) as conn:
        assert [e.what for e in events.trail(conn, "R-202611")] == ["report_drafted", "report_published"]


def test_readers_are_those_of_the_scope_or_those_configured(desk: Desk) -> None:
    assert [p.key for p in reporting.readers(desk.office)] == [COLLECTION.key, LOANS.key]
    collection, loans = ORGANISATION.departments
    desk.organisation = replace(ORGANISATION, departments=(replace(collection, is_in_survey=True), loans))
    assert [p.key for p in reporting.readers(desk.office)] == [COLLECTION.key]
    desk.office = replace(desk.office, report_rules=ReportRules(readers=(GENERAL.address, "x@corp.example")))
    assert [p.address for p in reporting.readers(desk.office)] == [GENERAL.address, "x@corp.example"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [("好的，收到", "没有认出要说明的项"), ("[44] 原因：没有", "没有这个编号的指标")],
)
def test_what_is_not_understood_is_told(desk: Desk, answer: str, said: str) -> None:
    report = drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", answer)
    assert said in desk.got(SERVICE_MANAGER, "not_understood")[-1].text
    assert stored(desk) == report


def test_nobody_else_publishes_and_a_forwarded_draft_gives_no_power(desk: Desk) -> None:
    drafted(desk)
    draft = desk.got(SERVICE_MANAGER, "report_draft")[-1]
    desk.write(COLLECTION, f"Re: {draft.subject}", "批准", In_Reply_To=f"<{draft.message_id}>")
    assert not stored(desk).is_published
    desk.write("stranger@evil.example", f"Re: {draft.subject}", "批准", In_Reply_To=f"<{draft.message_id}>")
    assert not stored(desk).is_published


def test_a_readers_remark_goes_to_the_manager(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    desk.answer(COLLECTION, "report", "第3项为什么这么低？请说明。")
    (remark,) = desk.got(SERVICE_MANAGER, "report_remark")
    assert "第3项为什么这么低" in remark.text


def test_a_published_month_is_frozen(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    frozen = stored(desk)
    desk.answer(SERVICE_MANAGER, "report", "[3] 原因：另外的原因")
    assert "已发布并冻结" in desk.got(SERVICE_MANAGER, "not_understood")[-1].text
    desk.answer(SERVICE_MANAGER, "report", "批准")
    assert "已经" in desk.got(SERVICE_MANAGER, "not_understood")[-1].text
    with pytest.raises(reporting.Frozen):
        reporting.draft(desk.office, NOVEMBER)
    assert stored(desk) == frozen


def late_mail(desk: Desk) -> str:
    """A mail that came on the last day of November and was made a complaint in December only."""
    now, desk.now = desk.now, at("2026-11-30 17:00")
    other = desk.write(USER, "新同事入职", "新同事下周入职，请帮忙开通邮箱。谢谢！")
    desk.now = now
    desk.move_to(at("2026-12-07 08:31"))
    subject = f"Re: 新同事入职 [M-{other} {desk.office.sealer.code(f'M-{other}', DESK_A.key, desk.now)}]"
    desk.write(DESK_A, subject, "投诉")
    return desk.cases()[-1].number


def test_what_arrives_late_becomes_a_dated_correction(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    number = late_mail(desk)
    desk.move_to(at("2026-12-08 09:00"))
    (draft,) = desk.got(SERVICE_MANAGER, "report_correction_draft")
    assert "收到投诉：原为 2 → 更正为 3" in draft.text
    assert number in draft.text
    assert value(stored(desk), "received") == 2, (
        "the published figures stand until the correction is approved"
    )
    assert not desk.got(COLLECTION, "report_correction")
    desk.answer(SERVICE_MANAGER, "report_correction_draft", "批准")
    (sent,) = desk.got(COLLECTION, "report_correction")
    assert "2026-12-08" in sent.text
    assert number in sent.text
    report = stored(desk)
    assert value(report, "received") == 3
    (correction,) = report.corrections
    assert correction.published_at == at("2026-12-08 09:00")
    assert {(c.name, c.label, c.before, c.after) for c in correction.changes} >= {
        ("received", "", 2, 3),
        ("open_at_end", "", 1, 2),
    }
    desk.move_to(at("2026-12-09 09:00"))
    assert len(desk.got(SERVICE_MANAGER, "report_correction_draft")) == 1, "nothing new"
    assert any(number in str(cell) for row in sheet(sent)["更正"] for cell in row)


def test_a_correction_that_comes_to_nothing_is_taken_back(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    number = late_mail(desk)
    desk.move_to(at("2026-12-08 09:00"))
    assert stored(desk).pending is not None
    with desk.office.engine.begin() as conn:
        case = complaints.get(conn, number)
        assert case is not None
        complaints.save(conn, replace(case, received_at=at("2026-12-01 10:00"), version=case.version + 1))
    desk.move_to(at("2026-12-09 09:00"))
    assert stored(desk).corrections == ()


def test_the_sheet_has_definitions_and_the_records_behind_every_figure(desk: Desk) -> None:
    drafted(desk)
    pages = sheet(desk.got(SERVICE_MANAGER, "report_draft")[-1])
    assert list(pages) == ["指标", "趋势", "分布", "改进", "定义", "记录编号", "更正"]
    figures = {row[1]: row[2] for row in pages["指标"][1:]}
    definitions = {row[1]: row[2] for row in pages["定义"][1:]}
    assert definitions.keys() == figures.keys()
    assert all(definitions.values())
    behind = [row for row in pages["记录编号"][1:] if row[1] == "按时受理率"]
    yes = [row for row in behind if row[3] == "是"]
    assert figures["按时受理率"] == len(yes) / len(behind) == 0.5
    assert {row[2] for row in behind} == {case.number for case in desk.cases()}


def test_the_sheet_draws_a_chart_for_every_trend_and_breakdown(desk: Desk) -> None:
    desk.move_to(at("2026-10-12 09:00"))
    closed(desk)
    desk.move_to(at("2026-11-23 09:00"))
    report = drafted(desk)
    content = desk.got(SERVICE_MANAGER, "report_draft", "R-202611")[-1].attachments[-1].content
    charts = [name for name in ZipFile(BytesIO(content)).namelist() if name.startswith("xl/charts/chart")]
    shown = view(report)
    assert len(shown.trends) >= 2
    assert len(charts) == len(shown.trends) + len(shown.parts)


def test_names_of_departments_are_never_formulas(desk: Desk) -> None:
    evil = replace(USER, department='=HYPERLINK("http://evil.example")')
    desk.organisation = replace(ORGANISATION, people=(evil, *ORGANISATION.people[1:]))
    drafted(desk)
    attachment = desk.got(SERVICE_MANAGER, "report_draft")[-1].attachments[-1]
    book = load_workbook(BytesIO(attachment.content))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}


def test_the_annual_report_has_twelve_months(desk: Desk) -> None:
    closed(desk)
    desk.move_to(at("2027-01-08 09:00"))
    report = stored(desk, "R-2026")
    assert value(report, "received") == 1
    received = report.contents.figures[0]
    assert received.trend == (*(0,) * 10, 1, 0)
    assert "服务年报 2026 年" in desk.got(SERVICE_MANAGER, "report_draft", "[R-2026 ")[0].subject


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[3] 原因：人手不足 改进：增加值班", [(3, "人手不足", "增加值班")]),
        ("【3】原因:人手不足；改进措施:增加值班。", [(3, "人手不足", "增加值班。")]),
        ("［12］\n原因：a\nb\n改进：c", [(12, "a b", "c")]),
        ("> [3] Cause: short of staff\n> Improvement: one more", [(3, "short of staff", "one more")]),
        ("[3] 人手不足", [(3, "人手不足", "")]),
        ("[3]\n[4] 改进：x", [(4, "", "x")]),
        ("[3] 原因：\n改进：", []),
        ("3. 原因：x", []),
        ("你好，[3] 原因：x", []),
        ("[333] 原因：x", []),
        ("", []),
    ],
)
def test_comments_are_read(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert [(c.item, c.cause, c.improvement) for c in report_comments.read(text)] == expected, text


def test_the_command_line_writes_a_report_and_drafts_it(site: Site) -> None:
    site.write(USER_ADDRESS, "催收系统太慢", COMPLAINT)
    site.once()
    month = datetime.now(UTC).astimezone(SHANGHAI).strftime("%Y-%m")
    number = f"R-{month.replace('-', '')}"
    site.run("report", "month", month, "--output", str(site.folder / "out"))
    page = (site.folder / "out" / f"{number}.html").read_text("utf-8")
    assert "收到投诉" in page
    assert site.json("report", "list") == []
    site.run("report", "month", month)
    (line,) = site.json("report", "list")
    assert (line["number"], line["state"], line["figures"]["received"]) == (number, "draft", 1)
    site.once()
    assert len(site.got(SERVICE_MANAGER_ADDRESS, "report_draft")) == 1
    assert "no month" in site.run("report", "month", "2026", check=2).stderr
    assert "no published report" in site.run("report", "correct", number, check=1).stderr


def test_the_page_of_the_figures_defines_them_all_in_the_words_of_the_mails() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reports.md").read_text("utf-8")
    for number, name in enumerate(NAMES, 1):
        said = words("en")["figures"][name]
        assert f"| {number} | `{name}` |" in page, name
        assert said["definition"] in page, name


def test_work_orders_and_call_backs_are_counted(tmp_path: Path) -> None:
    with open_desk(tmp_path, work_order_senders=frozenset({ITSM})) as desk:
        desk.organisation = replace(ORGANISATION, people=(*ORGANISATION.people, person("ITSM", ITSM)))
        addresses = ("qian@corp.example", "sun@corp.example", "mi@corp.example")
        export(desk, *(row(f"WO-{n}", address) for n, address in enumerate(addresses, 1)))
        desk.move_to(at("2026-11-23 09:01"))
        desk.answer(DESK_A, "callback_worklist", "WO-1 满意\nWO-2 不满意 太慢")
        desk.move_to(at("2026-12-03 09:00"))
        report = stored(desk)
        parts = {one.name: {p.label: p.count for p in one.parts} for one in report.contents.breakdowns}
    names = ("work_orders", "callback_coverage", "callback_satisfied", "callback_very_dissatisfied")
    assert [value(report, name) for name in names] == [3, pytest.approx(2 / 3), 0.5, 0]
    assert parts["callback_results"] == {"4": 1, "2": 1}
    assert parts["orders_by_category"] == {"桌面": 3}
