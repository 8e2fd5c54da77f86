"""Spreadsheets (XLSX) that go out: what all of them have in common, and tables.

Promises: a text is a text, never a formula or a link; the same values give the same bytes. Pure: values in,
bytes out. Forms stand in `form_sheet.py`; `ingest/workbook.py` reads what comes back.
Sources: ECMA-376, OWASP 'CSV injection'.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from notify.wrap import columns

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_CHARS_MAX = 32_767
"""What the format takes."""
SHEET_NAME_CHARS_MAX = 31
ROWS_MAX = 1_048_000
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Always the same: the same values give the same bytes."""

LINE_POINTS = 16.5
ROW_POINTS_MAX = 409
"""What the format takes."""

FONT, INK, BAND = "Microsoft YaHei", "#1c2733", "#16324f"

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings, to be sorted and filtered; its head stays in sight."""

    title: str
    """Name of the sheet."""
    headings: tuple[str, ...]
    rows: Iterable[Sequence[Value]]
    """Times without zone are written as they are, aware ones must be turned to local time before."""
    widths: tuple[int, ...] = ()
    """In characters; 16 where nothing is said."""


def tables(*contents: Table) -> bytes:
    """Tables as XLSX, each on a sheet of its own."""
    target = BytesIO()
    made = book(target)
    for content in contents:
        _table(made, content)
    made.close()
    return target.getvalue()


def book(target: BytesIO, *, in_memory: bool = True) -> Any:
    """A workbook in which no text becomes a formula, a number or a link; a long one is put together in temporary files."""
    # Libraries of workbooks and calendars are imported where one is made, so that the service starts sooner.
    import xlsxwriter

    made = xlsxwriter.Workbook(
        target,
        {
            "in_memory": in_memory,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
            "default_date_format": "yyyy-mm-dd hh:mm",
            # The width of a column counts digits of this font, which every office program has, or one as wide.
            "default_format_properties": {"font_name": "Arial", "font_size": 10},
        },
    )
    made.set_properties({"created": CREATED, "author": "Ombud"})
    return made


def text(value: str) -> str:
    """A text as a cell takes it: no control characters, bounded."""
    bounded = value.replace("\r\n", "\n").replace("\r", "\n")[:CELL_CHARS_MAX]
    if bounded.isprintable():
        return bounded
    return "".join(char for char in bounded if char.isprintable() or char in "\n\t")


def sheet_name(title: str) -> str:
    """A title as the name of a sheet (ECMA-376 18.2.19): bounded, none of the signs []:*?/\\."""
    plain = "".join(" " if char in "[]:*?/\\" else char for char in text(title))
    return " ".join(plain.split())[:SHEET_NAME_CHARS_MAX].strip("' ") or "1"


def lines(value: str, width: int) -> int:
    """How many lines a text takes in a cell so many characters wide."""
    return sum(max(1, math.ceil(columns(line) / width)) for line in value.split("\n"))


def height_points(count: int) -> float:
    """The height of a row with so many lines."""
    return min(count * LINE_POINTS + 5, ROW_POINTS_MAX)


def _table(made: Any, content: Table) -> None:
    sheet = made.add_worksheet(sheet_name(content.title))
    cell = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
    head = made.add_format(
        {**cell, "bold": True, "bg_color": BAND, "font_color": "#ffffff", "text_wrap": True}
    )
    body = made.add_format(cell)
    dated = made.add_format({**cell, "num_format": "yyyy-mm-dd hh:mm"})
    for at, heading in enumerate(content.headings):
        sheet.set_column(at, at, content.widths[at] if at < len(content.widths) else 16, body)
        sheet.write_string(0, at, text(heading), head)
    last = 0
    for last, row in zip(range(1, ROWS_MAX), content.rows, strict=False):
        for at, value in enumerate(row):
            _cell(sheet, (last, at), value, (body, dated))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, max(len(content.headings) - 1, 0))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _cell(sheet: Any, place: tuple[int, int], value: Value, styles: tuple[Any, Any]) -> None:
    body, dated = styles
    if isinstance(value, datetime):
        sheet.write_datetime(*place, value.replace(tzinfo=None), dated)
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, body)
    elif value:
        sheet.write_string(*place, text(value), body)
