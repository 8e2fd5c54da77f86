"""Spreadsheets that go out: texts stay texts, forms print on A4, what is written can be read back."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest

from ingest import workbook
from notify import form_sheet, sheet
from notify.form_sheet import Field, Form, Section
from notify.sheet import Table

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1)",
    "http://evil.example",
    "00123",
    "\tx",
    "＝1",
    "a\x00b\x1bc",
)


def form(*fields: Field) -> bytes:
    return form_sheet.written(
        Form(title="投诉记录单", number="C-2026-00017", sections=(Section(title="甲", fields=fields),))
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_is_never_a_formula(value: str) -> None:
    for content in (
        form(Field(label=value, value=value)),
        sheet.tables(Table(title=value, headings=(value,), rows=[[value]])),
    ):
        page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        kinds = {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
        assert kinds == {"s"}, value
        assert not any(name.endswith(".rels") and b"evil" in data for name, data in parts(content)), value


def parts(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_the_same_values_give_the_same_bytes() -> None:
    assert form(Field(label="a", value="b")) == form(Field(label="a", value="b"))


def test_a_form_prints_on_a4_as_wide_as_the_page() -> None:
    page = openpyxl.load_workbook(io.BytesIO(form(Field(label="a", value="b")))).worksheets[0]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "portrait")
    assert not page.sheet_properties.pageSetUpPr.fitToPage, (
        "fitted to its paper, its page breaks are overlooked"
    )
    wide_points = sum(7 * width + 5 for width in form_sheet.WIDTHS) * 0.75
    assert wide_points <= 595 - 72, "the columns fit between the margins"
    assert page.oddHeader.right.text == "C-2026-00017"
    assert page.freeze_panes is None


STARTS = [
    ([20.0] * 10, {0, 5}, 200.0, []),
    ([20.0] * 10, {0, 5}, 119.0, [5]),
    ([20.0] * 10, {0, 5}, 125.0, [5]),
    ([20.0] * 10, {0, 4}, 100.0, [4, 9]),
    ([20.0] * 10, {0}, 30.0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ([20.0, 400.0, 20.0], {0}, 100.0, [1, 2]),
    ([], set(), 100.0, []),
]


@pytest.mark.parametrize(("heights", "headings", "room", "expected"), STARTS)
def test_no_page_ends_with_a_heading(
    heights: list[float], headings: set[int], room: float, expected: list[int]
) -> None:
    assert form_sheet.page_starts(heights, headings, room) == expected


def test_a_long_form_has_its_page_breaks() -> None:
    page = openpyxl.load_workbook(
        io.BytesIO(form(*(Field(label=f"{n}", value="b", is_wide=True) for n in range(80))))
    ).worksheets[0]
    assert [brk.id for brk in page.row_breaks.brk] == [32, 65]


def test_a_long_text_goes_on_in_further_rows_and_loses_nothing() -> None:
    words = "\n".join(f"第{n}行" + "很长的话" * 30 for n in range(60)) + "无换行" * 4_000
    (read,) = workbook.read(form(Field(label="投诉内容", value=words, is_wide=True)), workbook.TABLE)
    values = [row.cells[1] for row in read.rows if len(row.cells) > 1]
    assert len(values) > 3
    assert "".join(values).replace("\n", "") == words.replace("\n", "")
    page = openpyxl.load_workbook(
        io.BytesIO(form(Field(label="投诉内容", value=words, is_wide=True)))
    ).worksheets[0]
    assert all(one.height <= 409 for one in page.row_dimensions.values() if one.height)


def test_what_may_be_filled_in_offers_its_choices() -> None:
    content = form(Field(label="类别", is_fillable=True, choices=("态度", "质量"), hint="选一个"))
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    (rule,) = page.data_validations.dataValidation
    assert (rule.type, rule.formula1, rule.prompt) == ("list", '"态度,质量"', "选一个")
    assert not rule.showErrorMessage, "other words may be written"


def test_a_table_keeps_numbers_times_and_its_head() -> None:
    at = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 -- spreadsheets know no zones
    content = sheet.tables(
        Table(title="a/b:c", headings=("编号", "数", "时间"), rows=[["C-1", 3, at], ["C-2", 0.5, None]])
    )
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert page.title == "a b c"
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [
        ["C-1", 3, at],
        ["C-2", 0.5, None],
    ]
    assert page.freeze_panes == "A2"
