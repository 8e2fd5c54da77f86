"""The ITSM tool's export read: any dialect of CSV, XLSX, names of columns, bad rows."""

from contextlib import suppress
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import long_sheet, table, workbook
from process import workorder
from process.workorder import BadRow, NoHeader, Reading, WorkOrder

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
LOCAL = datetime(2026, 11, 23, 17, 5, 9)  # noqa: DTZ001 -- sheets know no zone
READING = Reading(timezone=ZoneInfo("Asia/Shanghai"), now=NOW)
HEAD = ("工单号", "标题", "部门", "申请人", "邮箱", "关闭时间", "是否投诉")
ROWS = (
    ("WO-1", "打印机，卡纸", "催收", "钱进", "qian@corp.example", "2026-11-23 17:05", ""),
    ("WO-2", '他说"不行"；\t重来', "个贷", "孙总", "", "2026/11/23 8:00:09", "是"),
)


def found(rows: list[tuple[int, list[str]]] | list[table.Row | table.BrokenRow]) -> list[WorkOrder | BadRow]:
    return list(workorder.read((row for row in rows if not isinstance(row, table.BrokenRow)), READING))  # type: ignore[misc]


def read(content: bytes) -> list[WorkOrder | BadRow]:
    return found(list(table.rows(content, lambda cells: len(workorder.known_columns(cells)))))


def csv_of(rows: tuple[tuple[str, ...], ...], delimiter: str = ",") -> str:
    quoted = (delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows)
    return "\r\n".join(quoted) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("head", ["", "sep={}\r\n", "工单导出 2026-11-24\r\n\r\n"])
def test_every_dialect_of_csv(encoding: str, delimiter: str, head: str) -> None:
    orders = read((head.format(delimiter) + csv_of((HEAD, *ROWS), delimiter)).encode(encoding))
    assert [type(one) for one in orders] == [WorkOrder, WorkOrder]
    first, second = orders
    assert isinstance(first, WorkOrder)
    assert isinstance(second, WorkOrder)
    assert (first.number, first.title, first.closed_at) == (
        "WO-1",
        "打印机，卡纸",
        datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
    )
    assert (second.title, second.is_complaint) == ('他说"不行"；\t重来', True)
    assert second.closed_at == datetime(2026, 11, 23, 0, 0, 9, tzinfo=UTC)


def xlsx(*rows: tuple[object, ...], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_workbook_with_dates_numbers_and_gaps() -> None:
    content = xlsx(
        ("导出",),
        (),
        ("工单号", "标题", None, "申请人", "关闭时间", "创建时间"),
        (20261123001, "卡纸", None, "钱进", LOCAL, date(2026, 11, 20)),
        (3.5, None, None, "孙总", "2026-11-23", None),
    )
    first, second = read(content)
    assert isinstance(first, WorkOrder)
    assert isinstance(second, WorkOrder)
    assert (first.number, first.requester) == ("20261123001", "钱进")
    assert first.closed_at == datetime(2026, 11, 23, 9, 5, 9, tzinfo=UTC)
    assert first.opened_at == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert second.number == "3.5"


def written(path: Path) -> bytes:
    """By another program: shared strings, formatted runs, 1904 dates, a hidden sheet first, custom formats."""
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    hidden, sheet = book.add_worksheet("隐藏"), book.add_worksheet("工单")
    hidden.hide()
    hidden.write_row(0, 0, ("不读", "这里"))
    sheet.activate()
    sheet.write_row(0, 0, ("x", "y", "z"))
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    clock = book.add_format({"num_format": "hh:mm dd/mm/yyyy"})
    sheet.write_rich_string(1, 0, "半", bold, "粗", "体")
    sheet.write_datetime(1, 1, date(2026, 11, 23), day)
    sheet.write_datetime(1, 2, LOCAL.replace(second=0), clock)
    sheet.write_number(3, 0, 0.1)
    sheet.write_boolean(3, 1, True)
    sheet.write_formula(3, 2, "=1+1", None, 2)
    sheet.write_number(4, 0, 1.5, book.add_format({"num_format": '0.0 "days"'}))
    book.close()
    return path.read_bytes()


def test_long_sheet_reads_what_others_write(tmp_path: Path) -> None:
    assert list(long_sheet.stream(written(tmp_path / "a.xlsx"))) == [
        (1, ["x", "y", "z"]),
        (2, ["半粗体", "2026-11-23", "2026-11-23 17:05:00"]),
        (4, ["0.1", "TRUE", "2"]),
        (5, ["1.5"]),
    ]


CELLS = st.one_of(
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=8),
    st.integers(-(10**12), 10**12),
    st.integers(-(10**9), 10**9).map(lambda n: n / 1000),
    st.none(),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=5).map(tuple), max_size=6))
def test_long_sheet_agrees_with_the_careful_reader(rows: list[tuple[object, ...]]) -> None:
    content = xlsx(*((f"'{cell}" if isinstance(cell, str) else cell for cell in row) for row in rows))  # type: ignore[arg-type]
    careful = [(row.number, list(row.cells)) for row in workbook.stream(content)]
    assert list(long_sheet.stream(content)) == careful


BAD = [
    (("", "x", "催收", "钱进", "", "2026-11-23", ""), "no_number"),
    (("W" * 41, "x", "催收", "钱进", "", "2026-11-23", ""), "bad_number"),
    (("---", "x", "催收", "钱进", "", "2026-11-23", ""), "bad_number"),
    (("WO-1", "x", "催收", "", "", "2026-11-23", ""), "nobody"),
    (("WO-1", "x", "催收", "钱进", "qian@", "2026-11-23", ""), "no_address"),
    (("WO-1", "x", "催收", "钱进", "", "昨天", ""), "no_time"),
    (("WO-1", "x", "催收", "钱进", "", "2026-02-30", ""), "no_time"),
    (("WO-1", "x", "催收", "钱进", "", "2027-01-01", ""), "future"),
    (("WO-1", "x", "催收", "钱进", "", "2026-11-23", "也许"), "no_yes_or_no"),
]


@pytest.mark.parametrize(("bad", "problem"), BAD, ids=[problem for _, problem in BAD])
def test_bad_row_is_told_and_stops_nothing(bad: tuple[str, ...], problem: str) -> None:
    good = ("WO-9", "x", "催收", "钱进", "", "2026-11-23", "")
    told, order = read(csv_of((HEAD, bad, good)).encode())
    assert isinstance(told, BadRow)
    assert (told.line, told.problem) == (2, problem)
    assert isinstance(order, WorkOrder)
    assert order.number == "WO-9"


def test_number_twice_the_first_counts() -> None:
    rows = (ROWS[0], ROWS[1], (ROWS[0][0], "anders", *ROWS[0][2:]))
    assert read(csv_of((HEAD, *rows)).encode())[2] == BadRow(line=4, problem="twice", value="WO-1 (2)")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-23", datetime(2026, 11, 22, 16, tzinfo=UTC)),
        ("20261123", datetime(2026, 11, 22, 16, tzinfo=UTC)),
        ("2026年11月23日 17时05分", datetime(2026, 11, 23, 9, 5, tzinfo=UTC)),
        ("2026-11-23T17:05:09.123+08:00", datetime(2026, 11, 23, 9, 5, 9, tzinfo=UTC)),
        ("2026-11-23T09:05:09Z", datetime(2026, 11, 23, 9, 5, 9, tzinfo=UTC)),
        ("2026/11/23 下午 5:05", datetime(2026, 11, 23, 9, 5, tzinfo=UTC)),
        ("2026/11/23 5:05 PM", datetime(2026, 11, 23, 9, 5, tzinfo=UTC)),
        ("2026/11/23 12:05 AM", datetime(2026, 11, 22, 16, 5, tzinfo=UTC)),
    ],
)
def test_times_as_sheets_write_them(written: str, expected: datetime) -> None:
    (order,) = read(csv_of((HEAD, ("WO-1", "x", "催收", "钱进", "", written, ""))).encode())
    assert isinstance(order, WorkOrder)
    assert order.closed_at == expected


def test_open_order_is_kept_without_a_time() -> None:
    (order,) = read(csv_of((HEAD, ("WO-1", "x", "催收", "钱进", "", "", ""))).encode())
    assert isinstance(order, WorkOrder)
    assert order.closed_at is None


@pytest.mark.parametrize(
    "names",
    [
        "Ticket ID,Requester,Resolved at",
        "【工单编号】,申请人姓名（必填）,完成时间",
        "Number;Requested_By;CLOSED",
        "单号\t工号\t结单时间",
    ],
)
def test_names_of_columns_in_two_languages(names: str) -> None:
    row = names.replace("，", ",")
    for place, cell in enumerate(("WO-1", "A7", "2026-11-23")):
        row = row.replace(row.split(next(d for d in ",;\t" if d in names))[place], cell, 1)
    (order,) = read(f"{names}\n{row}\n".encode())
    assert isinstance(order, WorkOrder)
    assert (order.number, order.requester or order.employee_number) == ("WO-1", "A7")


def test_own_names_come_first() -> None:
    names = {**workorder.NAMES, "number": ("Vorgang", *workorder.NAMES["number"])}
    assert workorder.known_columns(["编号", "vorgang"], names)["number"] == 1


def test_missing_columns_are_named() -> None:
    with pytest.raises(NoHeader) as caught:
        read("标题,部门\n卡纸,催收\n".encode())
    assert caught.value.missing == ("工单号", "关闭时间", "申请人")


def test_character_cut_in_the_middle_costs_a_character_not_the_file() -> None:
    long = "打印机卡纸" * 60
    content = csv_of((HEAD, ("WO-1", long, *ROWS[0][2:]), ROWS[1])).encode()
    broken = content.replace("卡纸".encode(), "卡纸".encode()[:-1], 1)
    first, second = read(broken)
    assert isinstance(first, WorkOrder)
    assert isinstance(second, WorkOrder)
    assert first.title.startswith("打印机卡�打印机")


@pytest.mark.parametrize("count", [3, 5_000])
def test_quotation_mark_that_is_never_closed_costs_its_row(count: int) -> None:
    rows = "".join(f"WO-{n},卡纸,催收,钱进,,2026-11-23,\r\n" for n in range(count))
    content = f'{",".join(HEAD)}\r\nWO-a,"卡纸,催收,钱进,,2026-11-23,\r\n{rows}'.encode()
    broken = [row for row in table.rows(content, len) if isinstance(row, table.BrokenRow)]
    assert [row.line for row in broken] == [2]
    assert len(read(content)) == count


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x00\x01\x02" * 50, "no_text"),
        (b"PK\x03\x04 no archive", "no_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old_format"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, problem: str) -> None:
    with pytest.raises(table.Unreadable) as caught:
        list(table.rows(content, len))
    assert caught.value.problem == problem


def test_rows_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "ROWS_MAX", 3)
    with pytest.raises(table.Unreadable, match="too_many_rows"):
        read(csv_of((HEAD, *ROWS, *ROWS)).encode())
    limits = workbook.Limits(rows=2)
    with pytest.raises(workbook.Unreadable, match="too_many_rows"):
        list(long_sheet.stream(xlsx(*ROWS, *ROWS), limits))


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_a_reason(content: bytes) -> None:
    with suppress(table.Unreadable):
        for row in table.rows(content, len):
            assert isinstance(row, table.BrokenRow) or row[0] >= 1
