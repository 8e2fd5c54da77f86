"""The workbooks of the service reports: definitions, records behind every figure, charts, twelve months."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from process.report_view import view
from tests.callback_desk import ITSM, export, row
from tests.company import (
    DESK_A,
    ORGANISATION,
    SERVICE_MANAGER,
    USER,
    person,
)
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.report_month import closed, drafted, sheet, stored, value
from tests.test_ladder import at


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


def test_work_orders_and_call_backs_are_counted(store_url: str) -> None:
    with open_desk(store_url, work_order_senders=frozenset({ITSM})) as desk:
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
