"""Workbooks of figures: tables that print well and native charts, alike in all reports.

A page is a sheet with a head that stays in sight, rows as high as their texts need, and charts below or beside them.
Promises: a text is a text, never a formula or a link (`sheet.py`). Source: ECMA-376.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from notify.sheet import BAND, CREATED, FONT, INK, book, height_points, lines, sheet_name, text

DIM, EDGE = "#4a5763", "#d5dce3"
BLUE, GREY = "#2f6da8", "#b8c4cf"
KINDS = {
    "text": "@",
    "count": "0",
    "share": "0.0%",
    "percent": "0.0",
    "hours": "0.0",
    "index": "0.0",
    "mean": "0.00",
}
"""How a cell shows its value; 'percent' is a share times a hundred."""
GRID = {"visible": True, "line": {"color": "#e3e8ed", "width": 0.5}}
ROW_PIXELS, EMPTY_ROW_PIXELS = 28, 20
"""Of a row with one line, and of one that was never written."""
ROOM_CHARS = 2
"""Of a cell's width, beside its text."""

Value = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a page."""

    title: str
    width: int
    """In characters."""
    kind: str = "text"
    """Of `KINDS`; a number of another kind says so in its `Cell`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value that looks otherwise than its column."""

    value: Value
    kind: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How a page is printed: as wide as the paper, on as many sheets as it takes or on just one."""

    is_upright: bool = False
    is_one_sheet: bool = False
    """For pages with charts, which a break would cut."""
    is_endless: bool = False
    """For up to a million rows: what is written goes to a file row by row, and no chart can be made of it."""


LANDSCAPE = Paper()


class FigureBook:
    """A workbook under way."""

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        self._file = BytesIO()
        self.made = book(self._file, in_memory=False)
        self.made.set_properties({"created": created or CREATED, "author": "Ombud", "title": text(title)})
        self._styles: dict[tuple[str, str], Any] = {}
        band = {"bold": True, "font_color": "#ffffff", "bg_color": BAND, "text_wrap": True}
        self.head = self._style(**band, indent=1)
        self.number_head = self._style(**band, align="center")

    def page(self, title: str, columns: Sequence[Column], paper: Paper = LANDSCAPE) -> "Page":
        """A further sheet."""
        return Page(self, title, columns, paper)

    def written(self) -> bytes:
        """The bytes of the .xlsx file."""
        self.made.close()
        return self._file.getvalue()

    def style(self, kind: str, colour: str = "") -> Any:
        """The format of a cell: texts begin at the left, numbers stand in the middle."""
        if (kind, colour) not in self._styles:
            look: dict[str, Any] = {"text_wrap": True, "indent": 1} if kind == "text" else {"align": "center"}
            marked = {"bold": True, "font_color": colour} if colour else {}
            self._styles[kind, colour] = self._style(
                num_format=KINDS[kind], bottom=1, bottom_color=EDGE, **look, **marked
            )
        return self._styles[kind, colour]

    def _style(self, **look: Any) -> Any:
        return self.made.add_format(
            {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **look}
        )


class Page:
    """A sheet of the workbook while it is written, from top to bottom."""

    def __init__(self, whole: FigureBook, title: str, columns: Sequence[Column], paper: Paper) -> None:
        self.book, self.columns, self.name = whole, columns, sheet_name(title)
        # Of one page, not of the book: charts look up what the cells of theirs hold.
        whole.made.constant_memory = paper.is_endless
        self.sheet = whole.made.add_worksheet(self.name)
        whole.made.constant_memory = False
        self.row = 1
        """The next one."""
        for at, column in enumerate(columns):
            self.sheet.set_column(at, at, column.width)
            head = whole.head if column.kind == "text" else whole.number_head
            self.sheet.write_string(0, at, text(column.title), head)
        self.sheet.set_row(0, height_points(max(lines(one.title, _room(one)) for one in columns)))
        self.sheet.freeze_panes(1, 0)
        self._print(paper)

    def _print(self, paper: Paper) -> None:
        sheet = self.sheet
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_portrait() if paper.is_upright else sheet.set_landscape()
        sheet.fit_to_pages(1, 1 if paper.is_one_sheet else 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L&9{self.name.replace('&', '&&')}&R&9&P / &N")

    def write(self, values: Sequence[Value | Cell]) -> None:
        """A row, as high as its texts need."""
        cells = [value if isinstance(value, Cell) else Cell(value=value) for value in values]
        need = (_lines(cell.value, column) for cell, column in zip(cells, self.columns, strict=True))
        self.sheet.set_row(self.row, height_points(max(need)))
        self._write(cells)

    def write_low(self, rows: Iterable[Sequence[str | int]]) -> None:
        """Rows of short values that look as their columns: quick, for there may be a million."""
        styles = [self.book.style(column.kind) for column in self.columns]
        for values in rows:
            for at, (value, style) in enumerate(zip(values, styles, strict=True)):
                if isinstance(value, int):
                    self.sheet.write_number(self.row, at, value, style)
                else:
                    self.sheet.write_string(self.row, at, text(value), style)
            self.row += 1

    def _write(self, cells: Sequence[Cell]) -> None:
        for at, (cell, column) in enumerate(zip(cells, self.columns, strict=True)):
            value, place = cell.value, (self.row, at)
            if isinstance(value, int | float):
                self.sheet.write_number(*place, value, self.book.style(cell.kind or column.kind, cell.colour))
            elif value is None:
                self.sheet.write_blank(*place, None, self.book.style("text"))
            else:
                self.sheet.write_string(
                    *place, text(value), self.book.style(cell.kind or "text", cell.colour)
                )
        self.row += 1

    def span(self, first: tuple[int, int], last: tuple[int, int]) -> list[Any]:
        """Cells of this sheet as a chart names them; rows and columns from 0."""
        return [self.name, *first, *last]

    def put(self, chart: Any, place: tuple[int, int]) -> None:
        """A chart whose left upper corner lies in a cell."""
        self.sheet.insert_chart(*place, chart, {"x_offset": 6, "y_offset": 6})


def rows_below(height: int, written: int) -> int:
    """How many rows to leave free below so many written ones, for a chart so many pixels high beside them, and some air."""
    return max(0, math.ceil((height - written * ROW_PIXELS) / EMPTY_ROW_PIXELS)) + 1


def chart(made: FigureBook, kind: dict[str, str], title: str, size: tuple[int, int]) -> Any:
    """A chart without series yet; the size in pixels."""
    found = made.made.add_chart(kind)
    found.set_title({"name": title, "name_font": {"name": FONT, "size": 11, "color": INK}, "overlay": False})
    found.set_legend({"none": True})
    found.set_chartarea({"border": {"color": EDGE}})
    found.set_size({"width": size[0], "height": size[1]})
    return found


def axis(**more: Any) -> dict[str, Any]:
    """How an axis looks: small dim words, no line, every category named."""
    return {
        "num_font": {"name": FONT, "size": 9, "color": DIM},
        "line": {"color": EDGE},
        "interval_unit": 1,
        **more,
    }


def labels(num_format: str, **more: Any) -> dict[str, Any]:
    """The values written at bars and points."""
    return {"value": True, "num_format": num_format, "font": {"name": FONT, "size": 9, "color": INK}, **more}


def _lines(value: Value, column: Column) -> int:
    return lines(value, _room(column)) if isinstance(value, str) else 1


def _room(column: Column) -> int:
    return max(1, column.width - ROOM_CHARS)
