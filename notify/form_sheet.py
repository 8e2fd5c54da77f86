"""Forms as spreadsheets (XLSX): to read, to print on A4 upright, and to fill in.

Four columns, label and value twice; short fields stand two in a row, long ones go over the whole width and on
in further rows. No page ends with a heading. What may be filled in is yellow. Pure: values in, bytes out; the same
values give the same.
Source: ECMA-376.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from notify.sheet import BAND, FONT, INK, LINE_POINTS, book, height_points, lines, sheet_name, text

HEADER_CHARS_MAX = 80
"""Of each part of a printed header; the format takes 255 for all."""
CHOICES_CHARS_MAX = 255
"""Of a list of choices, in the format's words."""
WIDTHS = (20, 25, 20, 25)
"""Of the four columns, in characters."""
WIDE = sum(WIDTHS[1:])
LABEL = WIDTHS[0] - 2
"""Of a label, beside its indentation."""
LINES_OF_ROW_MAX = 22
"""A row is at most 409 points high; longer texts go on in the next row."""
PAGE_POINTS = 710
"""Of rows on a printed page: A4 less the margins, less what programs differ by in the height of a row."""
SOFT, EDGE, FILL = "#f4f7fa", "#b8c4d0", "#fffbe6"


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


def written(form: Form) -> bytes:
    """The form as XLSX."""
    target = BytesIO()
    made = book(target)
    _FormSheet(made, form).write()
    made.close()
    return target.getvalue()


class _FormSheet:
    """The sheet of a form while it is written, from top to bottom."""

    def __init__(self, made: Any, content: Form) -> None:
        self.content = content
        self.sheet = made.add_worksheet(sheet_name(content.title))
        cell = {
            "font_name": FONT,
            "font_size": 10,
            "font_color": INK,
            "border": 1,
            "border_color": EDGE,
        }
        body = {**cell, "valign": "top", "align": "left", "indent": 1, "text_wrap": True, "num_format": "@"}
        self.title = made.add_format(
            {**cell, "border": 0, "font_size": 16, "bold": True, "font_color": BAND, "align": "center"}
        )
        self.plain = made.add_format(
            {**cell, "border": 0, "text_wrap": True, "valign": "top", "font_color": "#5b6772"}
        )
        self.heading = made.add_format(
            {
                **cell,
                "bold": True,
                "align": "left",
                "indent": 1,
                "font_color": "#ffffff",
                "bg_color": BAND,
                "valign": "vcenter",
            }
        )
        self.label = made.add_format({**body, "bg_color": SOFT, "font_color": "#4a5763"})
        self.value = made.add_format(body)
        self.fill = made.add_format({**body, "bg_color": FILL})
        self.row = 0
        self.heights: list[float] = []
        self.headings: set[int] = set()

    def write(self) -> None:
        self._page()
        self._whole_row(self.content.title, self.title, 30)
        if self.content.number:
            self._whole_row(self.content.number, self.plain, LINE_POINTS)
        if self.content.note:
            self._whole_row(
                self.content.note, self.plain, height_points(lines(self.content.note, sum(WIDTHS)))
            )
        for section in self.content.sections:
            self.headings.add(self.row)
            self._whole_row(section.title, self.heading, 20)
            for pair in in_rows(section.fields):
                self._fields(pair)
        self.sheet.print_area(0, 0, self.row - 1, len(WIDTHS) - 1)
        self.sheet.set_h_pagebreaks(page_starts(self.heights, self.headings))

    def _page(self) -> None:
        sheet, content = self.sheet, self.content
        for at, width in enumerate(WIDTHS):
            sheet.set_column(at, at, width)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_portrait()
        # The columns fit between the margins as they are; a program that fits a sheet to its paper overlooks its breaks.
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
        sheet.set_header(f"&L&9{_printed(content.organisation)}&R&9{_printed(content.number)}")
        sheet.set_footer(f"&L&9{_printed(content.title)}&R&9{content.page_words}")

    def _whole_row(self, words: str, style: Any, height: float) -> None:
        self._set_height(height)
        self.sheet.merge_range(self.row, 0, self.row, len(WIDTHS) - 1, "", style)
        self.sheet.write_string(self.row, 0, text(words), style)
        self.row += 1

    def _set_height(self, points: float) -> None:
        self.sheet.set_row(self.row, points)
        self.heights.append(points)

    def _fields(self, pair: tuple[Field, ...]) -> None:
        if len(pair) == 2:
            self._pair(pair)
        else:
            self._wide(pair[0])

    def _pair(self, pair: tuple[Field, ...]) -> None:
        self._set_height(height_points(max(_lines(field, WIDTHS[1]) for field in pair)))
        for column, field in zip((0, 2), pair, strict=True):
            self._label(column, field.label)
            self._value(column + 1, field, field.value)
        self.row += 1

    def _wide(self, field: Field) -> None:
        """A field over the whole width; what is too long for one row goes on in further ones."""
        for count, piece in enumerate(pieces(field.value)):
            label = "" if count else field.label
            room = max(lines(piece, WIDE), lines(label, LABEL), 1 if count else field.lines)
            self._set_height(height_points(room))
            self._label(0, label)
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


def page_starts(heights: Sequence[float], headings: Collection[int], room: float = PAGE_POINTS) -> list[int]:
    """The rows with which a new page begins, counted from 0: as late as they may, a heading with what it heads."""
    starts, used, first = [], 0.0, 0
    for row, height in enumerate(heights):
        if used + height > room and row > first:
            start = row - 1 if row - 1 in headings and row - 1 > first else row
            starts.append(start)
            first, used = start, sum(heights[start:row])
        used += height
    return starts


def _validation(field: Field) -> dict[str, Any]:
    """A list to choose from that lets other words pass, and a hint; no list where it would be too long."""
    rule: dict[str, Any] = {"validate": "any"}
    if field.choices and len(",".join(field.choices)) <= CHOICES_CHARS_MAX:
        rule = {"validate": "list", "source": list(field.choices), "show_error": False}
    if field.hint:
        rule |= {"input_title": text(field.label)[:32], "input_message": text(field.hint)[:255]}
    return rule


def in_rows(fields: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
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
    return max(lines(field.value, width), field.lines, lines(field.label, LABEL))


def pieces(value: str) -> Iterator[str]:
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


def _short_lines(value: str) -> Iterator[str]:
    """Lines that fit a row by themselves."""
    step = WIDE * LINES_OF_ROW_MAX // 2
    for line in value.split("\n"):
        yield from (line[at : at + step] for at in range(0, max(len(line), 1), step))


def _printed(words: str) -> str:
    """Words in a printed header, where '&' begins a code."""
    return " ".join(text(words).split())[:HEADER_CHARS_MAX].replace("&", "&&")
