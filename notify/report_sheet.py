"""A service report as a workbook: figures, trends with native charts, breakdowns, and the records behind all.

Every text is written as text, so that nothing becomes a formula whatever a department is called. Source: HANDBOOK 5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from process.report_view import Line, ReportView, change_line

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS_MAX = 1_000_000
"""Of a sheet; Excel has 1,048,576."""
FORMATS = {"share": "0.0%", "count": "0", "hours": "0.0", "index": "0.0"}
COLOURS = {"met": "#1B7F3B", "missed": "#B3261E", "no_target": "#4A5763", "no_data": "#4A5763"}
SECOND_COLUMN = 5
"""Where the right one of two charts begins, behind the wide first column."""
GRID = {"visible": True, "line": {"color": "#E3E8ED", "width": 0.5}}


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook under way, with its words and formats."""

    book: "Workbook"
    shown: ReportView
    words: dict[str, Any]
    head: "Format"
    wrap: "Format"

    def sheet(self, name: str, widths: Sequence[int], titles: Sequence[str]) -> "Worksheet":
        """A sheet with frozen titles, ready to be printed on one page's width."""
        sheet = self.book.add_worksheet(self.words["report"]["sheets"][name])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, self.head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def format(self, unit: str) -> "Format":
        return self.book.add_format({"num_format": FORMATS[unit], "valign": "top"})

    def name_of(self, figure: str) -> str:
        return str(self.words["figures"][figure]["name"])


def workbook(shown: ReportView, words: dict[str, Any], timezone: ZoneInfo) -> bytes:
    """The bytes of the .xlsx file; the same report gives the same file."""
    from xlsxwriter import Workbook

    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": shown.report.made_at.replace(tzinfo=None), "title": shown.report.number})
    made = _Book(
        book=book,
        shown=shown,
        words=words,
        head=book.add_format(
            {"bold": True, "bg_color": "#16324F", "font_color": "#FFFFFF", "valign": "top", "text_wrap": True}
        ),
        wrap=book.add_format({"text_wrap": True, "valign": "top"}),
    )
    _figures(made)
    _trends(made)
    _parts(made)
    _improvements(made)
    _definitions(made)
    _records(made)
    _corrections(made, timezone)
    book.close()
    return file.getvalue()


def _figures(made: _Book) -> None:
    said = made.words["report"]
    titles = [
        said["columns"][name]
        for name in ("item", "figure", "value", "target", "status", "cause", "improvement")
    ]
    sheet = made.sheet("figures", (6, 34, 12, 12, 12, 40, 40), titles)
    for row, line in enumerate(made.shown.lines, 1):
        sheet.write_number(row, 0, line.item)
        sheet.write_string(row, 1, made.name_of(line.name), made.wrap)
        _value(sheet, (row, 2), line, made)
        sheet.write_string(row, 3, line.target)
        colour = made.book.add_format({"font_color": COLOURS[line.figure.status], "bold": True})
        sheet.write_string(row, 4, said["statuses"][line.figure.status], colour)
        if line.comment:
            sheet.write_string(row, 5, line.comment.cause, made.wrap)
            sheet.write_string(row, 6, line.comment.improvement, made.wrap)


def _value(sheet: "Worksheet", place: tuple[int, int], line: Line, made: _Book) -> None:
    if line.figure.value is None:
        sheet.write_string(*place, line.value)
    else:
        sheet.write_number(*place, line.figure.value, made.format(line.definition.unit))


def _trends(made: _Book) -> None:
    """A row of twelve months for each figure, and beside them a chart for each that is drawn in the mail."""
    months = made.shown.months
    titles = [made.words["report"]["columns"]["figure"], *months]
    sheet = made.sheet("trends", (34, *(9 for _ in months)), titles)
    lines = made.shown.lines
    for row, line in enumerate(lines, 1):
        sheet.write_string(row, 0, made.name_of(line.name))
        number = made.format(line.definition.unit)
        for column, value in enumerate(line.figure.trend, 1):
            if value is not None:
                sheet.write_number(row, column, value, number)
    drawn = {chart.name for chart in made.shown.trends}
    rows = [row for row, line in enumerate(lines, 1) if line.name in drawn]
    for place, row in enumerate(rows):
        _chart(made, sheet, _Range(row=row, columns=(1, len(months))), (len(lines) + 2, place))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """Where a chart's values stand: a row of months, or a column of parts."""

    row: int
    columns: tuple[int, int]


def _chart(made: _Book, sheet: "Worksheet", values: _Range, place: tuple[int, int]) -> None:
    line = made.shown.lines[values.row - 1]
    is_share = line.definition.unit == "share"
    chart = made.book.add_chart({"type": "line" if is_share else "column"})
    name, (first, last) = sheet.get_name(), values.columns
    chart.add_series(
        {
            "name": [name, values.row, 0],
            "categories": [name, 0, first, 0, last],
            "values": [name, values.row, first, values.row, last],
            "fill": {"color": "#2F6DA8"},
            "line": {"color": "#2F6DA8"},
            "data_labels": {
                "value": True,
                "num_format": "0%" if is_share else "0",
                "position": "above" if is_share else "outside_end",
            },
            **({"marker": {"type": "circle"}} if is_share else {"gap": 60}),
        }
    )
    chart.set_title({"name": made.name_of(line.name), "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    scale = {"max": 1, "num_format": "0%"} if is_share else {"num_format": "0"}
    chart.set_y_axis({"min": 0, "major_gridlines": GRID, **scale})
    chart.set_size({"width": 480, "height": 240})
    top, index = place
    sheet.insert_chart(top + 13 * (index // 2), SECOND_COLUMN * (index % 2), chart)


def _parts(made: _Book) -> None:
    """Each breakdown as a table with a bar chart beside it."""
    said = made.words["report"]
    titles = [said["columns"][name] for name in ("breakdown", "part", "count")]
    sheet = made.sheet("parts", (26, 30, 10), titles)
    row = 1
    for breakdown in made.shown.parts:
        name = said["breakdowns"][breakdown.name]
        for offset, bar in enumerate(breakdown.bars):
            sheet.write_string(row + offset, 0, name)
            sheet.write_string(row + offset, 1, _label(bar.label, breakdown.name, made.words))
            sheet.write_number(row + offset, 2, int(bar.text))
        last = row + len(breakdown.bars) - 1
        chart = made.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "categories": [sheet.get_name(), row, 1, last, 1],
                "values": [sheet.get_name(), row, 2, last, 2],
                "fill": {"color": "#2F6DA8"},
                "data_labels": {"value": True},
                "gap": 40,
            }
        )
        chart.set_title({"name": name, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        # From nought, or a bar twice as long would not be twice as much.
        chart.set_x_axis({"min": 0, "num_format": "0", "major_gridlines": GRID})
        chart.set_size({"width": 480, "height": 90 + 30 * len(breakdown.bars)})
        sheet.insert_chart(row, 4, chart)
        row += max(len(breakdown.bars), (90 + 30 * len(breakdown.bars)) // 20) + 1


def _label(label: str, breakdown: str, words: dict[str, Any]) -> str:
    """What a part is called: a category or rating in words, a department as it is named."""
    said = words["report"]
    if breakdown == "by_category":
        label = words["categories"].get(label, label)
    if breakdown == "callback_results":
        label = words["ratings"].get(label, label)
    return str(said["others"] if label == "others" else label or said["unknown"])


def _improvements(made: _Book) -> None:
    said = made.words["report"]
    titles = [said["columns"][name] for name in ("record", "status", "improvement", "owner", "due")]
    sheet = made.sheet("improvements", (18, 12, 70, 24, 20), titles)
    for row, one in enumerate(made.shown.all_improvements, 1):
        status = said["open_action" if one.is_open else "verified"]
        for column, text in enumerate((one.number, status, one.text, one.owner, one.due)):
            sheet.write_string(row, column, text, made.wrap)


def _definitions(made: _Book) -> None:
    said = made.words["report"]
    sheet = made.sheet(
        "definitions", (6, 34, 90), [said["columns"][n] for n in ("item", "figure", "definition")]
    )
    for row, line in enumerate(made.shown.lines, 1):
        sheet.write_number(row, 0, line.item)
        sheet.write_string(row, 1, made.name_of(line.name), made.wrap)
        sheet.write_string(row, 2, made.words["figures"][line.name]["definition"], made.wrap)


def _records(made: _Book) -> None:
    """Each record behind each figure: looked at, and whether it counts."""
    said = made.words["report"]
    titles = [said["columns"][name] for name in ("item", "figure", "record", "counts")]
    sheet = made.sheet("records", (6, 34, 22, 10), titles)
    sheet.autofilter(0, 0, 0, len(titles) - 1)
    for row, cells in enumerate(_record_rows(made), 1):
        if row > ROWS_MAX:
            break
        sheet.write_number(row, 0, cells[0])
        for column, text in enumerate(cells[1:], 1):
            sheet.write_string(row, column, text)


def _record_rows(made: _Book) -> Iterable[tuple[int, str, str, str]]:
    yes, no = made.words["labels"]["yes"], made.words["labels"]["no"]
    for line in made.shown.lines:
        name, counted = made.name_of(line.name), list(line.figure.counted)
        for number in line.figure.among or line.figure.counted:
            # A record may stand among them twice, and count once.
            is_counted = number in counted
            if is_counted:
                counted.remove(number)
            yield line.item, name, number, yes if is_counted else no


def _corrections(made: _Book, timezone: ZoneInfo) -> None:
    said = made.words["report"]
    columns = ("corrected_at", "figure", "part", "before", "after", "added", "removed")
    sheet = made.sheet(
        "corrections", (18, 34, 20, 12, 12, 40, 40), [said["columns"][name] for name in columns]
    )
    row = 1
    for correction in made.shown.report.corrections:
        for change in correction.changes:
            name = made.words["figures"].get(change.name, {}).get("name") or said["breakdowns"][change.name]
            line = change_line(change)
            part = _label(change.label, change.name, made.words) if change.label else ""
            cells = (
                _local(correction.at, timezone), name, part, line.before, line.after,
                ", ".join(change.added), ", ".join(change.removed),
            )  # fmt: skip
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text[:32_000], made.wrap)
            row += 1


def _local(at: datetime, timezone: ZoneInfo) -> str:
    return f"{at.astimezone(timezone):%Y-%m-%d %H:%M}"
