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
    assert page.page_setup.fitToWidth in (None, 1), "as wide as one page, the default"
    assert (page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert page.oddHeader.right.text == "C-2026-00017"
    assert page.freeze_panes is None


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
