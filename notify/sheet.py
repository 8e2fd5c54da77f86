"""Spreadsheets (XLSX) that go out: forms to read, print and fill in, and tables.

Promises: a text is a text, never a formula or a link; the same values give the same bytes; forms print on A4
upright, as wide as the page. Pure: values in, bytes out. `ingest/workbook.py` reads what comes back.
Sources: ECMA-376, OWASP 'CSV injection'.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from notify.wrap import columns as columns_of

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_CHARS_MAX = 32_767
"""What the format takes."""
SHEET_NAME_CHARS_MAX = 31
HEADER_CHARS_MAX = 80
"""Of each of the three parts of a printed header; the format takes 255 for all."""
ROWS_MAX = 1_048_000
CHOICES_CHARS_MAX = 255
"""Of a list of choices, in the format's words."""
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Always the same: the same values give the same bytes."""

WIDTHS = (15, 29, 15, 29)
"""Of a form's four columns, in characters: label, value, label, value."""
WIDE = sum(WIDTHS[1:])
LINE_POINTS = 16.5
LINES_OF_ROW_MAX = 22
"""A row is at most 409 points high; longer texts go on in the next row."""

INK, BAND, SOFT, EDGE, FILL = "#1c2733", "#16324f", "#f4f7fa", "#b8c4d0", "#fffbe6"

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One entry of a form: a label, and what stands behind it or is to be written there."""

    label: str
    value: str = ""
    is_wide: bool = False
    """Over the whole width; short ones stand two in a row."""
    is_fillable: bool = False
    choices: tuple[str, ...] = ()
    """Offered as a list; other words may be written."""
    hint: str = ""
    """Shown when the cell is chosen."""
    lines: int = 1
    """Room at least, for what is to be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields under a heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form on one sheet."""

    title: str
    number: str = ""
    """Printed at the top of each page, and shown under the title."""
    note: str = ""
    """How it is filled in."""
    sections: tuple[Section, ...]
    organisation: str = ""
    page_words: str = "&P / &N"
    """Of the printed foot, in the format's codes: page and pages."""


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


def form(content: Form) -> bytes:
    """The form as XLSX."""
    target = BytesIO()
    book = _book(target)
    _FormSheet(book, content).write()
    book.close()
    return target.getvalue()


def tables(*contents: Table) -> bytes:
    """Tables as XLSX, each on a sheet of its own."""
    target = BytesIO()
    book = _book(target)
    for content in contents:
        _table(book, content)
    book.close()
    return target.getvalue()


def _book(target: BytesIO) -> Any:
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
            "default_date_format": "yyyy-mm-dd hh:mm",
        },
    )
    book.set_properties({"created": CREATED, "author": "Ombud"})
    return book


def text(value: str) -> str:
    """A text as a cell takes it: no control characters, bounded."""
    bounded = value.replace("\r\n", "\n").replace("\r", "\n")[:CELL_CHARS_MAX]
    return "".join(char for char in bounded if char.isprintable() or char in "\n\t")


def sheet_name(title: str) -> str:
    """A title as the name of a sheet (ECMA-376 18.2.19): bounded, none of the signs []:*?/\\."""
    plain = "".join(" " if char in "[]:*?/\\" else char for char in text(title))
    return " ".join(plain.split())[:SHEET_NAME_CHARS_MAX].strip("' ") or "1"


def lines(value: str, width: int) -> int:
    """How many lines a text takes in a cell so many characters wide."""
    return sum(max(1, math.ceil(columns_of(line) / width)) for line in value.split("\n"))


class _FormSheet:
    """The sheet of a form while it is written, from top to bottom."""

    def __init__(self, book: Any, content: Form) -> None:
        self.content = content
        self.sheet = book.add_worksheet(sheet_name(content.title))
        cell = {
            "font_name": "Microsoft YaHei",
            "font_size": 10,
            "font_color": INK,
            "border": 1,
            "border_color": EDGE,
        }
        body = {**cell, "valign": "top", "text_wrap": True, "num_format": "@"}
        self.title = book.add_format(
            {**cell, "border": 0, "font_size": 16, "bold": True, "font_color": BAND, "align": "center"}
        )
        self.plain = book.add_format(
            {**cell, "border": 0, "text_wrap": True, "valign": "top", "font_color": "#5b6772"}
        )
        self.heading = book.add_format(
            {**cell, "bold": True, "font_color": "#ffffff", "bg_color": BAND, "valign": "vcenter"}
        )
        self.label = book.add_format({**body, "bg_color": SOFT, "font_color": "#4a5763"})
        self.value = book.add_format(body)
        self.fill = book.add_format({**body, "bg_color": FILL})
        self.row = 0

    def write(self) -> None:
        self._page()
        self._whole_row(self.content.title, self.title, 30)
        if self.content.number:
            self._whole_row(self.content.number, self.plain, LINE_POINTS)
        if self.content.note:
            self._whole_row(
                self.content.note, self.plain, self._height(lines(self.content.note, sum(WIDTHS)))
            )
        for section in self.content.sections:
            self._whole_row(section.title, self.heading, 20)
            for pair in _rows(section.fields):
                self._fields(pair)
        self.sheet.print_area(0, 0, self.row - 1, len(WIDTHS) - 1)

    def _page(self) -> None:
        sheet, content = self.sheet, self.content
        for at, width in enumerate(WIDTHS):
            sheet.set_column(at, at, width)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
        sheet.set_header(f"&L&9{_printed(content.organisation)}&R&9{_printed(content.number)}")
        sheet.set_footer(f"&L&9{_printed(content.title)}&R&9{content.page_words}")

    def _whole_row(self, words: str, style: Any, height: float) -> None:
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, len(WIDTHS) - 1, "", style)
        self.sheet.write_string(self.row, 0, text(words), style)
        self.row += 1

    def _fields(self, pair: tuple[Field, ...]) -> None:
        if len(pair) == 2:
            self._pair(pair)
        else:
            self._wide(pair[0])

    def _pair(self, pair: tuple[Field, ...]) -> None:
        self.sheet.set_row(self.row, self._height(max(_lines(field, WIDTHS[1]) for field in pair)))
        for column, field in zip((0, 2), pair, strict=True):
            self._label(column, field.label)
            self._value(column + 1, field, field.value)
        self.row += 1

    def _wide(self, field: Field) -> None:
        """A field over the whole width; what is too long for one row goes on in further ones."""
        for count, piece in enumerate(_pieces(field.value)):
            self.sheet.set_row(self.row, self._height(max(lines(piece, WIDE), 1 if count else field.lines)))
            self._label(0, "" if count else field.label)
            style = self.fill if field.is_fillable else self.value
            self.sheet.merge_range(self.row, 1, self.row, len(WIDTHS) - 1, "", style)
            self._value(1, field, piece)
            self.row += 1

    def _label(self, column: int, words: str) -> None:
        self.sheet.write_string(self.row, column, text(words), self.label)

    def _value(self, column: int, field: Field, words: str) -> None:
        style = self.fill if field.is_fillable else self.value
        if words:
            self.sheet.write_string(self.row, column, text(words), style)
        else:
            self.sheet.write_blank(self.row, column, None, style)
        if field.is_fillable and (field.choices or field.hint):
            self.sheet.data_validation(self.row, column, self.row, column, _validation(field))

    def _height(self, count: int) -> float:
        return min(count * LINE_POINTS + 5, 409)


def _validation(field: Field) -> dict[str, Any]:
    """A list to choose from that lets other words pass, and a hint; no list where it would be too long."""
    rule: dict[str, Any] = {"validate": "any"}
    if field.choices and len(",".join(field.choices)) <= CHOICES_CHARS_MAX:
        rule = {"validate": "list", "source": list(field.choices), "show_error": False}
    if field.hint:
        rule |= {"input_title": text(field.label)[:32], "input_message": text(field.hint)[:255]}
    return rule


def _rows(fields: tuple[Field, ...]) -> Iterable[tuple[Field, ...]]:
    """Short fields two in a row, wide ones and a last single one alone."""
    waiting: Field | None = None
    for field in fields:
        if field.is_wide or lines(field.value, WIDTHS[1]) > 2:
            if waiting:
                yield (waiting,)
            yield (field,)
            waiting = None
        elif waiting:
            yield (waiting, field)
            waiting = None
        else:
            waiting = field
    if waiting:
        yield (waiting,)


def _lines(field: Field, width: int) -> int:
    return max(lines(field.value, width), field.lines, lines(field.label, WIDTHS[0]))


def _pieces(value: str) -> Iterable[str]:
    """A long text in pieces that fit a row, cut at line ends where there are some."""
    piece: list[str] = []
    room = LINES_OF_ROW_MAX
    for line in _short_lines(value):
        need = lines(line, WIDE)
        if need > room and piece:
            yield "\n".join(piece)
            piece, room = [], LINES_OF_ROW_MAX
        piece.append(line)
        room -= need
    yield "\n".join(piece)


def _short_lines(value: str) -> Iterable[str]:
    """Lines that fit a row by themselves."""
    step = WIDE * LINES_OF_ROW_MAX // 2
    for line in value.split("\n"):
        yield from (line[at : at + step] for at in range(0, max(len(line), 1), step))


def _printed(words: str) -> str:
    """Words in a printed header, where '&' begins a code."""
    return " ".join(text(words).split())[:HEADER_CHARS_MAX].replace("&", "&&")


def _table(book: Any, content: Table) -> None:
    sheet = book.add_worksheet(sheet_name(content.title))
    cell = {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": INK, "valign": "top"}
    head = book.add_format(
        {**cell, "bold": True, "bg_color": BAND, "font_color": "#ffffff", "text_wrap": True}
    )
    body = book.add_format(cell)
    dated = book.add_format({**cell, "num_format": "yyyy-mm-dd hh:mm"})
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
